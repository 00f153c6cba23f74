from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sightline.core.geometry import masks
from sightline.core.geometry.convert import (
    area_of,
    to_box,
    to_oriented,
    to_point,
    to_polygon,
)
from sightline.core.geometry.shapes import Box, Keypoints, OrientedBox, Point, Polygon

if TYPE_CHECKING:
    from numpy.typing import NDArray

TURNED = OrientedBox(50, 40, 60, 20, 30)


def pixels(*rows: str) -> NDArray[Any]:
    return np.array([[cell == "#" for cell in row] for row in rows])


def test_boxes_become_polygons_of_the_same_area_and_back() -> None:
    for shape in (Box(1, 2, 5.5, 9), TURNED):
        found = to_polygon(shape)
        assert found is not None
        assert area_of(found) == pytest.approx(area_of(shape))
        assert to_box(found) == pytest.approx(to_box(shape)) or found.bounds() == pytest.approx(
            shape.bounds()
        )
        again = to_oriented(found)
        assert again is not None
        assert area_of(again) == pytest.approx(area_of(shape))


def test_a_box_is_an_unturned_rectangle_and_stays_itself() -> None:
    assert to_oriented(Box(1, 2, 5, 10)) == OrientedBox(3, 6, 4, 8, 0)
    assert to_oriented(TURNED) is TURNED
    polygon = Polygon((((0, 0, 4, 0, 4, 4),),))
    assert to_polygon(polygon) is polygon


def test_a_mask_gets_the_rectangle_about_the_edges_of_its_pixels() -> None:
    mask = masks.encode(pixels("....", ".##.", ".##.", ".##.", "...."))
    found = to_oriented(mask)
    assert found is not None
    assert (found.cx, found.cy, found.width * found.height) == pytest.approx((2, 2.5, 6))
    whole = masks.encode(np.ones((3, 5), np.bool_))
    full = to_oriented(whole)
    assert full is not None
    assert full.bounds() == pytest.approx((0, 0, 5, 3))
    assert area_of(whole) == 15


def test_what_has_no_extent_has_no_box_and_what_has_no_outline_no_polygon() -> None:
    line = Keypoints(((1.0, 1.0, 2), (4.0, 4.0, 2)))
    assert to_box(Point(3, 4)) is None
    assert to_oriented(Point(3, 4)) is None
    assert to_oriented(line) is None
    assert to_box(line) == Box(1, 1, 4, 4)
    assert to_polygon(line) is None
    assert area_of(line) == 9


def test_the_point_of_an_area_is_its_centre_of_gravity() -> None:
    assert to_point(Polygon((((0, 0, 6, 0, 0, 6),),))) == Point(2, 2)
    assert to_point(masks.encode(pixels("##", "#.", "#."))) == Point(0.75, 1.25)
    assert to_point(Box(0, 0, 4, 2)) == Point(2, 1)
