from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import InvalidInputError, UnreadableImageError
from sightline.imaging.tile import SIZES, snap, thumbnail
from unit.imaging.pictures import corners, encode, stored

if TYPE_CHECKING:
    from pathlib import Path


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("px", SIZES)
def test_the_long_side_has_the_size_asked_for(px: int) -> None:
    image = opened(thumbnail(encode(corners(3000, 1500), "JPEG"), px))
    assert image.format == "JPEG"
    assert image.size == (px, px // 2)


def test_a_small_picture_is_not_enlarged() -> None:
    assert opened(thumbnail(encode(corners(40, 20), "PNG"), 256)).size == (40, 20)


def test_a_very_thin_picture_keeps_a_pixel() -> None:
    assert opened(thumbnail(encode(np.zeros((1, 4000, 3), np.uint8), "PNG"), 64)).size == (64, 1)


def test_thumbnails_are_upright() -> None:
    data = encode(stored(corners(640, 480), 6), "JPEG", orientation=6)
    image = opened(thumbnail(data, 256))
    assert image.size == (256, 192)
    red = np.asarray(image.convert("RGB"))[20, 20].astype(int)
    assert (np.abs(red - (250, 10, 10)) < 30).all()


def test_sizes_come_from_a_short_list() -> None:
    assert [snap(px) for px in (1, 64, 65, 256, 1000)] == [64, 64, 128, 256, 1024]
    for wrong in (0, -4, 6000):
        with pytest.raises(InvalidInputError):
            snap(wrong)
    with pytest.raises(InvalidInputError):
        thumbnail(encode(corners(), "PNG"), 100)


def test_a_broken_picture_says_so() -> None:
    with pytest.raises(UnreadableImageError):
        thumbnail(b"nothing", 64)


def test_real_photographs_weigh_at_most_ten_kilobytes(shared_data: Path) -> None:
    photos = sorted((shared_data / "det_coco128" / "images").glob("*.jpg"))
    sizes = [len(thumbnail(path, 256)) for path in photos]
    assert sum(sizes) / len(sizes) <= 10_000
