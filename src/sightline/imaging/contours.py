"""A mask as a polygon of few corners, its likeness guaranteed.

Corners are chosen by Douglas and Peucker 1973 ("Algorithms for the reduction of the number of
points required to represent a digitized line") among the middles of the pixel edges, which, other
than their ends, lean neither in nor out. Each side is then the total least squares line of the
edges it stands for, and corners are where neighbouring lines meet (Selinger 2003, "Potrace"). The
tolerance is halved in upon the coarsest whose pixels are like enough to the mask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.core.geometry.polygons import ring_of
from sightline.core.geometry.shapes import Polygon
from sightline.imaging.outlines import Outline, outlines_of
from sightline.imaging.rasters import after, cuts_between
from sightline.imaging.walks import Walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F64, I64, Bool
    from sightline.core.geometry.shapes import Part

    Rings = list[F64]

TRIES: Final = 6
NEAR: Final = 1.25
"""Tolerances nearer than this to each other keep much the same corners."""
MARGIN: Final = 0.25
"""Of what may differ, kept back for other programs' rules of drawing."""
SPECKS: Final = 0.2
"""Of what may differ, spent on rings that are left out: the smallest."""
MOST_RINGS: Final = 2_000
"""Of noise, which is not made simpler."""
GUESS: Final = 4.0
"""Tolerance to begin with: so much of an outline's length times it is what differs."""
FINEST_PX: Final = 0.3
"""Tolerances below it keep nearly every corner."""
NUDGE: Final = 0.1
STILL: Final = np.zeros((1, 2))
NUDGES: Final = NUDGE * np.array([(1, 1), (-1, 1), (1, -1), (-1, -1)])
"""Pixels. Other programs draw by other rules: what only just holds here would fail there."""


