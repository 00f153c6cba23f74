"""The pixels that stand for a box: all that it touches, within the picture, one at least."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.core.geometry.crops import pixel_rects

NUMBER = st.floats(-50, 150)


def test_every_pixel_that_a_box_touches_is_taken() -> None:
    assert pixel_rects([[1.2, 2.0, 3.5, 4.0]], size_wh=(10, 10)).tolist() == [[1, 2, 4, 4]]


def test_padding_is_a_share_of_the_longer_side_and_stays_in_the_picture() -> None:
    found = pixel_rects([[4, 4, 8, 6], [0, 0, 10, 10]], size_wh=(20, 10), padding=0.5)
    assert found.tolist() == [[2, 2, 10, 8], [0, 0, 15, 10]]


def test_a_square_grows_around_the_centre() -> None:
    assert pixel_rects([[4, 4, 12, 6]], size_wh=(20, 20), square=True).tolist() == [[4, 1, 12, 9]]


@given(st.lists(st.tuples(NUMBER, NUMBER, NUMBER, NUMBER), max_size=5), st.floats(0, 2))
def test_any_box_gives_a_pixel_at_least_inside_the_picture(
    boxes: list[tuple[float, float, float, float]], padding: float
) -> None:
    found = pixel_rects(boxes, size_wh=(100, 60), padding=padding, square=True)
    assert (found[:, 2:] > found[:, :2]).all()
    assert (found >= 0).all()
    assert (found[:, 2:] <= (100, 60)).all()


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="none"):
        pixel_rects(np.array([[0, 0, np.nan, 1]]), size_wh=(4, 4))
