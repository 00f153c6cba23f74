from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco

from sightline.core.geometry import boxes
from sightline.core.geometry.shapes import Box, Point

Boxes: TypeAlias = list[tuple[float, float, float, float]]
NUMBER = st.floats(-50, 150).map(lambda v: round(v, 3))
BOX = st.tuples(NUMBER, NUMBER, st.floats(0.01, 80), st.floats(0.01, 80)).map(
    lambda v: (v[0], v[1], v[0] + v[2], v[1] + v[3])
)
BOXES = st.lists(BOX, min_size=0, max_size=12)


@given(BOXES, BOXES)
def test_iou_is_that_of_coco(a: Boxes, b: Boxes) -> None:
    found = boxes.iou(a, b)
    assert found.shape == (len(a), len(b))
    if a and b:
        theirs = coco.iou(boxes.to_xywh(b), boxes.to_xywh(a), [0] * len(a)).T
        np.testing.assert_allclose(found, theirs, atol=1e-9)


@given(BOXES)
def test_forms_of_a_box_lead_back_to_it(a: Boxes) -> None:
    np.testing.assert_allclose(boxes.from_xywh(boxes.to_xywh(a)), boxes.as_boxes(a), atol=1e-9)
    np.testing.assert_allclose(boxes.from_cxcywh(boxes.to_cxcywh(a)), boxes.as_boxes(a), atol=1e-9)


@given(BOXES, st.integers(1, 9))
def test_pairs_above_finds_what_the_whole_table_shows(a: Boxes, cells: int) -> None:
    overlap = np.triu(boxes.iou(a, a), 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boxes, "CELLS", cells)
        pairs, values = boxes.pairs_above(a, 0.3)
    assert pairs.tolist() == np.argwhere(overlap >= 0.3).tolist()
    np.testing.assert_array_equal(values, overlap[overlap >= 0.3])


@given(BOXES, st.data())
def test_nms_keeps_no_two_that_overlap_and_drops_only_what_a_better_one_covers(
    a: Boxes, data: st.DataObject
) -> None:
    scores = data.draw(st.lists(st.floats(0, 1), min_size=len(a), max_size=len(a)))
    kept = boxes.nms(a, scores, 0.5)
    overlap = boxes.iou(a, a)
    for one in kept:
        for other in kept:
            assert one == other or overlap[one, other] <= 0.5
    ranks = {int(one): at for at, one in enumerate(np.argsort(-np.array(scores), kind="stable"))}
    for gone in set(range(len(a))) - set(kept.tolist()):
        assert any(overlap[gone, k] > 0.5 and ranks[int(k)] < ranks[gone] for k in kept)
    assert [ranks[int(one)] for one in kept] == sorted(ranks[int(one)] for one in kept)


def test_boxes_of_different_classes_do_not_suppress_each_other() -> None:
    same = [[0, 0, 10, 10]] * 3
    kept = boxes.nms_by_class(same, [0.1, 0.9, 0.5], [7, 7, 2], 0.5)
    assert sorted(kept.tolist()) == [1, 2]
    assert boxes.nms_by_class([], [], [], 0.5).tolist() == []


def test_clip_keeps_floats_and_leaves_no_area_outside() -> None:
    found = boxes.clip([[-3.25, 1.5, 7.75, 9.0], [20.0, 20.0, 30.0, 30.0]], size_wh=(7.5, 8))
    assert found.tolist() == [[0, 1.5, 7.5, 8], [7.5, 8, 7.5, 8]]
    assert boxes.area(found).tolist() == [7.5 * 6.5, 0]


def test_covered_says_how_much_of_the_first_lies_in_the_second() -> None:
    assert boxes.covered([[0, 0, 4, 4]], [[0, 0, 2, 8], [9, 9, 10, 10]]).tolist() == [[0.5, 0]]
    assert boxes.covered([[1, 1, 1, 1]], [[0, 0, 2, 8]]).tolist() == [[0]]


def test_bounds_of_shapes_are_their_boxes() -> None:
    found = boxes.bounds_of([Box(1, 2, 3, 4), Point(5, 6)])
    assert found.tolist() == [[1, 2, 3, 4], [5, 6, 5, 6]]
    assert boxes.bounds_of([]).shape == (0, 4)


def test_the_strongest_boxes_are_sure_solid_and_of_their_class_alone() -> None:
    found = [(0, 0, 10, 10), (1, 0, 11, 10), (1, 0, 11, 10), (5, 5, 5, 9), (40, 0, 50, 10)]
    scores = [0.8, 0.9, 0.7, 0.99, 0.1]
    kept = boxes.strongest(found, scores, [0, 0, 1, 0, 0], min_score=0.3, iou=0.5, limit=9)
    assert kept.tolist() == [1, 2], "0 is doubled by 1, 3 has no area, 4 is not sure"
    assert boxes.strongest(found, scores, [0] * 5, min_score=0, iou=1, limit=1).tolist() == [1]
    assert boxes.strongest([], [], [], min_score=0, iou=0.5, limit=9).tolist() == []