def polygon_of(mask: Bool, *, window: tuple[int, int] = (0, 0), min_iou: float = 0.98) -> Polygon:
    """Return the pixels (H, W) as a polygon, all their areas and holes.

    Args:
        mask: The pixels; only those within a window of the picture may be given.
        window: x and y of the mask's top left pixel in the picture.
        min_iou: How alike the polygon's pixels (`rasters.fill`) and the mask are at least; 1
            follows the pixel edges.

    Raises:
        InvalidInputError: No pixel is set.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        raise InvalidInputError("no pixel is set", hint="draw the mask again")
    top, left = int(rows[0]), int(columns[0])
    cut = np.ascontiguousarray(mask[top : rows[-1] + 1, left : columns[-1] + 1], dtype=np.bool_)
    parts = _parts(outlines_of(cut), cut)
    exact, few = _exact(parts), _simplest(parts, cut, min_iou)
    rings = exact if few is None or _corners(exact) <= _corners(few) else few
    shift = np.array([window[0] + left, window[1] + top], np.float64)
    return Polygon(tuple(_part(one, shift) for one in rings))


def _simplest(parts: Sequence[Sequence[Outline]], mask: Bool, min_iou: float) -> list[Rings] | None:
    """Return the coarsest rings that are like enough; None: only the exact ones are."""
    if min_iou >= 1 or sum(map(len, parts)) > MOST_RINGS:
        return None
    wanted = min_iou + MARGIN * (1 - min_iou)
    target = _Target(parts, mask)
    size_wh = np.array(mask.shape[::-1], np.float64)
    steps = sum(len(one.steps) for outlines in parts for one in outlines)
    kept = _without_specks(parts, SPECKS * (1 - wanted) * target.size)
    walks = [[Walk(one) for one in outlines] for outlines in kept]
    low, high = FINEST_PX, max(2.0, max(mask.shape) / 8)
    middle = min(max(GUESS * (1 - wanted) * target.size / steps, low), high)
    best: list[Rings] | None = None
    for _ in range(TRIES):
        found = _simplified(walks, middle, size_wh)
        if target.likeness(found, wanted) >= wanted:
            best, low, high = found, middle, min(high, 8 * middle)
        else:
            high = middle
        if best is not None and high < NEAR * low:
            break
        middle = float(np.sqrt(low * high))
    return best


def _without_specks(parts: Sequence[Sequence[Outline]], budget: float) -> list[Sequence[Outline]]:
    """Return the parts without their smallest rings, up to so many pixels; the largest stays."""
    rings = [(abs(one.area), at) for at, part in enumerate(parts) for one in part[1:]]
    rings += [(one[0].area, at) for at, one in enumerate(parts) if len(one) == 1 and at]
    sizes = np.sort([size for size, _ in rings])
    within = int(np.searchsorted(np.cumsum(sizes), budget, side="right"))
    limit = sizes[within] if within < len(sizes) else np.inf
    out: list[Sequence[Outline]] = []
    for at, part in enumerate(parts):
        if at and len(part) == 1 and part[0].area < limit:
            continue
        out.append([part[0], *(one for one in part[1:] if -one.area >= limit)])
    return out


def _simplified(parts: Sequence[Sequence[Walk]], tolerance: float, size_wh: F64) -> list[Rings]:
    out = []
    for walks in parts:
        rings = [one.simplify(tolerance) for one in walks]
        if rings[0] is not None:
            out.append([np.clip(ring, 0.0, size_wh) for ring in rings if ring is not None])
    return out


class _Target:
    """A mask that polygons are compared with, in time that grows with outlines, not areas."""

    def __init__(self, parts: Sequence[Sequence[Outline]], mask: Bool) -> None:
        self._height, self._width = mask.shape
        self._span = self._height * (self._width + 1)
        self._cuts = self._cut(_exact(parts), STILL)
        self._many = np.concatenate([self._cuts + at * self._span for at in range(len(NUDGES))])
        self.size = int(mask.sum())

    def likeness(self, parts: Sequence[Rings], enough: float) -> float:
        """Return the least IoU of the polygon where it is, and nudged in each direction.

        Where it is not enough without a nudge, that is returned at once.
        """
        least = float(self._iou(self._cut(parts, STILL), self._cuts)[0])
        if least < enough:
            return least
        return min(least, float(self._iou(self._cut(parts, NUDGES), self._many).min()))

    def _cut(self, parts: Sequence[Rings], nudges: F64) -> I64:
        """Return the cuts of a polygon at each of some places, one raster below the other."""
        rings = [ring for one in parts for ring in one]
        if not rings:
            return np.zeros(0, np.int64)
        start, end = np.concatenate(rings), np.concatenate([after(ring) for ring in rings])
        starts, ends = ((one + nudges[:, None]).reshape(-1, 2) for one in (start, end))
        edge, place = cuts_between(starts, ends, self._width, self._height)
        return np.sort(place + edge // len(start) * self._span)

    def _iou(self, cuts: I64, target: I64) -> F64:
        """Return the IoU for each raster of cuts.

        Between two cuts lie pixels; what lies between the cuts of both is in one alone.
        """
        count = len(target) // len(self._cuts)
        apart = np.sort(np.concatenate([cuts, target]), kind="stable")
        differ = self._pixels(apart, count)
        both = self.size + self._pixels(cuts, count)
        return np.asarray((both - differ) / (both + differ))

    def _pixels(self, cuts: I64, count: int) -> F64:
        """Return how many pixels lie between cuts, for each of `count` rasters."""
        lengths = cuts[1::2] - cuts[::2]
        if count == 1:
            return np.array([lengths.sum()], np.float64)
        return np.asarray(np.bincount(cuts[::2] // self._span, lengths, count), np.float64)


def _corners(parts: Sequence[Rings]) -> int:
    return sum(len(ring) for rings in parts for ring in rings)


def _exact(parts: Sequence[Sequence[Outline]]) -> list[Rings]:
    return [[one.turns.astype(np.float64) for one in outlines] for outlines in parts]


def _parts(outlines: Sequence[Outline], mask: Bool) -> list[list[Outline]]:
    """Return each outer outline, largest first, with the holes of the same pixels."""
    import cv2

    if len(outlines) == 1:
        return [list(outlines)]
    labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)[1]
    by_label: dict[int, list[Outline]] = {}
    for one in outlines:
        x, y = one.pixel
        by_label.setdefault(int(labels[y, x]), []).append(one)
    for found in by_label.values():
        found.sort(key=lambda one: -one.area)
    return sorted(by_label.values(), key=lambda found: -found[0].area)


def _part(rings: Rings, shift: F64) -> Part:
    return tuple(ring_of(ring + shift) for ring in rings)
