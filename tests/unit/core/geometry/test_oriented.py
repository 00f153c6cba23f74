from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.core.geometry import boxes, oriented, polygons
from sightline.core.geometry.convert import to_polygon
from sightline.core.geometry.shapes import OrientedBox

NUMBER = st.floats(-30, 30).map(lambda v: round(v, 2))
SIZE = st.floats(0.5, 40).map(lambda v: round(v, 2))
OBB = st.builds(OrientedBox, NUMBER, NUMBER, SIZE, SIZE, st.floats(-180, 179.9))


def test_corners_are_those_of_the_shape() -> None:
    shape = OrientedBox(10, 20, 8, 4, 30)
    np.testing.assert_allclose(oriented.corners([shape.to_json()])[0], shape.corners())
    np.testing.assert_allclose(oriented.bounds([shape.to_json()])[0], shape.bounds())


@given(st.lists(OBB, max_size=4), st.lists(OBB, max_size=4))
@settings(max_examples=60, deadline=None)
def test_what_two_share_is_what_their_polygons_share(
    a: list[OrientedBox], b: list[OrientedBox]
) -> None:
    found = oriented.intersection(oriented.rows_of(a), oriented.rows_of(b))
    assert found.shape == (len(a), len(b))
    for i, one in enumerate(a):
        for j, other in enumerate(b):
            first, second = to_polygon(one), to_polygon(other)
            assert first is not None
            assert second is not None
            assert found[i, j] == pytest.approx(polygons.intersection(first, second), abs=1e-5)


@given(OBB)
@settings(max_examples=40)
def test_a_box_and_itself_turned_by_half_a_turn_are_one(shape: OrientedBox) -> None:
    row = np.array(shape.to_json())
    turned = np.array([*row[:4], row[4] + 180])
    swapped = np.array([row[0], row[1], row[3], row[2], row[4] + 90])
    assert oriented.iou([row], [turned, swapped])[0] == pytest.approx([1, 1], abs=1e-6)


def test_unturned_ones_overlap_as_boxes_do() -> None:
    rng = np.random.default_rng(0)
    low = rng.uniform(0, 50, (9, 2))
    upright = np.concatenate([low, low + rng.uniform(1, 30, (9, 2))], axis=1)
    rows = np.concatenate([boxes.to_cxcywh(upright), np.zeros((9, 1))], axis=1)
    np.testing.assert_allclose(oriented.iou(rows, rows), boxes.iou(upright, upright), atol=1e-9)
    scores = rng.random(9)
    assert oriented.nms(rows, scores, 0.3).tolist() == boxes.nms(upright, scores, 0.3).tolist()


def test_crossed_bars_do_not_suppress_each_other_though_their_bounds_do() -> None:
    bars = [[50, 50, 80, 4, 45], [50, 50, 80, 4, -45], [50, 50, 80, 5, 44]]
    assert oriented.nms(bars, [0.9, 0.8, 0.7], 0.3).tolist() == [0, 1]
    assert oriented.nms([], [], 0.3).tolist() == []


@given(OBB)
@settings(max_examples=60)
def test_the_smallest_rectangle_about_its_corners_is_the_box_itself(shape: OrientedBox) -> None:
    found = oriented.smallest_about(shape.corners())
    assert -45 <= found.angle <= 45
    assert found.width * found.height == pytest.approx(shape.width * shape.height, rel=1e-6)
    apart = np.subtract(np.array(found.corners())[:, None], np.array(shape.corners())[None])
    nearest = np.hypot(apart[..., 0], apart[..., 1]).min(axis=1)
    np.testing.assert_allclose(nearest, 0, atol=1e-5)


def test_the_smallest_rectangle_is_smaller_than_the_bounds_of_a_tilted_shape() -> None:
    turn = np.linspace(0, 2 * math.pi, 40)
    places = np.stack([30 * np.cos(turn), 5 * np.sin(turn)], axis=1)
    tilt = np.radians(30)
    places = places @ np.array(
        [[math.cos(tilt), math.sin(tilt)], [-math.sin(tilt), math.cos(tilt)]]
    )
    found = oriented.smallest_about(places)
    assert found.angle == pytest.approx(30, abs=3)
    assert found.width * found.height < 0.5 * np.ptp(places[:, 0]) * np.ptp(places[:, 1])


def test_points_on_a_line_have_no_rectangle() -> None:
    with pytest.raises(ValueError, match="line"):
        oriented.smallest_about([[0, 0], [1, 1], [2, 2]])
    assert oriented.convex_hull([[0, 0], [1, 1]]).tolist() == [[0, 0], [1, 1]]
