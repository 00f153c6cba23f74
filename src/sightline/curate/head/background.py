"""What is no object: boxes that touch none, and their crops sorted into kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.geometry.boxes import as_boxes, iou
from sightline.heads.guard import BACKGROUND

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from sightline.core.arrays import F64, I64

MOST_IOU: Final = 0.01
TRIES: Final = 8
"""Boxes that are tried for each that is wanted."""


def propose(
    objects: ArrayLike, sizes: F64, *, size_wh: tuple[int, int], count: int, seed: int
) -> F64:
    """Return up to `count` boxes (M, 4) that overlap no object by more than IoU 0.01.

    Args:
        objects: (N, 4) drawn in the picture.
        sizes: (S, 2) width and height of objects anywhere, pixels: the boxes get such.
        size_wh: Of the picture.
        count: How many are wanted.
        seed: Another one gives others.
    """
    rng = np.random.default_rng(seed)
    drawn, most = as_boxes(objects), np.asarray(size_wh, np.float64)
    tries = TRIES * count
    wh = np.minimum(sizes[rng.integers(len(sizes), size=tries)], most)
    low = rng.random((tries, 2)) * (most - wh)
    boxes = np.concatenate([low, low + wh], axis=1)
    if len(drawn):
        boxes = boxes[iou(boxes, drawn).max(axis=1) <= MOST_IOU]
    return np.asarray(boxes[:count], np.float64)


def kinds(rows: NDArray[Any], *, count: int, seed: int) -> I64:
    """Return the kind (N,), 0..count-1, of vectors (N, D) of background, by k-means."""
    from sklearn.cluster import KMeans

    count = min(count, len(rows))
    if count < 2:  # noqa: PLR2004
        return np.zeros(len(rows), np.int64)
    found = KMeans(count, n_init=1, random_state=seed).fit(rows.astype(np.float32))
    return np.asarray(found.labels_, np.int64)


def names(count: int) -> tuple[str, ...]:
    """Return what the kinds are called."""
    return tuple(f"{BACKGROUND}{n}" for n in range(count))
