"""What clicks ask: the regions that hold the first, then an outline that all agree with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.assist import Candidate
from sightline.core.errors import InvalidInputError
from sightline.engines.classical.outline import Hint, nearness, outline
from sightline.engines.classical.patch import GRID, cut, paste, sample
from sightline.engines.classical.pieces import tidy, trimmed
from sightline.engines.classical.regions import chosen, rated, regions_at

if TYPE_CHECKING:
    from sightline.core.arrays import F32, U8
    from sightline.core.geometry.shapes import Bounds
    from sightline.engines.classical.patch import Patch
    from sightline.engines.classical.regions import Region
    from sightline.engines.classical.tree import Trees

Points = tuple[tuple[float, float, bool], ...]
CANDIDATES: Final = 3
ROOM: Final = 0.12
"""By this share of its length a region's box is enlarged on each side: what is missed is near."""
SMALLEST: Final = 16.0
"""Pixels: the least side of what is looked at closely."""


def from_points(
    picture: U8, trees: Trees, points: Points, *, size: tuple[int, int], most: int = CANDIDATES
) -> list[Candidate]:
    """Return the outlines of what holds the first click and agrees with the others.

    Args:
        picture: (h, w, 3) RGB, whose pixels the points are in.
        trees: Its regions.
        points: x, y, and whether it is on the object.
        size: Width and height in which the answer is given.
        most: How many candidates are welcome.

    Raises:
        InvalidInputError: No point is on the object.
    """
    on = [(x, y) for x, y, is_on in points if is_on]
    if not on:
        raise InvalidInputError("no point is on the object", hint="click on it first")
    cells = [(*cell_of((x, y), picture, trees), is_on) for x, y, is_on in points]
    column, row = cell_of(on[0], picture, trees)
    regions = regions_at(trees, column, row)
    scores = rated(trees, regions, column, row)
    fits = np.array([_agrees(region, cells) for region in regions], np.float32)
    found = []
    for number in chosen(regions, scores * fits, most if len(points) == 1 else 1):
        soft = regions[number].mask.astype(np.float32)
        found.append(refined(picture, soft, points, float(scores[number]), size=size))
    return found


def refined(
    picture: U8, soft: F32, points: Points, score: float, *, size: tuple[int, int]
) -> Candidate:
    """Return the outline of a region (h, w) of the whole picture that agrees with clicks."""
    patch, hint = look(picture, soft, points)
    drawn = tidy(outline(patch, hint), hint.front)
    fx, fy = picture.shape[1] / size[0], picture.shape[0] / size[1]
    x1, y1, x2, y2 = patch.box
    there = replace(patch, box=(x1 / fx, y1 / fy, x2 / fx, y2 / fy))
    kept = trimmed(*paste(there, drawn, size))
    if kept is None:
        x, y = next((x, y) for x, y, is_on in (*points, (x1, y1, True)) if is_on)
        at = min(int(x / fx), size[0] - 1), min(int(y / fy), size[1] - 1)
        kept = np.ones((1, 1), np.bool_), at, (at[0], at[1], at[0] + 1.0, at[1] + 1.0)
    mask, window, box = kept
    logits = _spread(there, drawn, size, soft.shape)
    return Candidate(box=box, score=score, window=window, mask=mask, logits=logits)


def cell_of(point: tuple[float, float], picture: U8, trees: Trees) -> tuple[int, int]:
    """Return the column and row of a point of the picture on the trees' grid."""
    height, width = trees.labels.shape
    column = int(point[0] * width / picture.shape[1])
    row = int(point[1] * height / picture.shape[0])
    return min(max(column, 0), width - 1), min(max(row, 0), height - 1)


def _agrees(region: Region, cells: list[tuple[int, int, bool]]) -> float:
    """Return the share of clicks that a region agrees with, cubed, so that each counts."""
    right = [bool(region.mask[row, column]) == is_on for column, row, is_on in cells]
    return (sum(right) / len(right)) ** 3


