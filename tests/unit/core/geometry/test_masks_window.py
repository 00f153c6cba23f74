"""A mask that is known within a window only, against the whole mask."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.geometry.masks import decode_window, encode, encode_window

SIZE = (11, 7)


@given(st.integers(-4, 12), st.integers(-4, 8), st.integers(1, 9), st.integers(1, 9), st.data())
def test_a_window_gives_the_mask_of_the_whole_picture(
    x: int, y: int, width: int, height: int, data: st.DataObject
) -> None:
    bits = data.draw(st.lists(st.booleans(), min_size=width * height, max_size=width * height))
    part = np.array(bits).reshape(height, width)
    whole = np.zeros((SIZE[1] + 40, SIZE[0] + 40), np.bool_)
    whole[20 + y : 20 + y + height, 20 + x : 20 + x + width] = part
    whole = whole[20 : 20 + SIZE[1], 20 : 20 + SIZE[0]]
    if whole.any():
        mask = encode_window(part, window=(x, y), size=SIZE)
        assert mask == encode(whole)
        pixels, (left, top) = decode_window(mask)
        again = np.zeros_like(whole)
        again[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        assert np.array_equal(again, whole)
        assert pixels[:, 0].any()
        assert pixels[0].any()
        assert pixels[:, -1].any()
        assert pixels[-1].any()
    else:
        with pytest.raises(ValueError, match="no pixel is set"):
            encode_window(part, window=(x, y), size=SIZE)


def test_full_columns_run_on_into_each_other() -> None:
    full = np.ones((7, 11), np.bool_)
    assert encode_window(full, window=(0, 0), size=SIZE) == encode(full)
