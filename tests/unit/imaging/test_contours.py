from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sightline.core.errors import InvalidInputError
from sightline.core.geometry.shapes import Polygon
from sightline.imaging.contours import polygon_of
from sightline.imaging.outlines import outlines_of
from sightline.imaging.rasters import pixels_of

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import Bool

PIXELS = arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))


def likeness(shape: Polygon, mask: Bool) -> float:
    found = pixels_of(shape, mask.shape[1], mask.shape[0])
    return float((found & mask).sum() / (found | mask).sum())


def corners(shape: Polygon) -> int:
    return sum(len(ring) // 2 for part in shape.parts for ring in part)


def disc(side: int, radius: float, x: float, y: float) -> Bool:
    yy, xx = np.mgrid[:side, :side]
    return np.asarray((xx + 0.5 - x) ** 2 + (yy + 0.5 - y) ** 2 < radius**2)


@given(PIXELS)
def test_the_exact_polygon_gives_back_every_pixel(mask: Bool) -> None:
    if mask.any():
        assert likeness(polygon_of(mask, min_iou=1), mask) == 1


@given(PIXELS)
def test_outlines_enclose_as_many_pixels_as_there_are(mask: Bool) -> None:
    assert sum(one.area for one in outlines_of(mask)) == mask.sum()


@given(arrays(np.bool_, (9, 11)), st.sampled_from([0.8, 0.9, 0.98]))
@settings(max_examples=60)
def test_a_polygon_of_any_mask_is_as_like_as_asked(mask: Bool, least: float) -> None:
    big = mask.repeat(4, 0).repeat(4, 1)
    if mask.any():
        assert likeness(polygon_of(big, min_iou=least), big) >= least


def test_an_upright_rectangle_becomes_its_four_corners() -> None:
    mask = np.zeros((40, 60), np.bool_)
    mask[5:35, 10:52] = True
    (part,) = polygon_of(mask).parts
    (ring,) = part
    found = {(ring[at], ring[at + 1]) for at in range(0, len(ring), 2)}
    assert found == {(10, 5), (52, 5), (52, 35), (10, 35)}


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (2, 2), (3, 4)])
def test_a_tiny_rectangle_stays_one(size: tuple[int, int]) -> None:
    assert polygon_of(np.ones(size, np.bool_)).bounds() == (0, 0, size[1], size[0])
    assert corners(polygon_of(np.ones(size, np.bool_))) == 4


def test_a_disc_needs_few_corners_and_does_not_grow_or_shrink() -> None:
    mask = disc(400, 150, 201.3, 199.2)
    found = polygon_of(mask)
    assert corners(found) <= 30
    assert abs(pixels_of(found, 400, 400).sum() / mask.sum() - 1) < 0.01


def test_holes_and_separate_areas_are_kept() -> None:
    mask = disc(200, 60, 70, 70) & ~disc(200, 25, 75, 65) | disc(200, 20, 165, 160)
    found = polygon_of(mask)
    assert [len(part) for part in found.parts] == [2, 1]
    assert likeness(found, mask) >= 0.98


def test_specks_are_left_out_of_a_large_object_but_a_lone_speck_is_not() -> None:
    mask = disc(200, 60, 100, 100)
    mask[3, 3] = mask[9, 180] = mask[100, 100] = True
    assert len(polygon_of(mask).parts) == 1
    alone = np.zeros((200, 200), np.bool_)
    alone[3, 3] = True
    assert polygon_of(alone).bounds() == (3, 3, 4, 4)


def test_a_window_moves_the_polygon_to_its_place() -> None:
    mask = disc(50, 20, 25, 25)
    here, there = polygon_of(mask), polygon_of(mask, window=(100, 7))
    x1, y1, x2, y2 = here.bounds()
    assert there.bounds() == (x1 + 100, y1 + 7, x2 + 100, y2 + 7)
    whole = np.zeros((80, 200), np.bool_)
    whole[7:57, 100:150] = mask
    assert polygon_of(whole) == there


def test_noise_comes_back_exactly_instead_of_never() -> None:
    mask = np.random.default_rng(0).random((220, 220)) > 0.5
    found = polygon_of(mask)
    assert sum(len(part) for part in found.parts) > 2000
    assert likeness(found, mask) == 1


def test_an_empty_mask_has_no_polygon() -> None:
    with pytest.raises(InvalidInputError, match="no pixel"):
        polygon_of(np.zeros((4, 4), np.bool_))


def test_photographed_objects_need_few_corners(shared_data: Path) -> None:
    found = []
    for text in sorted((shared_data / "det_coco128" / "polygons_yoloseg").glob("*.txt"))[:12]:
        for line in text.read_text().splitlines():
            ring = np.array(line.split()[1:], float).reshape(-1, 2) * (640, 480)
            mask = pixels_of(Polygon(((tuple(ring.ravel().tolist()),),)), 640, 480)
            shape = polygon_of(mask)
            found.append(corners(shape))
            assert likeness(shape, mask) >= 0.98
    assert len(found) > 50
    assert np.median(found) <= 30
