"""Background is what no object touches."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.geometry.boxes import iou
from sightline.curate.head.background import kinds, propose

SIZES = np.array([[20.0, 10.0], [200.0, 400.0]])


@given(st.integers(0, 99), st.integers(1, 9))
def test_boxes_touch_no_object_and_lie_in_the_picture(seed: int, count: int) -> None:
    objects = [[10, 10, 60, 60], [70, 20, 90, 40]]
    found = propose(objects, SIZES, size_wh=(100, 80), count=count, seed=seed)
    assert len(found) <= count
    assert iou(found, objects).max(initial=0) <= 0.01
    assert (found >= 0).all()
    assert (found[:, 2:] <= (100, 80)).all()
    assert (found == propose(objects, SIZES, size_wh=(100, 80), count=count, seed=seed)).all()


def test_a_picture_full_of_objects_has_no_background() -> None:
    assert not len(propose([[0, 0, 100, 80]], SIZES, size_wh=(100, 80), count=5, seed=0))
    assert len(propose([], SIZES, size_wh=(100, 80), count=5, seed=0)) == 5


def test_vectors_of_background_are_sorted_into_kinds() -> None:
    rows = np.repeat(np.eye(3, 4) * 9, 10, axis=0)
    found = kinds(rows, count=3, seed=0)
    assert [len(set(found[10 * n : 10 * n + 10])) for n in range(3)] == [1, 1, 1]
    assert len(set(found)) == 3
    assert kinds(rows[:1], count=3, seed=0).tolist() == [0]
