"""Shapes of raw pictures, turned as EXIF turns the pixels."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps

from sightline.core.geometry.masks import decode, encode
from sightline.core.geometry.shapes import (
    Box,
    Keypoints,
    Mask,
    OrientedBox,
    Point,
    Polygon,
    Shape,
)
from sightline.formats.objects.records import ObjectRecord
from sightline.formats.objects.turns import turned

WIDTH, HEIGHT = 12, 8


def upright_pixels(orientation: int, box: tuple[int, int, int, int]) -> np.ndarray[tuple[int, ...]]:
    """Paint a box into a raw picture and let Pillow turn it."""
    pixels = np.zeros((HEIGHT, WIDTH), np.uint8)
    pixels[box[1] : box[3], box[0] : box[2]] = 255
    image = Image.fromarray(pixels)
    image.getexif()[0x0112] = orientation
    return np.asarray(ImageOps.exif_transpose(image)) > 0


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_shape_goes_where_the_pixels_go(orientation: int) -> None:
    pixels = upright_pixels(orientation, (1, 2, 6, 4))
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    wanted = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    raw = np.zeros((HEIGHT, WIDTH), np.bool_)
    raw[2:4, 1:6] = True
    shapes: list[Shape] = [
        Box(1, 2, 6, 4),
        OrientedBox(3.5, 3, 5, 2, 0),
        Polygon((((1.0, 2.0, 6.0, 2.0, 6.0, 4.0, 1.0, 4.0),),)),
        Keypoints(((1.0, 2.0, 2), (6.0, 4.0, 1), (0.0, 0.0, 0))),
        encode(raw),
    ]
    for shape in shapes:
        found = turned(ObjectRecord("cat", shape, box=(1, 2, 6, 4)), orientation, WIDTH, HEIGHT)
        assert found.shape.bounds() == pytest.approx(wanted, abs=1e-9), shape.kind
        assert found.box == wanted
        if isinstance(found.shape, Mask):
            assert (decode(found.shape) == pixels).all()
    one = turned(ObjectRecord("cat", Point(1, 2)), orientation, WIDTH, HEIGHT).shape
    assert one.bounds()[0] in wanted[::2]
    assert one.bounds()[1] in wanted[1::2]
