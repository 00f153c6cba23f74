"""Which pictures stand for the others: greedy coverage under a kernel.

MaxHerding (Bae et al., "Generalized Coverage for More Robust Low-Budget Active Learning", 2024):
with k(i, j) the likeness of two images, choose the set that maximises the mean over i of the
largest k(i, j). The gain of one more image only falls as the set grows, so the greedy choice is
within 1 - 1/e of the best and most gains need not be computed again (Minoux 1978).
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from sightline.core.arrays import F32, I64

WIDTH: Final = 0.15
"""Variance of the kernel, in median squared distances: neighbours count, strangers do not."""
_PROBE: Final = 1000


def bandwidth(rows: F32) -> float:
    """Return twice the kernel's variance for rows (M, D) of length 1."""
    probe = rows[:: max(1, len(rows) // _PROBE)]
    distance = squared_distances(probe, probe)
    return 2.0 * WIDTH * max(float(np.median(distance)), 1e-6)


def squared_distances(a: F32, b: F32) -> F32:
    """Return (A, B) squared distances of rows of length 1 (or 0)."""
    left, right = (a * a).sum(axis=1)[:, None], (b * b).sum(axis=1)[None]
    distance = a @ b.T
    distance *= -2.0
    distance += left
    distance += right
    np.maximum(distance, 0.0, out=distance)
    return np.asarray(distance)


def likeness(a: F32, b: F32, width: float) -> F32:
    """Return the kernel (A, B), 0..1; 1 for equal rows."""
    distance = squared_distances(a, b)
    distance *= np.float32(-1.0 / width)
    np.exp(distance, out=distance)
    return distance


def herd(kernel: F32, covered: F32, weight: F32, count: int) -> tuple[I64, F32]:
    """Return the places of `count` images that add most coverage, and what each adds.

    Args:
        kernel: (M, M), symmetric.
        covered: (M,) likeness to the nearest image that is labelled already.
        weight: (M,) how much it matters that an image is covered.
        count: How many; at most M.

    Returns:
        (count,) places in the order of the choice, and (count,) the gain of each as a share of
        all that was uncovered before it.
    """
    cover = covered.astype(np.float32).copy()
    gains = _gains(kernel, cover, weight)
    heap = [(-float(gain), place) for place, gain in enumerate(gains)]
    heapq.heapify(heap)
    picked: list[int] = []
    shares: list[float] = []
    while heap and len(picked) < count:
        _, place = heapq.heappop(heap)
        gain = float(np.maximum(kernel[place] - cover, 0.0) @ weight)
        if heap and gain < -heap[0][0] - 1e-9:
            heapq.heappush(heap, (-gain, place))
            continue
        left = float((1.0 - cover) @ weight)
        picked.append(place)
        shares.append(gain / left if left > 0 else 0.0)
        np.maximum(cover, kernel[place], out=cover)
    return np.asarray(picked, dtype=np.int64), np.asarray(shares, dtype=np.float32)


def spread(kernel: F32, worth: F32, count: int) -> I64:
    """Return the places of `count` images of high worth that are unlike each other, in order.

    Args:
        kernel: (M, M) likeness.
        worth: (M,) above 0.
        count: How many; at most M.
    """
    nearest = np.zeros(len(worth), np.float32)
    left = worth.astype(np.float32).copy()
    picked = np.empty(min(count, len(worth)), np.int64)
    for at in range(len(picked)):
        place = int(np.argmax(left * (1.0 - nearest) + left * np.float32(1e-6)))
        picked[at] = place
        left[place] = -1.0
        np.maximum(nearest, kernel[place], out=nearest)
        nearest[place] = 0.0
    return picked


def _gains(kernel: F32, cover: F32, weight: F32) -> F32:
    """Return (M,) what each image would add, in blocks that stay in the cache."""
    out = np.empty(len(kernel), np.float32)
    for at in range(0, len(kernel), 64):
        out[at : at + 64] = np.maximum(kernel[at : at + 64] - cover, 0.0) @ weight
    return out
