"""Outlines in formats that know one closed line only: holes, several areas, circles.

A hole is joined to its outer ring by a bridge, a line that is walked there and back: the area is
the same, and since both ways are exactly equal, reading takes the bridge out again. Several areas
are several outlines with one group.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.core.geometry.shapes import (
    MIN_POINTS,
    Keypoints,
    OrientedBox,
    Polygon,
    shape_from_json,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sightline.core.geometry.shapes import Part, Ring, Shape
    from sightline.formats.objects.records import ObjectRecord

CORNERS: Final = 72
"""Of the polygon that stands for a circle."""
GROUP: Final = "group"
"""The attribute that keeps the number by which other tools hold objects together."""
MOST_GROUPS: Final = 1 << 31
PLACE, TOTAL, SEEN = "keypoint", "keypoints", "visibility"
"""Attributes of a point that is one of several of an object, in formats of single points."""
MOST_JOINTS: Final = 10_000
_Place = tuple[float, float]


def one_ring(part: Part) -> Ring:
    """Return an outer ring and its holes as one ring, joined by bridges.

    Holes run against the outer ring, so that both ways of filling leave them empty.
    """
    ring = _pairs(part[0])
    against = _area(ring) > 0
    holes = [_pairs(one) for one in part[1:]]
    holes = [one[::-1] if (_area(one) > 0) == against else one for one in holes]
    for hole in sorted(holes, key=min):
        here, there = _nearest(ring, hole)
        ring = [*ring[: here + 1], *hole[there:], *hole[: there + 1], *ring[here:]]
    return tuple(value for place in ring for value in place)


def part_of(ring: Sequence[float]) -> Part:
    """Return a ring without its bridges: the outer ring, then the holes that were joined to it.

    Raises:
        InvalidInputError: There are fewer than three points, or a number is infinite or none.
    """
    shape = shape_from_json("polygon", [[ring]])
    if not isinstance(shape, Polygon):
        raise InvalidInputError("this is no polygon", hint="a ring is x, y, x, y, ...")
    whole = shape.parts[0][0]
    if not (max(whole[::2]) > min(whole[::2]) and max(whole[1::2]) > min(whole[1::2])):
        raise InvalidInputError("this is no polygon: it has no area", hint="leave it out")
    places = _pairs(whole)
    if len(set(places)) == len(places):
        return (whole,)
    holes: list[list[_Place]] = []
    outer = _without_bridges(places, holes)
    if not holes or len(outer) < MIN_POINTS or not all(_inside(hole[0], outer) for hole in holes):
        return (whole,)
    return tuple(tuple(value for place in one for value in place) for one in (outer, *holes))


def polygon_of(rings: Iterable[Sequence[float]]) -> Polygon:
    """Return the polygon of one outline or several, each without its bridges.

    Raises:
        InvalidInputError: One of them has fewer than three points, or a number is none.
    """
    return Polygon(tuple(part_of(ring) for ring in rings))


def ellipse(cx: float, cy: float, rx: float, ry: float, degrees: float = 0.0) -> Shape:
    """Return the polygon of an ellipse, of the same area.

    Args:
        cx: Its centre.
        cy: Its centre.
        rx: Half of its width before it is turned.
        ry: Half of its height.
        degrees: How far it is turned, clockwise as seen.

    Raises:
        InvalidInputError: A number is infinite or none, or it has no area.
    """
    if not (0 < rx < math.inf and 0 < ry < math.inf):
        raise InvalidInputError("this is no ellipse: it has no area", hint="leave it out")
    step = 2 * math.pi / CORNERS
    wider = math.sqrt(step / math.sin(step))
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    ring: list[float] = []
    for corner in range(CORNERS):
        x, y = math.cos(corner * step) * rx * wider, math.sin(corner * step) * ry * wider
        ring += (cx + x * cos - y * sin, cy + x * sin + y * cos)
    return shape_from_json("polygon", [[ring]])


def upright_corners(shape: OrientedBox) -> tuple[float, float, float, float]:
    """Return x1, y1, x2, y2 of an oriented box before it is turned about its centre."""
    wide, high = shape.width / 2, shape.height / 2
    return shape.cx - wide, shape.cy - high, shape.cx + wide, shape.cy + high


def turned(x1: float, y1: float, x2: float, y2: float, degrees: float) -> Shape:
    """Return the box that stands between two corners, turned clockwise about its centre.

    Raises:
        InvalidInputError: It has no area, or a number is infinite or none.
    """
    sides = (abs(x2 - x1), abs(y2 - y1))
    return shape_from_json("obb", ((x1 + x2) / 2, (y1 + y2) / 2, *sides, degrees))


def point(x: float, y: float) -> Shape:
    """Return a single point.

    Raises:
        InvalidInputError: A number is infinite or none.
    """
    return shape_from_json("point", (x, y))


def keypoints_of(points: Iterable[Sequence[float]]) -> Shape:
    """Return the keypoints of x, y, visibility.

    Raises:
        InvalidInputError: A number is none, or no point is given.
    """
    return shape_from_json("keypoints", list(points))


class Gathered:
    """The objects of one picture as they turn up; outlines of one group are one polygon."""

    def __init__(self) -> None:
        self.objects: list[ObjectRecord] = []
        self._groups: dict[tuple[str, Any], int] = {}
        self._joints: dict[tuple[str, Any], tuple[int, list[tuple[float, float, int]]]] = {}

    def add(self, record: ObjectRecord) -> None:
        """Add an object."""
        self.objects.append(record)

    def add_ring(self, record: ObjectRecord, group: Any) -> None:
        """Add the outline of a whole object, or of a part if its group was there before."""
        known = self._groups.get((record.label, group)) if group else None
        if known is None:
            if group:
                self._groups[record.label, group] = len(self.objects)
            self.objects.append(record)
            return
        first = self.objects[known]
        if isinstance(first.shape, Polygon) and isinstance(record.shape, Polygon):
            shape = Polygon(first.shape.parts + record.shape.parts)
            rest = {key: value for key, value in first.attributes.items() if key != GROUP}
            self.objects[known] = replace(first, shape=shape, attributes=rest)

    def add_joint(self, record: ObjectRecord, group: Any) -> None:
        """Add a point whose attributes say which it is of the keypoints of its group.

        Raises:
            ValueError: It is beyond them.
        """
        attributes = dict(record.attributes)
        at, total, seen = (attributes.pop(key) for key in (PLACE, TOTAL, SEEN))
        attributes.pop(GROUP, None)
        if not 0 <= at < total <= MOST_JOINTS:
            raise ValueError(f"point {at} of {total}")
        key = (record.label, group)
        if key not in self._joints:
            self._joints[key] = (len(self.objects), [(0.0, 0.0, 0)] * total)
            self.objects.append(replace(record, attributes=attributes))
        x, y, _, _ = record.shape.bounds()
        self._joints[key][1][at] = (x, y, seen)

    def done(self) -> tuple[ObjectRecord, ...]:
        """Return all objects."""
        for place, points in self._joints.values():
            self.objects[place] = replace(self.objects[place], shape=keypoints_of(points))
        return tuple(self.objects)


def is_joint(attributes: Mapping[str, Any]) -> bool:
    """Say whether a point's attributes say which of an object's keypoints it is."""
    return all(isinstance(attributes.get(key), int) for key in (PLACE, TOTAL, SEEN))


def joints_of(shape: Keypoints) -> list[tuple[float, float, dict[str, int]]]:
    """Return the points that are given, each with what says which it is."""
    total = len(shape.points)
    return [
        (x, y, {PLACE: at, TOTAL: total, SEEN: seen})
        for at, (x, y, seen) in enumerate(shape.points)
        if seen
    ]


class Groups:
    """Numbers for the outlines of objects with several areas, none of which is taken."""

    def __init__(self, records: Iterable[ObjectRecord]) -> None:
        taken = [group_of(one) for one in records]
        self._next = max(taken, default=0)

    def of(self, record: ObjectRecord, *, joints: bool = False) -> int:
        """Return the group of an object, 0 for none.

        Args:
            record: The object.
            joints: Whether keypoints are several shapes too.
        """
        if joints and isinstance(record.shape, Keypoints):
            return self.new()
        if isinstance(record.shape, Polygon) and len(record.shape.parts) > 1:
            return self.new()
        return group_of(record)

    def new(self) -> int:
        """Return a number that no object has."""
        self._next += 1
        return self._next


def group_of(record: ObjectRecord) -> int:
    """Return the group that an object was read with, 0 for none."""
    group = record.attributes.get(GROUP)
    if isinstance(group, int) and not isinstance(group, bool) and 0 < group < MOST_GROUPS:
        return group
    return 0


def _pairs(ring: Sequence[float]) -> list[_Place]:
    return list(zip(ring[::2], ring[1::2], strict=True))


def _area(ring: list[_Place]) -> float:
    """Return the signed area of a ring, positive where it runs clockwise as seen."""
    after = [*ring[1:], ring[0]]
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, after, strict=True)) / 2


def _nearest(ring: list[_Place], hole: list[_Place]) -> tuple[int, int]:
    """Return the places of two points that are near each other: one of each ring."""
    there = min(range(len(hole)), key=lambda one: hole[one])
    x, y = hole[there]
    here = min(range(len(ring)), key=lambda one: math.hypot(ring[one][0] - x, ring[one][1] - y))
    return here, there


def _without_bridges(places: list[_Place], holes: list[list[_Place]]) -> list[_Place]:
    """Return a ring without the walks there and back; `holes` learns what lies at their ends.

    A bridge from a to b shows as ... a b (hole) b a ...: the step from a to b and, later, the one
    from b to a. The walk is kept as a stack, so that a hole may hang on another.
    """
    steps: dict[tuple[_Place, _Place], int] = {}
    walk: list[_Place] = []
    for place in places:
        walk.append(place)
        if len(walk) < 2:  # noqa: PLR2004 - a step has two ends
            continue
        back = steps.get((place, walk[-2]))
        if back is None:
            steps[walk[-2], place] = len(walk) - 2
            continue
        hole = walk[back + 1 : -2]
        if len(hole) < MIN_POINTS:
            steps[walk[-2], place] = len(walk) - 2
            continue
        holes.append(hole)
        _forget(steps, walk, back)
        del walk[back + 1 :]
    return walk


def _forget(steps: dict[tuple[_Place, _Place], int], walk: list[_Place], back: int) -> None:
    for one in range(back, len(walk) - 1):
        if steps.get((walk[one], walk[one + 1])) == one:
            del steps[walk[one], walk[one + 1]]


def _inside(place: _Place, ring: list[_Place]) -> bool:
    """Tell whether a point lies within a ring (even-odd rule)."""
    x, y = place
    found = False
    x1, y1 = ring[-1]
    for x2, y2 in ring:
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            found = not found
        x1, y1 = x2, y2
    return found
