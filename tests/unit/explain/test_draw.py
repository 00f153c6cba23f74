from __future__ import annotations

import io

import numpy as np
from PIL import Image

from sightline.explain.draw import colours, layer, overlay, png, strength, webp


def test_little_is_clear_and_much_is_bright() -> None:
    values = np.linspace(0, 1, 101, dtype=np.float32)[None]
    alpha, rgb = strength(values)[0], colours(values)[0].astype(int)
    assert alpha[:8].max() == 0
    assert alpha[-1] == 1
    assert (np.diff(alpha) >= 0).all()
    brightness = rgb @ [299, 587, 114]
    assert (np.diff(brightness) >= 0).all()


def test_the_overlay_is_what_the_layer_shows_over_the_picture() -> None:
    picture = np.full((4, 4, 3), 100, np.uint8)
    values = np.linspace(0, 1, 16, dtype=np.float32).reshape(4, 4)
    above = Image.fromarray(layer(values))
    below = Image.fromarray(picture).convert("RGBA")
    expected = np.asarray(Image.alpha_composite(below, above).convert("RGB")).astype(int)
    assert abs(overlay(picture, values, 1.0).astype(int) - expected).max() <= 2
    assert (overlay(picture, values, 0.0) == picture).all()


def test_files_open_as_what_they_are() -> None:
    pixels = layer(np.linspace(0, 1, 45, dtype=np.float32).reshape(5, 9))
    for data, kind in ((png(pixels), "PNG"), (webp(pixels), "WEBP")):
        opened = Image.open(io.BytesIO(data))
        assert (opened.format, opened.size, opened.mode) == (kind, (9, 5), "RGBA")
