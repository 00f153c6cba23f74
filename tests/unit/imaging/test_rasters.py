from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from sightline.core.errors import InvalidInputError
from sightline.core.geometry import masks
from sightline.core.geometry.shapes import Box, Keypoints, OrientedBox, Polygon
from sightline.imaging.rasters import fill, mask_of_shape, pixels_of

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import Bool

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
PLACE = st.floats(-5, 35)


def coco_pixels(rings: list[list[float]], width: int, height: int) -> Bool:
    found: Any = coco.merge(coco.frPyObjects(rings, height, width))
    return np.asarray(coco.decode(found) > 0)


def inside(x: float, y: float, ring: list[tuple[float, float]]) -> bool:
    """Ray casting, one point at a time."""
    found = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            found = not found
    return found


@given(st.lists(st.tuples(PLACE, PLACE), min_size=3, max_size=8))
@settings(max_examples=50)
def test_a_pixel_is_set_when_its_centre_is_inside_also_where_the_ring_crosses_itself(
    ring: list[tuple[float, float]],
) -> None:
    found = fill([np.array(ring)], 30, 30)
    for y in range(30):
        for x in range(30):
            near = {inside(x + 0.5 + e, y + 0.5 + e, ring) for e in (-1e-6, 0, 1e-6)}
            assert len(near) == 2 or found[y, x] in near


def test_two_polygons_that_share_an_edge_share_no_pixel() -> None:
    left = fill([np.array([[0, 0], [7.3, 0], [3.1, 10], [0, 10]])], 10, 10)
    right = fill([np.array([[7.3, 0], [10, 0], [10, 10], [3.1, 10]])], 10, 10)
    assert not (left & right).any()
    assert (left | right).all()


def test_holes_stay_open_and_parts_are_united() -> None:
    ring = (1, 1, 9, 1, 9, 9, 1, 9)
    shape = Polygon(((ring, (3, 3, 6, 3, 6, 6, 3, 6)), ((7, 7, 12, 7, 12, 12, 7, 12),)))
    found = pixels_of(shape, 12, 12)
    assert found.sum() == 64 - 9 + 25 - 4
    assert not found[4, 4]
    assert found[8, 8]


def test_whole_coordinates_give_the_pixels_that_coco_gives() -> None:
    box = Box(3, 2, 9, 7)
    theirs = coco_pixels([[3, 2, 9, 2, 9, 7, 3, 7]], 15, 12)
    np.testing.assert_array_equal(pixels_of(box, 15, 12), theirs)
    assert mask_of_shape(box, 15, 12).bounds() == (3, 2, 9, 7)


def test_real_polygons_look_as_coco_draws_them(shared_data: Path) -> None:
    found = json.loads((shared_data / "seg_facade" / "_annotations.coco.json").read_text())
    for one in found["annotations"][:40]:
        rings = one["segmentation"]
        theirs = coco_pixels(rings, 1024, 1024)
        ours = pixels_of(Polygon(tuple((tuple(ring),) for ring in rings)), 1024, 1024)
        perimeter = sum(len(ring) for ring in rings) + 2 * sum(one["bbox"][2:])
        assert (ours ^ theirs).sum() <= 0.35 * perimeter


def test_an_oriented_box_covers_its_area() -> None:
    found = pixels_of(OrientedBox(50, 50, 60, 30, 33), 100, 100)
    assert abs(found.sum() - 1800) < 20


def test_an_object_too_thin_for_a_pixel_keeps_one() -> None:
    found = pixels_of(Box(4.6, 2.1, 4.9, 2.3), 10, 10)
    assert np.argwhere(found).tolist() == [[2, 4]]


def test_what_sticks_out_is_cut_and_what_lies_outside_is_refused() -> None:
    assert pixels_of(Box(-4, -4, 2, 3), 5, 5).sum() == 6
    with pytest.raises(InvalidInputError, match="outside"):
        pixels_of(Box(5, 0, 9, 9), 5, 5)


def test_shapes_without_area_and_masks_of_other_pictures_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="no area"):
        pixels_of(Keypoints(((1.0, 1.0, 2),)), 5, 5)
    mask = masks.encode(np.ones((3, 4), np.bool_))
    assert pixels_of(mask, 4, 3).all()
    with pytest.raises(InvalidInputError, match="4 x 3"):
        pixels_of(mask, 5, 5)
