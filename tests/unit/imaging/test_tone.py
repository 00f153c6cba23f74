from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from sightline.core.tone import STRETCHES, Tone
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


SAMPLES = arrays.arrays(
    st.sampled_from([np.uint8, np.uint16, np.int32, np.float32, np.float64]),
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=12),
)


@given(SAMPLES, st.sampled_from(STRETCHES), st.booleans(), st.booleans())
def test_every_curve_is_in_order_whatever_the_samples_and_points(
    values: Any, name: Any, black: bool, white: bool
) -> None:
    low, high = (3.0, 60.0) if name in {"auto", "percentile"} else (-5.0, 1000.0)
    tone = Tone(stretch=name, low=low if black else None, high=high if white else None)
    result = stretch(values, tone)
    assert result.dtype == np.uint8
    assert result.shape == values.shape
    finite = np.isfinite(values)
    order = np.argsort(values[finite], kind="stable")
    assert (np.diff(result[finite][order].astype(int)) >= 0).all()


@given(SAMPLES)
def test_colours_by_asinh_stay_in_range(values: Any) -> None:
    cube = np.stack([values, values[::-1], values // 2 if values.dtype.kind != "f" else values], 2)
    assert stretch(cube, Tone(stretch="asinh")).shape == cube.shape


@pytest.mark.parametrize("name", STRETCHES)
@pytest.mark.parametrize("value", [0, 7, np.nan, np.inf])
def test_a_picture_of_one_value_is_black(name: Any, value: float) -> None:
    assert stretch(np.full((4, 5), value), Tone(stretch=name)).max() == 0
    assert stretch(np.full((4, 5, 3), value), Tone(stretch=name)).max() == 0


def test_black_and_white_points_are_values_of_samples() -> None:
    values = np.array([[0, 100, 200, 300, 400]], np.uint16)
    got = stretch(values, Tone(stretch="linear", low=100, high=300))
    assert got.tolist() == [[0, 0, 128, 255, 255]]
    assert stretch(values, Tone(stretch="linear")).tolist() == [[0, 64, 128, 191, 255]]
    wide = stretch(values, Tone(stretch="percentile", low=0, high=100))
    assert wide.tolist() == [[0, 64, 128, 191, 255]]


def test_log_and_asinh_lift_what_is_dark_as_they_say() -> None:
    values = np.array([[0.0, 0.01, 0.1, 1.0]])
    log = stretch(values, Tone(stretch="log"))[0].tolist()
    asinh = stretch(values, Tone(stretch="asinh"))[0].tolist()
    assert log == [0, round(255 * np.log(11) / np.log(1001)), 170, 255]
    assert asinh == [0, 8, round(255 * np.arcsinh(1) / np.arcsinh(10)), 255]


def test_asinh_keeps_the_colour_of_bright_things() -> None:
    star = np.array([[[0.0, 0.0, 0.0], [8.0, 4.0, 2.0], [16.0, 8.0, 4.0]]])
    got = stretch(star, Tone(stretch="asinh"))[0].astype(float)
    assert got[2, 0] / got[2, 1] == pytest.approx(2, rel=0.02)
    assert got[1, 0] / got[1, 2] == pytest.approx(4, rel=0.05)


def test_channels_are_chosen_and_those_that_are_not_there_change_nothing() -> None:
    bands = np.stack([np.full((2, 2), one * 10, np.uint8) for one in range(5)], axis=2)
    rgb = np.asarray(from_array(bands, Tone(channels=(4, 0, 2))))
    assert rgb[0, 0].tolist() == [40, 0, 20]
    assert np.asarray(from_array(bands, Tone(channels=(3,))))[0, 0].tolist() == [30, 30, 30]
    for channels in ((7,), (0, 1, 5)):
        assert np.asarray(from_array(bands, Tone(channels=channels)))[0, 0].tolist() == [0, 10, 20]


def test_a_deep_grey_picture_is_shifted_only_while_the_tone_leaves_it_open() -> None:
    image = Image.fromarray(np.array([[0, 257, 514]], np.uint16))
    assert np.asarray(to_rgb(image, deep="shift"))[0, :, 0].tolist() == [0, 1, 2]
    linear = to_rgb(image, deep="shift", tone=Tone(stretch="linear"))
    assert np.asarray(linear)[0, :, 0].tolist() == [0, 128, 255]
