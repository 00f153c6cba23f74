"""Keypoints as arrays, and how alike two sets of them are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from sightline.core.arrays import F64
    from sightline.core.geometry.shapes import Keypoints

PERSON_SIGMAS: Final = np.array(
    [.026, .025, .025, .035, .035, .079, .079, .072, .072, .062, .062, .107, .107, .087, .087,
     .089, .089]
)  # fmt: skip
"""How far people scatter about each of COCO's 17 points of a person, in units of its size."""
SIGMA: Final = 0.05
"""Of points that nobody has measured."""


def rows_of(shapes: Sequence[Keypoints], count: int) -> F64:
    """Return N objects as (N, count, 3) x, y, visibility; points that are not given are 0."""
    out = np.zeros((len(shapes), count, 3))
    for row, shape in zip(out, shapes, strict=True):
        given = np.array(shape.points[:count], np.float64).reshape(-1, 3)
        row[: len(given)] = given
    return out


def sigmas_of(count: int) -> F64:
    """Return the scatter (count,) of the points of a skeleton with so many."""
    return PERSON_SIGMAS.copy() if count == len(PERSON_SIGMAS) else np.full(count, SIGMA)


def oks(truth: ArrayLike, found: ArrayLike, areas: ArrayLike, sigmas: ArrayLike) -> F64:
    """Return the object keypoint similarity (N, M) of COCO.

    Args:
        truth: (N, K, 3) x, y, visibility; only points with one above 0 count.
        found: (M, K, 3)
        areas: (N,) of the true objects, in square pixels.
        sigmas: (K,)
    """
    a, b = np.asarray(truth, np.float64), np.asarray(found, np.float64)
    if not len(a) or not len(b):
        return np.zeros((len(a), len(b)))
    size = np.maximum(np.asarray(areas, np.float64), np.spacing(1.0))[:, None, None]
    squared = ((a[:, None, :, :2] - b[None, :, :, :2]) ** 2).sum(axis=-1)
    alike = np.exp(-squared / (8 * np.asarray(sigmas, np.float64) ** 2 * size))
    given = (a[..., 2] > 0)[:, None]
    counts = np.maximum(given.sum(axis=-1), 1)
    return np.asarray((alike * given).sum(axis=-1) / counts, np.float64)
