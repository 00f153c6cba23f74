"""From one frame into another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from fakes.objects import SHAPES
from sightline.core.geometry.shapes import Box, Mask, OrientedBox, Point, Polygon, mask_of
from sightline.formats.objects.frames import in_pixels, rectangle, scaled
from sightline.formats.objects.records import ObjectRecord, PictureRecord

QUAD = Polygon((((0.1, 0.1, 0.3, 0.1, 0.3, 0.2, 0.1, 0.2),),))


def test_fractions_become_pixels() -> None:
    things = (
        ObjectRecord("cat", Box(0.1, 0.2, 0.5, 1)),
        ObjectRecord("cat", Point(0.5, 0.5), box=(0, 0, 1, 1)),
        ObjectRecord("cat", QUAD, oriented=True),
    )
    found = in_pixels(PictureRecord("a.png", things, 1, 1), 100, 50).objects
    assert found[0].shape.bounds() == pytest.approx((10, 10, 50, 50))
    assert found[1].box == (0, 0, 100, 50)
    assert isinstance(found[2].shape, OrientedBox)
    assert found[2].shape.to_json() == pytest.approx([20, 7.5, 20, 5, 0])


def test_a_picture_without_a_frame_is_taken_to_be_in_the_asked_one() -> None:
    thing = ObjectRecord("cat", Box(1, 2, 3, 4))
    found = in_pixels(PictureRecord("a.png", (thing,)), 100, 50)
    assert (found.objects, found.width) == ((thing,), 100)


@settings(max_examples=25)
@given(SHAPES["obb"])
def test_an_oriented_box_that_is_stretched_unevenly_is_a_polygon(shape: OrientedBox) -> None:
    even = scaled(shape, 2, 2)
    assert isinstance(even, OrientedBox)
    assert even.bounds() == pytest.approx([2 * value for value in shape.bounds()])
    uneven = scaled(shape, 1, 3)
    wanted = [(x, 3 * y) for x, y in shape.corners()]
    if isinstance(uneven, Polygon):
        ring = uneven.parts[0][0]
        assert list(zip(ring[::2], ring[1::2], strict=True)) == wanted


def test_a_mask_of_another_size_is_not_stretched() -> None:
    mask: Mask = mask_of(2, 2, [0, 4])
    assert scaled(mask, 1, 1) is mask
    with pytest.raises(ValueError, match="2 x 2"):
        scaled(mask, 2, 1)


def test_corners_the_other_way_about_are_the_same_rectangle() -> None:
    clockwise = [(0.0, 0.0), (4.0, 0.0), (4.0, 2.0), (0.0, 2.0)]
    found = rectangle(clockwise[::-1])
    assert found is not None
    corners = [(round(x, 6), round(y, 6)) for x, y in found.corners()]
    assert sorted(corners) == sorted(clockwise)
    assert rectangle([(0, 0), (9, 0), (1, 1), (0, 1)]) is None
    assert rectangle([(0, 0), (0, 0), (0, 0), (0, 0)]) is None
