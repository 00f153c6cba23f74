"""Which points of a map lie inside a drawn line, for a million points at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F64, I64, Bool

BANDS: Final = 128
CORNERS: Final = 3


def inside(xy: NDArray[Any], polygon: NDArray[Any]) -> Bool:
    """Return which points lie inside a polygon by the even-odd rule, (N,).

    A point is inside when a ray to its right crosses the line an odd number of times (Shimrat,
    Algorithm 112, 1962). Points are put into horizontal bands, so that each meets only the edges
    of its own band; the answer is that of comparing every point with every edge.

    Args:
        xy: (N, 2) float; a point that is not finite is outside.
        polygon: (P, 2) corners in order, P from 3; it is closed by itself and may cross itself.

    Raises:
        InvalidInputError: Fewer than three corners, or one that is not finite.
    """
    corners = np.asarray(polygon, dtype=np.float64)
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < CORNERS:  # noqa: PLR2004
        raise InvalidInputError("a region needs three corners", hint="draw a larger loop")
    if not np.isfinite(corners).all():
        raise InvalidInputError("a corner of the region is not a finite number")
    found = np.zeros(len(xy), np.bool_)
    low, high = corners.min(axis=0), corners.max(axis=0)
    x, y = xy[:, 0], xy[:, 1]
    near = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
    if not len(near) or high[1] == low[1]:
        return found
    found[near] = _crossed(x[near].astype(np.float64), y[near].astype(np.float64), corners)
    return found


def _crossed(x: F64, y: F64, corners: F64) -> Bool:
    """Return which points inside the corners' box (M,) are inside, band by band."""
    start, end = corners, np.roll(corners, -1, axis=0)
    slanted = start[:, 1] != end[:, 1]
    start, end = start[slanted], end[slanted]
    low, high = corners[:, 1].min(), corners[:, 1].max()
    band = _band(y, low, high)
    first = _band(np.minimum(start[:, 1], end[:, 1]), low, high)
    last = _band(np.maximum(start[:, 1], end[:, 1]), low, high)
    order = np.argsort(band, kind="stable")
    x, y = x[order], y[order]
    edges = np.searchsorted(band[order], np.arange(BANDS + 1))
    odd = np.zeros(len(x), np.bool_)
    for number in range(BANDS):
        here = slice(edges[number], edges[number + 1])
        if here.start == here.stop:
            continue
        for edge in np.flatnonzero((first <= number) & (last >= number)):
            odd[here] ^= _crosses(x[here], y[here], start[edge], end[edge])
    found = np.empty_like(odd)
    found[order] = odd
    return found


def _crosses(x: F64, y: F64, start: F64, end: F64) -> Bool:
    """Return for which points the ray to the right crosses one edge, (M,)."""
    between = (start[1] > y) != (end[1] > y)
    slope = (end[0] - start[0]) / (end[1] - start[1])
    crossed: Bool = between & (x < slope * (y - start[1]) + start[0])
    return crossed


def _band(y: F64, low: float, high: float) -> I64:
    """Return the band of each height; it never falls as y rises, so no edge misses a point."""
    share = (y - low) / (high - low)
    return np.clip((share * BANDS).astype(np.int64), 0, BANDS - 1)
