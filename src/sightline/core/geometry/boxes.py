"""Upright boxes as arrays: (N, 4) x1, y1, x2, y2 in pixels, x1 <= x2 and y1 <= y2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

    from sightline.core.arrays import F64, I64
    from sightline.core.geometry.shapes import Shape

CELLS: Final = 1 << 21
"""Pairs that are compared at once: 16 MB an array."""


def as_boxes(boxes: ArrayLike) -> F64:
    """Return (N, 4) float64, of none too.

    Raises:
        ValueError: It is no such array.
    """
    found = np.asarray(boxes, np.float64)
    return found.reshape(0, 4) if not found.size else found.reshape(len(found), 4)


def bounds_of(shapes: Sequence[Shape]) -> F64:
    """Return the bounds (N, 4) of N shapes."""
    return as_boxes([shape.bounds() for shape in shapes])


def area(boxes: ArrayLike) -> F64:
    """Return the areas (N,)."""
    found = as_boxes(boxes)
    return np.asarray((found[:, 2] - found[:, 0]) * (found[:, 3] - found[:, 1]), np.float64)


def clip(boxes: ArrayLike, *, size_wh: tuple[float, float]) -> F64:
    """Return the parts (N, 4) within a picture; what lies outside has no area."""
    found = as_boxes(boxes).copy()
    for at, most in enumerate(size_wh):
        np.clip(found[:, at::2], 0.0, most, out=found[:, at::2])
    return found


def intersection(a: ArrayLike, b: ArrayLike) -> F64:
    """Return the area (N, M) that each of N shares with each of M."""
    first, second = as_boxes(a)[:, None], as_boxes(b)[None]
    low = np.maximum(first[..., :2], second[..., :2])
    high = np.minimum(first[..., 2:], second[..., 2:])
    sides = np.maximum(high - low, 0.0)
    return np.asarray(sides[..., 0] * sides[..., 1], np.float64)


def iou(a: ArrayLike, b: ArrayLike) -> F64:
    """Return intersection over union (N, M); 0 where neither has an area."""
    shared = intersection(a, b)
    return _over(shared, area(a)[:, None] + area(b)[None] - shared)


def covered(a: ArrayLike, b: ArrayLike) -> F64:
    """Return which share (N, M) of each of N lies within each of M; 0 where it has no area."""
    return _over(intersection(a, b), area(a)[:, None])


def overlap(a: ArrayLike, b: ArrayLike) -> F64:
    """Return intersection over union of boxes pair by pair, (...,) of two (..., 4)."""
    first, second = np.asarray(a, np.float64), np.asarray(b, np.float64)
    inner = np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(
        first[..., :2], second[..., :2]
    )
    shared = np.maximum(inner, 0.0).prod(-1)
    sizes = (first[..., 2:] - first[..., :2]).prod(-1) + (second[..., 2:] - second[..., :2]).prod(
        -1
    )
    return _over(shared, sizes - shared)


def pairs_above(boxes: ArrayLike, least: float) -> tuple[I64, F64]:
    """Return which boxes overlap, without comparing all: each meets those that begin under it.

    Args:
        boxes: (N, 4)
        least: IoU from which on a pair counts, above 0.

    Returns:
        (P, 2) indices, the lower first, in order; (P,) their IoU.
    """
    found = as_boxes(boxes)
    order = np.argsort(found[:, 0], kind="stable")
    swept = found[order]
    ends = np.searchsorted(swept[:, 0], swept[:, 2])
    pairs, values = [np.zeros((0, 2), np.int64)], [np.zeros(0)]
    for rows in _chunks(len(order)):
        last = max(int(ends[rows].max()), rows.start)
        table = overlap(swept[rows, None], swept[None, rows.start : last])
        i, j = np.nonzero(np.triu(table >= max(least, np.finfo(np.float64).tiny), 1))
        pairs.append(np.sort(np.stack([order[rows.start + i], order[rows.start + j]], 1), axis=1))
        values.append(table[i, j])
    found_pairs, found_values = np.concatenate(pairs), np.concatenate(values)
    sorted_ = np.lexsort((found_pairs[:, 1], found_pairs[:, 0]))
    return found_pairs[sorted_], found_values[sorted_]


def nms(boxes: ArrayLike, scores: ArrayLike, iou: float) -> I64:
    """Return the indices (K,) that stay, by descending score: non-maximum suppression.

    A box goes when a better one that stays overlaps it by more than `iou`. Of equal scores the
    earlier wins.
    """
    found = as_boxes(boxes)
    order = np.argsort(-np.asarray(scores, np.float64), kind="stable")
    left = found[order]
    sizes = area(left)
    alive = np.ones(len(left), np.bool_)
    for at in range(len(left)):
        if alive[at]:
            _suppress(left, sizes, alive, at, iou)
    return np.asarray(order[alive], np.int64)


def nms_by_class(boxes: ArrayLike, scores: ArrayLike, classes: ArrayLike, iou: float) -> I64:
    """Return what `nms` does when boxes of different classes (N,) do not compete."""
    found, labels = as_boxes(boxes), np.asarray(classes)
    if not len(found):
        return np.zeros(0, np.int64)
    span = float(found.max() - found.min()) + 1.0
    _, places = np.unique(labels, return_inverse=True)
    return nms(found + places[:, None] * span, scores, iou)


def strongest(
    boxes: ArrayLike,
    scores: ArrayLike,
    classes: ArrayLike,
    *,
    min_score: float,
    iou: float,
    limit: int,
) -> I64:
    """Return the indices (K,) of found boxes worth keeping, by descending score.

    Those have an area, are so sure, and no stronger one of their class (N,) covers them.

    Args:
        boxes: (N, 4)
        scores: (N,)
        classes: (N,)
        min_score: Below it none is kept.
        iou: Above it two of a class are the same one.
        limit: So many are kept.
    """
    found, sure = as_boxes(boxes), np.asarray(scores, np.float64)
    solid = (found[:, 2:] > found[:, :2]).all(axis=1)
    places = np.flatnonzero((sure >= min_score) & solid)
    labels = np.asarray(classes).reshape(-1)[places]
    return np.asarray(places[nms_by_class(found[places], sure[places], labels, iou)[:limit]])


def to_xywh(boxes: ArrayLike) -> F64:
    """Return (N, 4) x, y, width, height."""
    found = as_boxes(boxes)
    return np.concatenate([found[:, :2], found[:, 2:] - found[:, :2]], axis=1)


def from_xywh(boxes: ArrayLike) -> F64:
    """Return (N, 4) boxes of x, y, width, height."""
    found = as_boxes(boxes)
    return np.concatenate([found[:, :2], found[:, :2] + found[:, 2:]], axis=1)


def to_cxcywh(boxes: ArrayLike) -> F64:
    """Return (N, 4) x and y of the centre, width, height."""
    found = as_boxes(boxes)
    sides = found[:, 2:] - found[:, :2]
    return np.concatenate([found[:, :2] + sides / 2, sides], axis=1)


def from_cxcywh(boxes: ArrayLike) -> F64:
    """Return (N, 4) boxes of x and y of the centre, width, height."""
    found = as_boxes(boxes)
    return np.concatenate(
        [found[:, :2] - found[:, 2:] / 2, found[:, :2] + found[:, 2:] / 2], axis=1
    )


def _suppress(boxes: F64, sizes: F64, alive: NDArray[Any], at: int, limit: float) -> None:
    rest = np.flatnonzero(alive[at + 1 :]) + at + 1
    low = np.maximum(boxes[rest, :2], boxes[at, :2])
    high = np.minimum(boxes[rest, 2:], boxes[at, 2:])
    sides = np.maximum(high - low, 0.0)
    shared = sides[:, 0] * sides[:, 1]
    overlap = _over(shared, sizes[rest] + sizes[at] - shared)
    alive[rest[overlap > limit]] = False


def _chunks(count: int) -> Iterator[slice]:
    step = max(1, CELLS // max(count, 1))
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def _over(part: F64, whole: F64) -> F64:
    out = np.zeros(np.broadcast_shapes(part.shape, whole.shape))
    return np.asarray(np.divide(part, whole, out=out, where=whole > 0), np.float64)
