from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sightline.core.errors import InvalidInputError
from sightline.core.preprocess import Interpolation, Preprocess, Resize
from sightline.imaging.decode import decode
from sightline.imaging.preprocess import GREY, fit, load, normalise
from unit.imaging.pictures import corners, encode, stored


@given(
    st.integers(1, 90),
    st.integers(1, 90),
    st.sampled_from(["stretch", "crop", "letterbox"]),
    st.sampled_from(["bilinear", "bicubic"]),
)
def test_any_picture_gets_the_size_of_the_rule(
    width: int, height: int, resize: Resize, interpolation: Interpolation
) -> None:
    rule = Preprocess(size=32, resize=resize, interpolation=interpolation)
    assert fit(np.zeros((height, width, 3), np.uint8), rule).shape == (32, 32, 3)


def test_crop_keeps_the_centre() -> None:
    image = np.zeros((40, 120, 3), np.uint8)
    image[:, 40:80] = 200
    assert (fit(image, Preprocess(size=40, resize="crop")) == 200).all()


def test_crop_resizes_the_short_side_first() -> None:
    image = corners(200, 100)
    rule = Preprocess(size=20, resize="crop", resize_px=50)
    small = np.asarray(Image.fromarray(image).resize((100, 50), Image.Resampling.BILINEAR))
    assert (fit(image, rule) == small[15:35, 40:60]).all()


@pytest.mark.parametrize("shape", [(1, 20_000, 3), (20_000, 1, 3)])
def test_a_thread_of_a_picture_is_never_blown_up_whole(
    shape: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    resize = Image.Image.resize

    def seen(self: Image.Image, size: tuple[int, int], *rest: Any) -> Image.Image:
        asked.append(size)
        return resize(self, size, *rest)

    monkeypatch.setattr(Image.Image, "resize", seen)
    found = fit(np.full(shape, 7, np.uint8), Preprocess(size=8, resize="crop"))
    assert found.shape == (8, 8, 3)
    assert (found == 7).all()
    assert max(max(one) for one in asked) <= 8 * 64


def test_letterbox_has_equal_grey_bars() -> None:
    image = np.full((20, 40, 3), 7, np.uint8)
    page = fit(image, Preprocess(size=40, resize="letterbox"))
    assert (page[:10] == GREY).all()
    assert (page[10:30] == 7).all()
    assert (page[30:] == GREY).all()


def test_a_picture_of_the_right_size_is_left_alone() -> None:
    image = corners(32, 32)
    assert (fit(image, Preprocess(size=32)) == image).all()


@pytest.mark.parametrize("resize", ["stretch", "crop", "letterbox"])
def test_load_is_decode_then_fit(resize: Resize) -> None:
    rule = Preprocess(size=64, resize=resize)
    for data in (
        encode(corners(1300, 700), "JPEG"),
        encode(stored(corners(300, 200), 6), "JPEG", orientation=6),
        encode(Image.fromarray(corners()).convert("L"), "PNG"),
        encode(np.arange(0, 64000, 10, dtype=np.uint16).reshape(80, 80), "PNG"),
    ):
        expected = fit(decode(data, min_side_px=rule.min_side_px), rule)
        assert (load(data, rule) == expected).all()


def test_normalise_is_the_formula() -> None:
    rule = Preprocess(size=4)
    batch = np.arange(2 * 4 * 4 * 3, dtype=np.uint8).reshape(2, 4, 4, 3)
    expected = (batch / 255 - np.array(rule.mean)) / np.array(rule.std)
    result = normalise(batch, rule)
    assert result.dtype == np.float32
    assert result.flags.c_contiguous
    np.testing.assert_allclose(result, expected.transpose(0, 3, 1, 2), atol=1e-6)


def test_wrong_shapes_are_refused() -> None:
    rule = Preprocess(size=4)
    with pytest.raises(InvalidInputError):
        fit(np.zeros((4, 4), np.uint8), rule)
    with pytest.raises(InvalidInputError):
        fit(np.zeros((0, 4, 3), np.uint8), rule)
    with pytest.raises(InvalidInputError):
        normalise(np.zeros((4, 4, 3), np.uint8), rule)


@pytest.mark.parametrize(
    ("size", "shape"),
    [((200, 100), (40, 80, 3)), ((100, 50), (40, 80, 3)), ((50, 500), (100, 10, 3))],
)
def test_a_kept_shape_has_its_short_side_unless_the_long_one_grows_too_long(
    size: tuple[int, int], shape: tuple[int, ...]
) -> None:
    rule = Preprocess(size=40, resize="keep", resize_px=100)
    assert fit(np.zeros((size[1], size[0], 3), np.uint8), rule).shape == shape
    assert rule.min_side_px == 40
