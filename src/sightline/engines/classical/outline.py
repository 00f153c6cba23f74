"""The outline of what was hinted at: by a box, or by a region and clicks."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.engines.classical.evidence import CORES, likeliness
from sightline.engines.classical.learned import weights
from sightline.engines.classical.patch import GRID, MARGIN, SPAN, within
from sightline.nets.onnx_session import open_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32, U8, Bool
    from sightline.core.geometry.shapes import Bounds
    from sightline.engines.classical.patch import Patch

OUTLINER: Final = Path(__file__).with_name("outline.onnx")
BACK, FRONT, MAYBE_BACK, MAYBE_FRONT = 0, 1, 2, 3
"""OpenCV's GC_BGD, GC_FGD, GC_PR_BGD, GC_PR_FGD."""
MAPS: Final = 14
COARSE: Final = GRID // 2
"""Cells along a side of what the network reads."""
FLAT: Final = 4
"""Of 255: below this difference there is nothing to tell apart."""
CUT: Final = 0.4
"""What a last cut counts for beside the network."""
SURE: Final = (0.1, 0.5, 0.9)
"""Above these a cell may be ground, may be the object, is the object; below, it is ground."""
CLICK: Final = 2
"""Cells about a click that are as it says."""
_MIXTURES: Final = (1, 65)
"""Shape of OpenCV's Gaussian mixtures of colours."""
Cells = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Hint:
    """What is known of the object before a patch is looked at closely."""

    soft: F32
    """(GRID, GRID), 0..1: where it is about."""
    near: F32
    """(GRID, GRID), -1..1: how far within its box, see `nearness`."""
    boxed: bool
    """A person drew the box."""
    front: Cells = field(default_factory=list)
    """Cells (column, row) on the object."""
    back: Cells = field(default_factory=list)
    """Cells that are not."""


def box_hint(patch: Patch, tight: Bounds) -> Hint:
    """Return the hint that a tight box in a patch gives: the ellipse in it."""
    (dx, dy), (left, top) = patch.cell, patch.corner
    x1, y1, x2, y2 = tight
    ends = ((x1 - left) / dx, (y1 - top) / dy, (x2 - left) / dx, (y2 - top) / dy)
    cells = np.arange(GRID, dtype=np.float32) + 0.5
    across = (cells - (ends[0] + ends[2]) / 2) / max(1.0, (ends[2] - ends[0]) / 2)
    down = (cells - (ends[1] + ends[3]) / 2) / max(1.0, (ends[3] - ends[1]) / 2)
    ellipse = (across**2 + (down**2)[:, None]) < 1
    return Hint(ellipse.astype(np.float32), nearness(ends), boxed=True)


def nearness(ends: tuple[float, float, float, float]) -> F32:
    """Return (GRID, GRID): the distance to the nearest side, in cells, squashed to -1..1."""
    cells = np.arange(GRID, dtype=np.float32) + 0.5
    across = np.minimum(cells - ends[0], ends[2] - cells)
    down = np.minimum(cells - ends[1], ends[3] - cells)
    within_by = np.minimum(across, down[:, None])
    return np.asarray(np.tanh(within_by / 4), dtype=np.float32)


def outline(patch: Patch, hint: Hint) -> F32:
    """Return (GRID, GRID), 0..1: how far each cell belongs to the object.

    Watersheds and GrabCut from seeds that the hint gives, likeliness of colours and the hint
    itself: a small U-Net (Ronneberger, Fischer and Brox 2015) weighs them and sees the pixels.
    """
    import cv2

    logits = _network(patch, maps(patch, hint))
    fine = cv2.resize(logits, (GRID, GRID), interpolation=cv2.INTER_LINEAR)
    soft = np.asarray(1 / (1 + np.exp(-fine.clip(-30, 30))), dtype=np.float32)
    if not hint.boxed:
        soft = (1 - CUT) * soft + CUT * _cut(patch, hint, soft)
    mark(soft, hint.front, 1)
    mark(soft, hint.back, 0)
    return np.asarray(soft, dtype=np.float32)


def _cut(patch: Patch, hint: Hint, soft: F32) -> Bool:
    """Return the foreground after a cut that moves what is not sure: it is finer than the network.

    For boxes it does not pay: there the network's smoothness is worth more than its detail is.
    """
    seeds = np.full((GRID, GRID), BACK, np.uint8)
    for above, kind in zip(SURE, (MAYBE_BACK, MAYBE_FRONT, FRONT), strict=True):
        seeds[soft > above] = kind
    mark(seeds, hint.front, FRONT)
    mark(seeds, hint.back, BACK)
    return grab(patch.pixels, seeds, 1)


def maps(patch: Patch, hint: Hint) -> F32:
    """Return (MAPS, COARSE, COARSE): what the network reads."""
    import cv2

    core, floods = _floods(patch, hint)
    flooded = np.asarray(sum(floods) / np.float32(len(floods)), dtype=np.float32)
    lab: Any = cv2.cvtColor(patch.pixels, cv2.COLOR_RGB2LAB)
    inner, outer = core, (hint.near < 0) & patch.inside
    won = flooded > 0.5  # noqa: PLR2004
    found = [
        *floods,
        likeliness(lab, inner if inner.any() else hint.soft > 0, outer),
        likeliness(lab, won, ~won & patch.inside),
        _edge(lab),
        grab(patch.pixels, _seeds(hint, core, won), 2),
        patch.inside,
        hint.soft,
        hint.near,
        _middle(),
        _about(hint.front),
        _about(hint.back),
        np.full((GRID, GRID), hint.boxed),
    ]
    stacked = np.stack([one.astype(np.float32) for one in found])
    halved = stacked.reshape(MAPS, COARSE, 2, COARSE, 2).mean(axis=(2, 4))
    return np.asarray(halved, dtype=np.float32)