def _spread(patch: Patch, soft: F32, size: tuple[int, int], shape: tuple[int, ...]) -> F32:
    """Return the log-odds of a patch's soft mask over the whole picture, as (h, w) of `shape`."""
    import cv2

    (dx, dy), (left, top) = patch.cell, patch.corner
    fx, fy = size[0] / shape[1], size[1] / shape[0]
    matrix = np.array(
        [
            [fx / dx, 0, (fx / 2 - left) / dx - 0.5],
            [0, fy / dy, (fy / 2 - top) / dy - 0.5],
        ]
    )
    odds = np.log((soft + 1e-3) / (1.001 - soft)).astype(np.float32)
    drawn = cv2.warpAffine(
        odds,
        matrix,
        (shape[1], shape[0]),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=-7.0,
    )
    return np.asarray(drawn, dtype=np.float32)


def look(picture: U8, soft: F32, points: Points) -> tuple[Patch, Hint]:
    """Return the patch about a region, and what the region and the clicks hint at.

    Args:
        picture: (H, W, 3) RGB.
        soft: (h, w) the region, 0..1, over the whole picture in any resolution.
        points: x, y in pixels of `picture`, and whether it is on the object.
    """
    height, width = picture.shape[:2]
    fx, fy = width / soft.shape[1], height / soft.shape[0]
    extent = _extent(soft, points, (fx, fy))
    patch = cut(picture, _roomy(extent, (width, height)))
    (dx, dy), (left, top) = patch.cell, patch.corner
    ends = (
        (extent[0] - left) / dx,
        (extent[1] - top) / dy,
        (extent[2] - left) / dx,
        (extent[3] - top) / dy,
    )
    return patch, Hint(
        resampled(soft, patch, (fx, fy)),
        nearness(ends),
        boxed=False,
        front=cells_of(patch, points, on=True),
        back=cells_of(patch, points, on=False),
    )


def resampled(soft: F32, patch: Patch, scale: tuple[float, float]) -> F32:
    """Return a map of the picture (h, w), a cell of which is `scale` pixels, on a patch's grid."""
    x1, y1, x2, y2 = patch.box
    there = replace(patch, box=(x1 / scale[0], y1 / scale[1], x2 / scale[0], y2 / scale[1]))
    return sample(there, soft, (0, 0))


def _extent(soft: F32, points: Points, scale: tuple[float, float]) -> Bounds:
    held: Any = soft > 0.5  # noqa: PLR2004
    rows, columns = np.flatnonzero(held.any(axis=1)), np.flatnonzero(held.any(axis=0))
    xs = [x for x, _, on in points if on]
    ys = [y for _, y, on in points if on]
    if len(rows):
        xs += [columns[0] * scale[0], (columns[-1] + 1) * scale[0]]
        ys += [rows[0] * scale[1], (rows[-1] + 1) * scale[1]]
    return float(min(xs)), float(min(ys)), float(max(xs)), float(max(ys))


def _roomy(box: Bounds, size: tuple[int, int]) -> Bounds:
    x1, y1, x2, y2 = box
    dx = max(ROOM * (x2 - x1), (SMALLEST - (x2 - x1)) / 2, 0.02 * size[0])
    dy = max(ROOM * (y2 - y1), (SMALLEST - (y2 - y1)) / 2, 0.02 * size[1])
    wide = max(0.0, x1 - dx), min(float(size[0]), x2 + dx)
    high = max(0.0, y1 - dy), min(float(size[1]), y2 + dy)
    return wide[0], high[0], max(wide[1], wide[0] + 1), max(high[1], high[0] + 1)


def cells_of(patch: Patch, points: Points, *, on: bool) -> list[tuple[int, int]]:
    """Return the cells of a patch (column, row) that points of one kind lie in."""
    (dx, dy), (left, top) = patch.cell, patch.corner
    found = [(int((x - left) / dx), int((y - top) / dy)) for x, y, is_on in points if is_on == on]
    return [(x, y) for x, y in found if 0 <= x < GRID and 0 <= y < GRID]
