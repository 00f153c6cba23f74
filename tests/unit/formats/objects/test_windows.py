"""Masks as windows of pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from sightline.core.geometry import masks
from sightline.core.geometry.shapes import Mask
from sightline.formats.objects import windows

if TYPE_CHECKING:
    from sightline.core.arrays import Bool

PIXELS = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=9))


@given(PIXELS, st.integers(-4, 12), st.integers(-4, 12), st.integers(1, 12), st.integers(1, 12))
def test_a_window_in_a_picture_is_its_mask(
    window: Bool, left: int, top: int, width: int, height: int
) -> None:
    picture = np.zeros((height + 40, width + 40), np.bool_)
    picture[top + 20 : top + 20 + window.shape[0], left + 20 : left + 20 + window.shape[1]] = window
    picture = picture[20 : 20 + height, 20 : 20 + width]
    if not picture.any():
        with pytest.raises(ValueError, match="no pixel"):
            windows.mask_at(window, left, top, width, height)
        return
    assert windows.mask_at(window, left, top, width, height) == masks.encode(picture)


@given(PIXELS.filter(np.any))
def test_the_window_of_a_mask_is_what_lies_within_its_bounds(pixels: Bool) -> None:
    mask = masks.encode(pixels)
    window, left, top = windows.window_of(mask)
    assert windows.mask_at(window, left, top, mask.width, mask.height) == mask
    x1, y1, x2, y2 = mask.bounds()
    assert (left, top, *window.shape[::-1]) == (x1, y1, x2 - x1, y2 - y1)


@given(PIXELS)
def test_pixels_come_back_from_runs_of_rows(pixels: Bool) -> None:
    runs = windows.rows_of(pixels).tolist()
    assert sum(runs) == pixels.size
    found = windows.window_of_rows(runs, pixels.shape[1], pixels.shape[0])
    assert (found == pixels).all()


@pytest.mark.parametrize(
    ("runs", "width", "height"),
    [([5], 2, 2), ([1, -1], 2, 2), ([1], 0, 2), ([1], 1 << 20, 1 << 20)],
)
def test_runs_that_do_not_fit_are_refused(runs: list[int], width: int, height: int) -> None:
    with pytest.raises(ValueError, match=r"runs do not fit|a mask of"):
        windows.window_of_rows(runs, width, height)


def test_a_picture_without_a_size_is_refused() -> None:
    with pytest.raises(ValueError, match="no size"):
        windows.mask_at(np.ones((1, 1), np.bool_), 0, 0, 0, 9)


def test_a_mask_of_too_many_pixels_is_not_unpacked() -> None:
    with pytest.raises(ValueError, match="pixels"):
        windows.window_of(Mask(1 << 16, 1 << 15, "", (0.0, 0.0, 1 << 15, 1.0)))
