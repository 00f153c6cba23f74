"""Turned rectangles as arrays: (N, 5) cx, cy, width, height, degrees clockwise as seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.geometry import boxes
from sightline.core.geometry.shapes import OrientedBox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from sightline.core.arrays import F64, I64, Bool

_HALVES: Final = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
PAIRS: Final = 1 << 14
"""That are compared at once."""


def as_oriented(found: ArrayLike) -> F64:
    """Return (N, 5) float64, of none too."""
    array = np.asarray(found, np.float64)
    return array.reshape(0, 5) if not array.size else array.reshape(len(array), 5)


def rows_of(shapes: Sequence[OrientedBox]) -> F64:
    """Return N oriented boxes as (N, 5)."""
    return as_oriented([shape.to_json() for shape in shapes])


def corners(found: ArrayLike) -> F64:
    """Return the corners (N, 4, 2), clockwise as seen, from the one that was top left unturned."""
    rows = as_oriented(found)
    angle = np.radians(rows[:, 4])
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    sides = _HALVES[None] * rows[:, None, 2:4]
    x, y = sides[..., 0], sides[..., 1]
    return np.asarray(np.stack([x * cos - y * sin, x * sin + y * cos], axis=-1) + rows[:, None, :2])


def area(found: ArrayLike) -> F64:
    """Return the areas (N,)."""
    rows = as_oriented(found)
    return np.asarray(rows[:, 2] * rows[:, 3], np.float64)


def bounds(found: ArrayLike) -> F64:
    """Return the smallest upright boxes (N, 4) about them."""
    places = corners(found)
    return np.concatenate([places.min(axis=1), places.max(axis=1)], axis=1).reshape(-1, 4)


def intersection(a: ArrayLike, b: ArrayLike) -> F64:
    """Return the area (N, M) that each of N shares with each of M."""
    first, second = as_oriented(a), as_oriented(b)
    out = np.zeros((len(first), len(second)))
    i, j = np.nonzero(boxes.intersection(bounds(first), bounds(second)) > 0)
    for at in range(0, len(i), PAIRS):
        rows, columns = i[at : at + PAIRS], j[at : at + PAIRS]
        out[rows, columns] = _shared(first[rows], second[columns])
    return out


def iou(a: ArrayLike, b: ArrayLike) -> F64:
    """Return intersection over union (N, M); 0 where neither has an area."""
    shared = intersection(a, b)
    union = area(a)[:, None] + area(b)[None] - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0))


def nms(found: ArrayLike, scores: ArrayLike, limit: float) -> I64:
    """Return the indices (K,) that stay, by descending score, as `boxes.nms` does."""
    rows = as_oriented(found)
    order = np.argsort(-np.asarray(scores, np.float64), kind="stable")
    left, places = rows[order], bounds(rows[order])
    alive = np.ones(len(left), np.bool_)
    for at in range(len(left)):
        if alive[at]:
            rest = np.flatnonzero(alive[at + 1 :]) + at + 1
            near = rest[boxes.intersection(places[at : at + 1], places[rest])[0] > 0]
            alive[near[iou(left[at : at + 1], left[near])[0] > limit]] = False
    return np.asarray(order[alive], np.int64)


def smallest_about(points: ArrayLike) -> OrientedBox:
    """Return the smallest rectangle about points (N, 2): one side lies on their convex hull.

    Freeman and Shapira 1975, "Determining the minimum-area encasing rectangle for an arbitrary
    closed curve". Its angle is -45 to 45 degrees.

    Raises:
        ValueError: They lie on one line.
    """
    places = np.asarray(points, np.float64).reshape(-1, 2)
    hull = convex_hull(places)
    if len(hull) < 3:  # noqa: PLR2004 - two ends of a line
        raise ValueError("they lie on one line")
    along = np.roll(hull, -1, axis=0) - hull
    angles = np.unique(np.arctan2(along[:, 1], along[:, 0]) % (np.pi / 2))
    cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
    middle = hull.mean(axis=0)
    x, y = (hull - middle).T
    u, v = cos * x + sin * y, cos * y - sin * x
    width, height = np.ptp(u, axis=1), np.ptp(v, axis=1)
    best = int(np.argmin(width * height))
    centre_u, centre_v = (u[best].max() + u[best].min()) / 2, (v[best].max() + v[best].min()) / 2
    c, s = float(cos[best, 0]), float(sin[best, 0])
    cx, cy = c * centre_u - s * centre_v + middle[0], s * centre_u + c * centre_v + middle[1]
    degrees, size = float(np.degrees(angles[best])), (float(width[best]), float(height[best]))
    if degrees > 45:  # noqa: PLR2004 - the other side is nearer to level
        degrees, size = degrees - 90, size[::-1]
    return OrientedBox(float(cx), float(cy), *size, degrees)


def convex_hull(points: ArrayLike) -> F64:
    """Return the corners (K, 2) of the hull of points (N, 2), clockwise as seen.

    Andrew 1979, "Another efficient algorithm for convex hulls in two dimensions".
    """
    places = [tuple(one) for one in np.unique(np.asarray(points, np.float64), axis=0).tolist()]
    if len(places) < 3:  # noqa: PLR2004 - is its own hull
        return np.array(places).reshape(-1, 2)
    return np.array([*_half(places)[:-1], *_half(places[::-1])[:-1]])


def _half(places: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
    hull: list[tuple[float, ...]] = []
    for x, y in places:
        while len(hull) > 1:
            (ax, ay), (bx, by) = hull[-2], hull[-1]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            hull.pop()
        hull.append((x, y))
    return hull


def _shared(a: F64, b: F64) -> F64:
    """Return the area (P,) that pairs (P, 5) share.

    The corners of what two convex shapes share are corners of one inside the other and crossings
    of their sides; in order about their middle they enclose it.
    """
    origin = a[:, :2].copy()
    p, q = corners(a) - origin[:, None], corners(b) - origin[:, None]
    crossings, crossed = _crossings(p, q)
    points = np.concatenate([p, q, crossings], axis=1)
    valid = np.concatenate([_inside(p, q), _inside(q, p), crossed], axis=1)
    count = valid.sum(axis=1)
    kept = np.where(valid[..., None], points, 0.0)
    middle = kept.sum(axis=1) / np.maximum(count, 1)[:, None]
    from_middle = np.where(valid[..., None], points - middle[:, None], 0.0)
    angle = np.where(valid, np.arctan2(from_middle[..., 1], from_middle[..., 0]), np.inf)
    order = np.argsort(angle, axis=1)
    ring = np.take_along_axis(from_middle, order[..., None], axis=1)
    there = np.take_along_axis(valid, order, axis=1)
    ring = np.where(there[..., None], ring, ring[:, :1])
    after = np.roll(ring, -1, axis=1)
    cross = ring[..., 0] * after[..., 1] - ring[..., 1] * after[..., 0]
    return np.asarray(np.where(count > 2, np.abs(cross.sum(axis=1)) / 2, 0.0), np.float64)  # noqa: PLR2004


def _inside(points: F64, quads: F64) -> Bool:
    """Return which points (P, 4, 2) lie in their quad (P, 4, 2), its border included."""
    start = quads[:, None]
    along = np.roll(quads, -1, axis=1)[:, None] - start
    beside = points[:, :, None] - start
    turn = along[..., 0] * beside[..., 1] - along[..., 1] * beside[..., 0]
    slack = 1e-9 * np.abs(along).sum(axis=-1)
    return np.asarray((turn >= -slack).all(axis=2), np.bool_)


def _crossings(p: F64, q: F64) -> tuple[F64, Bool]:
    """Return where sides of quads (P, 4, 2) cross, (P, 16, 2), and which do."""
    a, along = p[:, :, None], (np.roll(p, -1, axis=1) - p)[:, :, None]
    b, beside = q[:, None], (np.roll(q, -1, axis=1) - q)[:, None]
    gap = b - a
    det = along[..., 0] * beside[..., 1] - along[..., 1] * beside[..., 0]
    flat = np.abs(det) < 1e-12  # noqa: PLR2004 - parallel
    safe = np.where(flat, 1.0, det)
    t = (gap[..., 0] * beside[..., 1] - gap[..., 1] * beside[..., 0]) / safe
    u = (gap[..., 0] * along[..., 1] - gap[..., 1] * along[..., 0]) / safe
    crossed = ~flat & (t >= 0) & (t <= 1) & (u >= 0) & (u <= 1)
    found = a + t[..., None] * along
    return found.reshape(len(p), 16, 2), crossed.reshape(len(p), 16)
