"""Polygons: areas of rings and holes, what two polygons share, cut at a rectangle.

Within a part the even-odd rule holds, so a hole is a ring like any other and a ring that crosses
itself has an area; parts are united.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.geometry.shapes import Polygon

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike

    from sightline.core.arrays import F64, I64
    from sightline.core.geometry.shapes import Ring

CELLS: Final = 1 << 20
"""Places on scan lines that are looked at once."""


def points_of(ring: ArrayLike) -> F64:
    """Return x0, y0, x1, y1, ... as (N, 2)."""
    return np.asarray(ring, np.float64).reshape(-1, 2)


def ring_of(points: ArrayLike) -> Ring:
    """Return (N, 2) as x0, y0, x1, y1, ..."""
    return tuple(np.asarray(points, np.float64).ravel().tolist())


def ring_area(points: ArrayLike) -> float:
    """Return the area of a ring (N, 2), positive when it runs clockwise as seen."""
    x, y = points_of(points).T
    next_x, next_y = np.concatenate([x[1:], x[:1]]), np.concatenate([y[1:], y[:1]])
    return float(np.dot(x, next_y) - np.dot(next_x, y)) / 2


def area(shape: Polygon) -> float:
    """Return the area in square pixels, exactly, holes left out and overlaps counted once."""
    ring = points_of(shape.parts[0][0])
    if len(shape.parts) == len(shape.parts[0]) == 1 and _is_simple(ring):
        return abs(ring_area(ring))
    return float(_shared(shape, shape)[0])


def intersection(a: Polygon, b: Polygon) -> float:
    """Return the area that both cover, exactly."""
    if not _meet(a, b):
        return 0.0
    return float(_shared(a, b)[2])


def iou(a: Polygon, b: Polygon) -> float:
    """Return intersection over union, exactly; 0 where neither has an area."""
    if not _meet(a, b):
        return 0.0
    first, second, both = _shared(a, b)
    union = first + second - both
    return float(both / union) if union > 0 else 0.0


def centroid(shape: Polygon) -> tuple[float, float]:
    """Return the centre of gravity of the rings, holes left out; of no area: of the corners."""
    weights, sums = 0.0, np.zeros(2)
    for part in shape.parts:
        for at, ring in enumerate(part):
            points = points_of(ring)
            middle, size = _ring_centroid(points)
            size = -abs(size) if at else abs(size)
            weights, sums = weights + size, sums + size * middle
    if weights <= 0:
        corners = np.concatenate([points_of(ring) for part in shape.parts for ring in part])
        x, y = corners.mean(axis=0)
    else:
        x, y = sums / weights
    return float(x), float(y)


def clip(shape: Polygon, *, size_wh: tuple[float, float]) -> Polygon | None:
    """Return what lies within a picture; None: nothing that has an area.

    Rings are cut side by side (Sutherland and Hodgman 1974, "Reentrant polygon clipping"): what
    falls apart stays joined by lines along the border, which have no area.
    """
    parts = []
    for part in shape.parts:
        rings = [_clip_ring(points_of(ring), size_wh) for ring in part]
        if len(rings[0]):
            parts.append(tuple(ring_of(ring) for ring in rings if len(ring)))
    found = Polygon(tuple(parts))
    return found if parts and area(found) > 0 else None


def _meet(a: Polygon, b: Polygon) -> bool:
    x1, y1, x2, y2 = a.bounds()
    u1, v1, u2, v2 = b.bounds()
    return min(x2, u2) > max(x1, u1) and min(y2, v2) > max(y1, v1)


def _is_simple(ring: F64) -> bool:
    """Say whether no two sides of a ring (N, 2) meet but in the corner between them."""
    count = len(ring)
    if count * count > CELLS:
        return False
    along = np.concatenate([ring[1:], ring[:1]]) - ring
    gap = ring[None] - ring[:, None]
    det = along[:, None, 0] * along[None, :, 1] - along[:, None, 1] * along[None, :, 0]
    t = gap[..., 0] * along[None, :, 1] - gap[..., 1] * along[None, :, 0]
    u = gap[..., 0] * along[:, None, 1] - gap[..., 1] * along[:, None, 0]
    sign, most = np.sign(det), np.abs(det)
    meet = (det != 0) & (t * sign >= 0) & (u * sign >= 0)
    meet &= (t * sign <= most) & (u * sign <= most)
    one, other = np.nonzero((det == 0) & (u == 0))  # on one line: do they overlap there?
    length = (along[one] ** 2).sum(1)
    begin = (gap[one, other] * along[one]).sum(1)
    end = begin + (along[other] * along[one]).sum(1)
    meet[one, other] = (np.maximum(begin, end) >= 0) & (np.minimum(begin, end) <= length)
    at = np.arange(count)
    for step in (0, 1, -1):  # itself, and its neighbours
        meet[at, (at + step) % count] = False
    return not meet.any()


def _shared(a: Polygon, b: Polygon) -> F64:
    """Return the areas (3,) of a, of b and of both.

    Between two heights at which sides end or cross, every side is one straight piece and their
    order does not change, so what a horizontal line at the middle covers, times the height of the
    slab, is the area exactly.
    """
    low, high, owner = _sides([a, b])
    levels = _levels(low, high)
    middles, heights = (levels[1:] + levels[:-1]) / 2, np.diff(levels)
    total = np.zeros(3)
    parts = len(a.parts)
    step = max(1, CELLS // max(len(low), 1))
    for at in range(0, len(middles), step):
        rows = slice(at, at + step)
        x, who = _crossings(low, high, owner, middles[rows])
        total += heights[rows] @ _lengths(x, who, parts, len(a.parts) + len(b.parts))
    return total


def _sides(shapes: Sequence[Polygon]) -> tuple[F64, F64, I64]:
    """Return both ends (S, 2) of each side that is not level, upper first, and its part (S,)."""
    starts, ends, owners = [], [], []
    parts = [part for shape in shapes for part in shape.parts]
    for place, part in enumerate(parts):
        for ring in part:
            points = points_of(ring)
            starts.append(points)
            ends.append(np.roll(points, -1, axis=0))
            owners.append(np.full(len(points), place))
    start, end, owner = np.concatenate(starts), np.concatenate(ends), np.concatenate(owners)
    slanted = start[:, 1] != end[:, 1]
    start, end, owner = start[slanted], end[slanted], owner[slanted]
    down = (start[:, 1] < end[:, 1])[:, None]
    return np.where(down, start, end), np.where(down, end, start), owner


def _levels(low: F64, high: F64) -> F64:
    """Return the heights, in order, at which sides end or cross."""
    found = [low[:, 1], high[:, 1]]
    along = high - low
    for rows in _chunks(len(low)):
        gap = low[None] - low[rows][:, None]
        det = (
            along[rows][:, None, 0] * along[None, :, 1]
            - along[rows][:, None, 1] * along[None, :, 0]
        )
        safe = np.where(det == 0, 1.0, det)
        t = (gap[..., 0] * along[None, :, 1] - gap[..., 1] * along[None, :, 0]) / safe
        u = (gap[..., 0] * along[rows][:, None, 1] - gap[..., 1] * along[rows][:, None, 0]) / safe
        crossing = (det != 0) & (t > 0) & (t < 1) & (u > 0) & (u < 1)
        found.append((low[rows, 1][:, None] + t * along[rows, 1][:, None])[crossing])
    return np.unique(np.concatenate(found))


def _chunks(count: int) -> Iterator[slice]:
    step = max(1, CELLS // max(count, 1))
    for at in range(0, count, step):
        yield slice(at, at + step)


def _crossings(low: F64, high: F64, owner: I64, levels: F64) -> tuple[F64, I64]:
    """Return where levels (L,) cut the sides, in order (L, S), and whose they are; -1: none."""
    there = (low[:, 1] <= levels[:, None]) & (levels[:, None] < high[:, 1])
    slope = (high[:, 0] - low[:, 0]) / (high[:, 1] - low[:, 1])
    x = np.where(there, low[:, 0] + slope * (levels[:, None] - low[:, 1]), np.inf)
    order = np.argsort(x, axis=1)
    who = np.take_along_axis(np.where(there, owner, -1), order, axis=1)
    return np.take_along_axis(x, order, axis=1), who


def _lengths(x: F64, who: I64, first: int, parts: int) -> F64:
    """Return how much of each level a, b and both cover: (L, 3)."""
    inside = [np.zeros(who.shape, np.bool_), np.zeros(who.shape, np.bool_)]
    for part in range(parts):
        inside[int(part >= first)] |= (np.cumsum(who == part, axis=1) & 1).astype(np.bool_)
    ends = np.where(np.isfinite(x), x, 0.0)
    gaps = np.where(np.isfinite(x[:, 1:]), ends[:, 1:] - ends[:, :-1], 0.0)
    a, b = (one[:, :-1] for one in inside)
    return np.stack([(gaps * one).sum(axis=1) for one in (a, b, a & b)], axis=1)


def _ring_centroid(points: F64) -> tuple[F64, float]:
    origin = points[0]
    here = points - origin
    after = np.roll(here, -1, axis=0)
    cross = here[:, 0] * after[:, 1] - after[:, 0] * here[:, 1]
    size = float(cross.sum()) / 2
    if size == 0:
        return points.mean(axis=0), 0.0
    middle = ((here + after) * cross[:, None]).sum(axis=0) / (6 * size)
    return np.asarray(origin + middle, np.float64), size


def _clip_ring(points: F64, size_wh: tuple[float, float]) -> F64:
    for axis in (0, 1):
        for limit, sign in ((0.0, 1.0), (size_wh[axis], -1.0)):
            points = _clip_side(points, axis, limit, sign)
            if len(points) < 3:  # noqa: PLR2004 - encloses nothing
                return np.zeros((0, 2))
    return points


def _clip_side(points: F64, axis: int, limit: float, sign: float) -> F64:
    """Keep what lies where sign * (coordinate - limit) >= 0."""
    beyond = sign * (points[:, axis] - limit)
    after, next_beyond = np.roll(points, -1, axis=0), np.roll(beyond, -1)
    out: list[F64] = []
    for at, (here, there) in enumerate(zip(beyond, next_beyond, strict=True)):
        if here >= 0:
            out.append(points[at])
        if (here >= 0) != (there >= 0) and here != 0 and there != 0:
            cut = points[at] + (after[at] - points[at]) * (here / (here - there))
            cut[axis] = limit
            out.append(cut)
    return np.array(out).reshape(-1, 2)
