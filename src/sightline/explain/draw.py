"""Maps as pictures: a layer of colour that lies over a photograph, and both in one."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from sightline.core.arrays import F32, U8

_STOPS: Final = (
    (0.0, (74, 12, 107)),
    (0.3, (150, 24, 110)),
    (0.55, (221, 52, 74)),
    (0.78, (250, 128, 20)),
    (1.0, (255, 224, 70)),
)
"""From little to much: darkness and brightness tell it too, for eyes that see few colours."""
_CLEAR: Final = 0.1
"""Share of the most below which nothing is drawn."""
_FULL: Final = 0.8
"""From here on the colour covers all that it may."""
_WEBP_QUALITY: Final = 82


def colours(values: F32) -> U8:
    """Return (H, W, 3) RGB of values (H, W) from 0 to 1."""
    at = np.array([stop for stop, _ in _STOPS])
    table = np.array([colour for _, colour in _STOPS], np.float64)
    steps = np.linspace(0.0, 1.0, 256)
    ramp = np.stack([np.interp(steps, at, table[:, band]) for band in range(3)], axis=1)
    index = np.clip(values * 255.0 + 0.5, 0, 255).astype(np.uint8)
    found: U8 = ramp.astype(np.uint8)[index]
    return found


def strength(values: F32) -> F32:
    """Return how much of the colour covers the picture, (H, W) of values 0..1: none of little."""
    covered = np.clip((values - _CLEAR) / (_FULL - _CLEAR), 0.0, 1.0)
    found: F32 = (covered * covered * (3.0 - 2.0 * covered)).astype(np.float32)
    return found


def layer(values: F32) -> U8:
    """Return (H, W, 4) RGBA of values (H, W) from 0 to 1, clear where they are small."""
    alpha = (strength(values) * 255.0 + 0.5).astype(np.uint8)
    return np.dstack([colours(values), alpha])


def overlay(picture: U8, values: F32, opacity: float = 0.6) -> U8:
    """Return a picture (H, W, 3) with the layer of values (H, W) over it.

    Args:
        picture: RGB.
        values: 0..1.
        opacity: Of the layer where the values are highest, 0..1.
    """
    alpha = (strength(values) * np.float32(opacity))[..., None]
    mixed: U8 = (picture * (1 - alpha) + colours(values) * alpha + 0.5).astype(np.uint8)
    return mixed


def webp(pixels: U8) -> bytes:
    """Return a WebP file of RGB or RGBA pixels."""
    return _file(pixels, "WEBP", quality=_WEBP_QUALITY, method=2)


def png(pixels: U8) -> bytes:
    """Return a PNG file of RGB or RGBA pixels."""
    return _file(pixels, "PNG")


def _file(pixels: U8, kind: str, **options: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()
