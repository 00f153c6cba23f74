from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from sightline.imaging.tone import from_array, shift, stretch, to_rgb


@given(
    arrays.arrays(
        st.sampled_from([np.uint16, np.int32, np.float32, np.float64]),
        arrays.array_shapes(min_dims=2, max_dims=2, max_side=20),
    )
)
def test_any_samples_become_eight_bits_in_order(values: Any) -> None:
    result = stretch(values)
    assert result.dtype == np.uint8
    assert result.shape == values.shape
    finite = np.isfinite(values)
    order = np.argsort(values[finite], kind="stable")
    assert (np.diff(result[finite][order].astype(int)) >= 0).all()
    assert (stretch(values) == result).all()


def test_outliers_do_not_set_the_range() -> None:
    values = np.linspace(100, 200, 10_000).reshape(100, 100)
    values[0, 0] = 1e9
    assert stretch(values)[99, 99] == 255
    assert 120 < stretch(values)[50, 0] < 135


def test_a_mostly_constant_picture_still_shows_its_few_values() -> None:
    values = np.zeros((100, 100), np.uint16)
    values[3, 3] = 900
    assert stretch(values)[3, 3] == 255
    assert stretch(np.full((5, 5), 7)).max() == 0
    assert stretch(np.full((5, 5), np.nan)).max() == 0


def test_a_large_picture_is_sampled_and_close() -> None:
    values = np.arange(6_000_000, dtype=np.float32).reshape(2000, 3000)
    result = stretch(values)
    assert result[0, 0] == 0
    assert result[-1, -1] == 255
    assert abs(int(result[1000, 0]) - 127) <= 2


def test_shift_is_exact_at_both_ends() -> None:
    assert shift(np.array([[0, 257, 65535, 128, 129]], np.uint16)).tolist() == [[0, 1, 255, 0, 1]]


@pytest.mark.parametrize(
    "mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "LA", "RGBX"]
)
def test_every_mode_becomes_rgb(mode: str) -> None:
    image = to_rgb(Image.new(mode, (5, 4)), deep="stretch")
    assert (image.mode, image.size) == ("RGB", (5, 4))


@pytest.mark.parametrize("bands", [1, 2, 3, 4, 7])
def test_arrays_of_any_number_of_bands_become_rgb(bands: int) -> None:
    rng = np.random.default_rng(0)
    image = from_array(rng.normal(size=(6, 5, bands)))
    assert (image.mode, image.size) == ("RGB", (5, 6))
    assert from_array(rng.normal(size=(6, 5)) > 0).size == (5, 6)
