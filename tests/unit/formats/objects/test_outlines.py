"""Holes, several areas and circles, in formats that know one closed line."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.core.geometry.shapes import Box, Part, Polygon, Ring
from sightline.formats.objects import outlines
from sightline.formats.objects.records import ObjectRecord

OUTER = (0.0, 0.0, 100.0, 0.0, 100.0, 80.0, 0.0, 80.0)


def square(x: float, y: float, side: float) -> Ring:
    return (x, y, x + side, y, x + side, y + side, x, y + side)


def turns(ring: Ring) -> set[tuple[tuple[float, float], ...]]:
    """Return all ways to write a ring: from any point, in both directions."""
    places = list(zip(ring[::2], ring[1::2], strict=True))
    both = [places, places[::-1]]
    return {tuple(one[at:] + one[:at]) for one in both for at in range(len(one))}


def alike(one: Part, other: Part) -> bool:
    if len(one) != len(other) or turns(one[0]) != turns(other[0]):
        return False
    mine, theirs = ([frozenset(turns(ring)) for ring in part[1:]] for part in (one, other))
    return set(mine) == set(theirs)


def area(ring: Ring) -> float:
    xs, ys = ring[::2], ring[1::2]
    return sum(x * ys[i - 1] - xs[i - 1] * y for i, (x, y) in enumerate(zip(xs, ys, strict=True)))


@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 5)), max_size=8), st.booleans())
def test_holes_come_back_from_one_ring(places: set[tuple[int, int]], back: bool) -> None:
    holes = [square(5 + 11 * x, 6 + 12 * y, 3.1 + x / 7) for x, y in places]
    if back:
        holes = [tuple(v for p in range(len(r) - 2, -1, -2) for v in r[p : p + 2]) for r in holes]
    part = (OUTER, *holes)
    ring = outlines.one_ring(part)
    assert abs(area(ring)) == pytest.approx(abs(area(OUTER)) - sum(abs(area(r)) for r in holes))
    assert alike(outlines.part_of(ring), part)


def test_a_ring_that_only_touches_itself_stays() -> None:
    ring = (0.0, 0.0, 4.0, 0.0, 4.0, 4.0, 2.0, 2.0, 0.0, 4.0, 2.0, 2.0, 0.0, 2.0)
    assert outlines.part_of(ring) == (ring,)


def test_a_spike_stays() -> None:
    ring = (0.0, 0.0, 4.0, 0.0, 9.0, 0.0, 4.0, 0.0, 4.0, 4.0)
    assert outlines.part_of(ring) == (ring,)


@pytest.mark.parametrize(
    "ring", [(), (1.0, 2.0, 3.0, 4.0), (0.0, math.nan, 1.0, 1.0, 2.0, 2.0), (1.0, 2.0) * 4]
)
def test_what_is_no_ring_is_refused(ring: Ring) -> None:
    with pytest.raises(InvalidInputError, match="no polygon"):
        outlines.part_of(ring)


@given(st.floats(1, 500), st.floats(1, 500), st.floats(-180, 180))
def test_an_ellipse_has_its_area_and_place(rx: float, ry: float, degrees: float) -> None:
    shape = outlines.ellipse(50, 60, rx, ry, degrees)
    assert isinstance(shape, Polygon)
    assert abs(area(shape.parts[0][0])) / 2 == pytest.approx(math.pi * rx * ry)
    x1, y1, x2, y2 = shape.bounds()
    assert ((x1 + x2) / 2, (y1 + y2) / 2) == pytest.approx((50, 60))


def test_an_ellipse_without_area_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no area"):
        outlines.ellipse(1, 2, 0, 5)


def test_outlines_of_one_group_and_class_are_one_polygon() -> None:
    gathered = outlines.Gathered()
    for label, group, x in (("a", 1, 0), ("b", 1, 10), ("a", 1, 20), ("a", 0, 30), ("a", 0, 40)):
        shape = outlines.polygon_of([square(x, 0, 5)])
        gathered.add_ring(ObjectRecord(label, shape, {"group": group}), group)
    parts = [(one.label, len(one.shape.to_json())) for one in gathered.objects]
    assert parts == [("a", 2), ("b", 1), ("a", 1), ("a", 1)]
    assert "group" not in gathered.objects[0].attributes
    assert gathered.objects[1].attributes == {"group": 1}


def test_the_groups_of_parts_are_not_those_that_objects_have() -> None:
    two = Polygon(((square(0, 0, 5),), (square(9, 0, 5),)))
    records = [
        ObjectRecord("a", two),
        ObjectRecord("a", Box(0, 0, 1, 1), {"group": 7}),
        ObjectRecord("a", two, {"group": 3}),
        ObjectRecord("a", Box(0, 0, 1, 1), {"group": True}),
    ]
    groups = outlines.Groups(records)
    assert [groups.of(one) for one in records] == [8, 7, 9, 0]
