from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import InvalidInputError
from sightline.imaging.render import render
from unit.imaging.pictures import corners, encode, fits


@pytest.mark.parametrize(
    "data",
    [
        encode(
            Image.fromarray(np.arange(90_000, dtype=np.uint32).astype(np.uint16).reshape(300, 300)),
            "TIFF",
        ),
        encode(corners(900, 600), "TIFF"),
        encode(corners(900, 600), "BMP"),
        fits(np.random.default_rng(0).normal(size=(300, 400)).astype(">f4")),
    ],
)
def test_any_kind_becomes_a_jpeg_that_browsers_show(data: bytes) -> None:
    raw, media_type = render(data, 0, 300)
    image = Image.open(io.BytesIO(raw))
    assert media_type == "image/jpeg"
    assert (image.format, image.mode, max(image.size)) == ("JPEG", "RGB", 300)


def test_small_pictures_come_without_loss() -> None:
    raw, media_type = render(encode(corners(), "TIFF"), 0, 1024)
    assert media_type == "image/png"
    assert (np.asarray(Image.open(io.BytesIO(raw))) == corners()).all()


def test_sizes_out_of_range_are_refused() -> None:
    for px in (0, 9000):
        with pytest.raises(InvalidInputError):
            render(encode(corners(), "PNG"), 0, px)
