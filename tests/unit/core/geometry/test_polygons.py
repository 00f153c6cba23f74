from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sightline.core.geometry import polygons
from sightline.core.geometry.shapes import Polygon

if TYPE_CHECKING:
    from numpy.typing import NDArray

Ring: TypeAlias = list[tuple[float, float]]
PLACE = st.integers(-20, 60).map(lambda v: v / 2)
RING = st.lists(st.tuples(PLACE, PLACE), min_size=3, max_size=7)
SQUARE = (0.0, 0.0, 10.0, 0.0, 10.0, 10.0, 0.0, 10.0)
HOLE = (2.0, 2.0, 5.0, 2.0, 5.0, 6.0, 2.0, 6.0)


def one(*rings: tuple[float, ...]) -> Polygon:
    return Polygon((rings,))


def of(ring: list[tuple[float, float]]) -> Polygon:
    return one(polygons.ring_of(ring))


def sampled(a: Polygon, b: Polygon, step: float = 0.125) -> float:
    """Area of both by asking a fine grid of places."""
    x1, y1, x2, y2 = -10.0, -10.0, 30.0, 30.0
    xs, ys = np.arange(x1, x2, step) + step / 2.1, np.arange(y1, y2, step) + step / 2.3
    return float((_inside(a, xs, ys) & _inside(b, xs, ys)).sum()) * step**2


def _inside(shape: Polygon, xs: NDArray[Any], ys: NDArray[Any]) -> NDArray[Any]:
    found = np.zeros((len(ys), len(xs)), np.bool_)
    for part in shape.parts:
        odd = np.zeros_like(found)
        for ring in part:
            points = polygons.points_of(ring)
            for (ax, ay), (bx, by) in zip(points, np.roll(points, -1, axis=0), strict=True):
                if ay != by:
                    at = ax + (ys - ay) / (by - ay) * (bx - ax)
                    there = (ay > ys) != (by > ys)
                    odd ^= there[:, None] & (xs[None] < at[:, None])
        found |= odd
    return found


def test_holes_are_left_out_and_overlapping_parts_count_once() -> None:
    assert polygons.area(one(SQUARE, HOLE)) == pytest.approx(100 - 12)
    shifted = tuple(value + 5 for value in SQUARE)
    assert polygons.area(Polygon(((SQUARE,), (shifted,)))) == pytest.approx(175)


def test_a_ring_is_clockwise_as_seen_when_its_area_is_positive() -> None:
    assert polygons.ring_area(polygons.points_of(SQUARE)) == 100
    assert polygons.ring_area(polygons.points_of(SQUARE)[::-1]) == -100


def test_what_lies_in_a_hole_shares_nothing() -> None:
    inner = (2.5, 2.5, 4.5, 2.5, 4.5, 5.5)
    assert polygons.intersection(one(SQUARE, HOLE), one(inner)) == pytest.approx(0)
    assert polygons.iou(one(SQUARE), one(SQUARE)) == pytest.approx(1)
    assert polygons.iou(one(SQUARE), one(tuple(v + 50 for v in SQUARE))) == 0


@given(RING, RING)
@settings(max_examples=40, deadline=None)
def test_what_two_polygons_share_is_what_a_fine_grid_counts(a: Ring, b: Ring) -> None:
    found = polygons.intersection(of(a), of(b))
    assert found == pytest.approx(sampled(of(a), of(b)), abs=8)
    assert found == pytest.approx(polygons.intersection(of(b), of(a)), abs=1e-6)


@given(RING)
@settings(max_examples=60)
def test_the_area_of_a_simple_ring_is_that_of_the_shoelace(a: Ring) -> None:
    points = np.array(a)
    assume(len(set(a)) == len(a) and not _crosses_itself(points))
    assume(_no_touching(points))
    assert polygons.area(of(a)) == pytest.approx(abs(polygons.ring_area(points)), abs=1e-6)


@given(RING)
def test_the_area_of_any_ring_is_what_it_shares_with_itself(a: Ring) -> None:
    """However its sides cross, touch or lie on each other."""
    assume(len({y for _, y in a}) > 1)
    shape = of(a)
    assert polygons.area(shape) == pytest.approx(polygons.intersection(shape, shape), abs=1e-9)


def _crosses_itself(points: NDArray[Any]) -> bool:
    """Tell whether two sides of a ring that are no neighbours cross properly."""

    def turn(a: NDArray[Any], b: NDArray[Any], c: NDArray[Any]) -> float:
        return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))

    sides = list(zip(points, np.roll(points, -1, axis=0), strict=True))
    return any(
        turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0
        for at, (a, b) in enumerate(sides)
        for c, d in sides[at + 1 :]
    )


def _no_touching(points: NDArray[Any]) -> bool:
    """No corner on another side, which a test of proper crossings does not see."""
    for at, p in enumerate(points):
        for k in range(len(points)):
            a, b = points[k], points[(k + 1) % len(points)]
            if at in (k, (k + 1) % len(points)):
                continue
            turn = (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
            if turn == 0 and np.dot(p - a, p - b) <= 0:
                return False
    return True


def test_many_levels_are_looked_at_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    turn = np.linspace(0, 2 * math.pi, 60, endpoint=False)
    ring = polygons.ring_of(np.stack([np.cos(turn), np.sin(turn)], axis=1) * 10)
    whole = polygons.area(one(ring))
    monkeypatch.setattr(polygons, "CELLS", 100)
    assert polygons.area(one(ring)) == pytest.approx(whole, abs=1e-9)
    assert whole == pytest.approx(abs(polygons.ring_area(polygons.points_of(ring))))


def test_the_centre_of_gravity_knows_of_holes_and_of_lines() -> None:
    assert polygons.centroid(one(SQUARE)) == (5, 5)
    x, y = polygons.centroid(one(SQUARE, HOLE))
    assert (x, y) == pytest.approx(((500 - 12 * 3.5) / 88, (500 - 12 * 4) / 88))
    assert polygons.centroid(one((0, 0, 4, 4, 8, 8))) == (4, 4)


def test_clip_cuts_at_the_border_of_the_picture() -> None:
    found = polygons.clip(one(tuple(v - 3 for v in SQUARE)), size_wh=(5, 100))
    assert found is not None
    assert found.bounds() == (0, 0, 5, 7)
    assert polygons.area(found) == pytest.approx(35)
    assert polygons.clip(one(tuple(v - 30 for v in SQUARE)), size_wh=(5, 100)) is None


@given(RING)
@settings(max_examples=60, deadline=None)
def test_clip_leaves_what_the_picture_and_the_polygon_share(a: Ring) -> None:
    frame = one((0, 0, 12.25, 0, 12.25, 9.5, 0, 9.5))
    found = polygons.clip(of(a), size_wh=(12.25, 9.5))
    shared = polygons.intersection(of(a), frame)
    assert (0 if found is None else polygons.area(found)) == pytest.approx(shared, abs=1e-6)