def grab(pixels: U8, seeds: U8, rounds: int) -> Bool:
    """Return the foreground by GrabCut (Rother, Kolmogorov and Blake 2004) from marked pixels.

    Where there is nothing to tell apart, what was marked as foreground is.
    """
    import cv2

    if int(np.ptp(pixels)) < FLAT:
        return np.asarray(seeds & 1, dtype=np.bool_)
    found = seeds.copy()
    no_box: Any = None
    back, front = np.zeros(_MIXTURES), np.zeros(_MIXTURES)
    try:
        cv2.grabCut(pixels, found, no_box, back, front, rounds, cv2.GC_INIT_WITH_MASK)
    except cv2.error:
        found = seeds
    return np.asarray(found & 1, dtype=np.bool_)


def mark(values: Any, cells: Sequence[tuple[int, int]], value: float) -> None:
    """Set what lies about some cells."""
    for column, row in cells:
        rows = slice(max(0, row - CLICK), row + CLICK + 1)
        values[rows, max(0, column - CLICK) : column + CLICK + 1] = value


def _floods(patch: Patch, hint: Hint) -> tuple[Bool, list[F32]]:
    """Return the hint's core, and what watersheds from cores of three sizes flood."""
    import cv2

    pixels = cv2.GaussianBlur(patch.pixels, (3, 3), 0)
    deep = cv2.distanceTransform((hint.soft > 0.5).astype(np.uint8), cv2.DIST_L2, 3)  # noqa: PLR2004
    depth = deep / max(1.0, float(deep.max()))
    ground = (~within() | (hint.near < -0.9)) & patch.inside  # noqa: PLR2004
    floods = []
    for core in CORES:
        markers = np.zeros((GRID, GRID), np.int32)
        markers[ground] = 1
        markers[depth > 1 - core] = 2
        mark(markers, hint.front, 2)
        mark(markers, hint.back, 1)
        cv2.watershed(pixels, markers)
        floods.append((markers == 2).astype(np.float32))  # noqa: PLR2004
    return np.asarray(depth > 0.4, dtype=np.bool_), floods  # noqa: PLR2004


def _seeds(hint: Hint, core: Bool, won: Bool) -> U8:
    seeds = np.full((GRID, GRID), BACK, np.uint8)
    seeds[within() if hint.boxed else slice(None)] = MAYBE_BACK
    seeds[won] = MAYBE_FRONT
    seeds[core & won] = FRONT if hint.boxed else MAYBE_FRONT
    mark(seeds, hint.front, FRONT)
    mark(seeds, hint.back, BACK)
    return seeds


def _edge(lab: Any) -> F32:
    import cv2

    soft = cv2.GaussianBlur(lab, (0, 0), 0.8).astype(np.float32)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    both = np.abs(across).sum(axis=2) + np.abs(down).sum(axis=2)
    return np.asarray(np.minimum(both / 400, 1), dtype=np.float32)


@cache
def _middle() -> F32:
    """Return (GRID, GRID): nearness to the sides of the patch's box."""
    ends = (MARGIN, MARGIN, MARGIN + SPAN, MARGIN + SPAN)
    return nearness(ends)


def _about(cells: Cells) -> F32:
    """Return (GRID, GRID): 1 at the cells, less about them."""
    found = np.zeros((GRID, GRID), np.float32)
    at = np.arange(GRID, dtype=np.float32)
    for column, row in cells:
        across, down = np.exp(-((at - column) ** 2) / 128), np.exp(-((at - row) ** 2) / 128)
        np.maximum(found, down[:, None] * across, out=found)
    return found


def _network(patch: Patch, read: F32) -> F32:
    """Return logits (COARSE, COARSE): the mean of a U-Net that sees the pixels and two small ones.

    One of the small networks looks in a mirror. Together they follow clicks better than any alone.
    """
    pixels = patch.pixels.transpose(2, 0, 1)[None].astype(np.float32)
    seen = _session().run(["logits"], {"pixels": pixels, "maps": read[None]})[0][0]
    plain = _logits("outline", read)
    mirrored = _logits("outline_mirrored", read[..., ::-1])[:, ::-1]
    return np.asarray((2 * seen + plain + mirrored) / np.float32(4), dtype=np.float32)


@cache
def _session() -> Any:
    """Return the network, opened once; `benchmarks/train_classical.py` fits it."""
    return open_session(OUTLINER)


def _logits(part: str, read: F32) -> F32:
    learned = weights()
    mean, scale = learned[f"{part}.mean"], learned[f"{part}.scale"]
    values: F32 = (read - mean[:, None, None]) / scale[:, None, None]
    layers = learned.layers(part)
    for weight, bias in layers[:-1]:
        values = np.maximum(_convolved(values, weight, bias), 0)
    return np.asarray(_convolved(values, *layers[-1])[0], dtype=np.float32)


def _convolved(values: F32, weight: F32, bias: F32) -> F32:
    """Return (out, h, w): (C, h, w) through a convolution (out, C, k, k), padded by 0."""
    side = weight.shape[2]
    reach = side // 2
    padded = np.pad(values, ((0, 0), (reach, reach), (reach, reach)))
    pieces = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(1, 2))
    channels, height, width = values.shape
    columns = pieces.transpose(0, 3, 4, 1, 2).reshape(channels * side * side, height * width)
    out = weight.reshape(len(weight), -1) @ columns + bias[:, None]
    return np.asarray(out.reshape(len(weight), height, width), dtype=np.float32)
