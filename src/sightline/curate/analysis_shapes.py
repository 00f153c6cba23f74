"""Sizes, shapes, formats and light of pictures, in numbers that a plot can be drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.curate.analysis_facts import plain
from sightline.curate.analysis_look import FORMATS, KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32
    from sightline.curate.analysis_facts import Facts

QUANTILES: Final = {"min": 0.0, "p5": 0.05, "median": 0.5, "p95": 0.95, "max": 1.0}
POINTS: Final = 300
"""Different sizes that are told one by one; of more, cells of a grid."""
CELLS: Final = 28
"""Of that grid, in each direction, on a logarithmic scale."""
LIGHT_BINS: Final = 40
ASPECTS: Final = (0.2, 0.33, 0.4, 0.5, 0.6, 0.7, 0.8, 0.95, 1.05, 1.25, 1.42, 1.66, 2, 2.5, 3, 5)
"""Edges of width by height; what lies beyond goes to the ends."""


def shapes(facts: Facts) -> dict[str, Any]:
    """Return sizes, aspects, formats and kinds of the pictures that were looked at."""
    width, height = facts.column("width"), facts.column("height")
    there = np.isfinite(width)
    width, height = width[there].astype(np.float64), height[there].astype(np.float64)
    aspect = np.clip(width / np.maximum(height, 1), ASPECTS[0], ASPECTS[-1])
    return {
        "width": quantiles(width),
        "height": quantiles(height),
        "short": quantiles(np.minimum(width, height)),
        "megapixels": quantiles(width * height / 1e6),
        "bytes": plain(facts.column("bytes")[there].astype(np.float64).sum()),
        "points": points(width, height),
        "aspect": histogram(aspect, ASPECTS),
        "formats": _names(facts.column("format"), FORMATS),
        "kinds": _names(facts.column("kind"), KINDS),
    }


def light(facts: Facts) -> dict[str, Any]:
    """Return histograms of brightness, contrast, saturation (0..1) and sharpness (log10)."""
    even = np.linspace(0, 1, LIGHT_BINS + 1).tolist()
    steps = np.linspace(0, 5, LIGHT_BINS + 1).tolist()
    sharpness = np.log10(np.maximum(facts.column("sharpness"), 1))
    found = {
        name: histogram(facts.column(name), even)
        for name in ("brightness", "contrast", "saturation")
    }
    return {**found, "sharpness": histogram(np.minimum(sharpness, 5), steps)}


def quantiles(values: Any) -> dict[str, Any] | None:
    """Return smallest, largest, median and the places where the outer twentieths begin."""
    if not len(values):
        return None
    found = np.quantile(values, list(QUANTILES.values()))
    return {name: plain(one) for name, one in zip(QUANTILES, found, strict=True)}


def histogram(values: F32 | Any, edges: Sequence[float]) -> dict[str, Any]:
    """Return edges (B + 1) and counts (B) of the values that are numbers."""
    known = np.asarray(values, np.float64)
    counts, _ = np.histogram(known[np.isfinite(known)], bins=np.asarray(edges, np.float64))
    return {"edges": [plain(one) for one in edges], "counts": counts.tolist()}


def points(width: Any, height: Any) -> list[list[int]]:
    """Return [width, height, pictures] of each size, or of cells when there are very many."""
    if not len(width):
        return []
    sizes, counts = np.unique(np.stack([width, height], axis=1), axis=0, return_counts=True)
    if len(sizes) > POINTS:
        logs = np.log(np.maximum(sizes, 1))
        low, high = logs.min(axis=0), logs.max(axis=0)
        cell = np.floor((logs - low) / np.maximum(high - low, 1e-9) * (CELLS - 1e-6))
        _, which = np.unique(cell[:, 0] * CELLS + cell[:, 1], return_inverse=True)
        weight = np.bincount(which, counts)
        middle = [np.exp(np.bincount(which, logs[:, i] * counts) / weight) for i in (0, 1)]
        sizes, counts = np.rint(np.stack(middle, axis=1)), weight
    order = np.argsort(-counts, kind="stable")
    table = np.concatenate([sizes, counts[:, None]], axis=1)[order]
    return [[int(one) for one in row] for row in table]


def _names(codes: F32, names: tuple[str, ...]) -> list[dict[str, Any]]:
    found = codes[codes >= 0].astype(np.int64)
    counts = np.bincount(found, minlength=len(names))
    order = np.argsort(-counts, kind="stable")
    return [{"name": names[at], "count": int(counts[at])} for at in order if counts[at]]
