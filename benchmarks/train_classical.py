"""Fit what the built-in segmenter learned, and write its `weights.npz` and `outline.onnx` anew.

    python3 -m benchmarks.train_classical [PART ...]

Parts are sides, outline, outline_mirrored, outline_large and scorer.

Needs torch and the data that `assist_data` names. What is judged by `bench_assist_quality` is not
learned from.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import assist_data, outline_small, train_outline, train_scorer, train_sides
from sightline.engines.classical.learned import WEIGHTS

if TYPE_CHECKING:
    from sightline.core.arrays import F32


def sides() -> dict[str, F32]:
    """Fit the sides of boxes."""
    sources = (
        assist_data.coco_boxes,
        assist_data.coco_outlines,
        assist_data.facades,
        assist_data.chess,
        assist_data.cells,
    )
    held = [one for source in sources for one in source() if one.learn and useful(one)]
    return train_sides.fit(held)


def useful(one: assist_data.Drawn) -> bool:
    """Return whether an object is large enough to have an outline, and not the whole picture."""
    x1, y1, x2, y2 = one.box
    return min(x2 - x1, y2 - y1) > 12 and (one.source == "coco128" or one.share() < 0.5)


def outline() -> dict[str, F32]:
    """Fit the first small network for outlines."""
    return outline_small.fit(outlined(), epochs=9)


def outline_mirrored() -> dict[str, F32]:
    """Fit the second small network for outlines."""
    return outline_small.fit(outlined(), epochs=20)


def outline_large() -> dict[str, F32]:
    """Fit the large network for outlines: it lies in a file of its own."""
    train_outline.fit(outlined())
    return {}


def scorer() -> dict[str, F32]:
    """Fit the ranking of regions."""
    return train_scorer.fit(outlined())


def outlined() -> list[assist_data.Drawn]:
    """Return the objects to learn from whose outline is known."""
    sources = (assist_data.coco_outlines, assist_data.facades)
    objects = [one for source in sources for one in source()]
    return [one for one in objects if one.learn and one.ring and useful(one)]


PARTS = {
    "sides": sides,
    "outline": outline,
    "outline_mirrored": outline_mirrored,
    "outline_large": outline_large,
    "scorer": scorer,
}


def main(names: list[str]) -> None:
    """Fit the parts named, or all, one after the other; the others stay as they are."""
    for part in names or PARTS:
        fitted = {f"{part}.{name}": value for name, value in PARTS[part]().items()}
        others = {key: value for key, value in kept().items() if not key.startswith(f"{part}.")}
        every = others | fitted
        small = {name: every[name].astype(np.float16) for name in sorted(every)}
        np.savez_compressed(WEIGHTS, allow_pickle=False, **small)


def kept() -> dict[str, F32]:
    """Return the weights there are."""
    if not WEIGHTS.is_file():
        return {}
    with np.load(WEIGHTS, allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


if __name__ == "__main__":
    main(sys.argv[1:])
