"""The one path from a file to a network's input; training, export and serving all take it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from sightline.core.errors import InvalidInputError
from sightline.imaging.decode import upright
from sightline.imaging.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from sightline.core.arrays import F32, U8
    from sightline.core.preprocess import Preprocess
    from sightline.imaging.source import Source

GREY: Final = (114, 114, 114)
"""Colour of a letterbox's bars."""
MOST_LONG: Final = 64
_FILTERS: Final = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}


def load(source: Source, rule: Preprocess, page: int = 0, *, limits: Limits = DEFAULT_LIMITS) -> U8:
    """Return a picture as a network wants it before normalising: (size, size, 3), RGB, uint8.

    A large JPEG is decoded at a fraction of its size that still has `rule.min_side_px`.

    Raises:
        UnreadableImageError: It cannot be read.
        MissingExtraError: Reading it needs an optional package.
    """
    return load_placed(source, rule, page, limits=limits)[0]


def load_placed(
    source: Source, rule: Preprocess, page: int = 0, *, limits: Limits = DEFAULT_LIMITS
) -> tuple[U8, tuple[int, int]]:
    """Return what `load` returns, and the (width, height) it was decoded at, for `placement.py`.

    Raises:
        UnreadableImageError: It cannot be read.
        MissingExtraError: Reading it needs an optional package.
    """
    image = upright(source, page=page, min_side_px=rule.min_side_px, limits=limits, tone=rule.tone)
    return np.array(_fit(image, rule)), image.size


def fit(image: U8, rule: Preprocess) -> U8:
    """Return an upright picture (H, W, 3) resized by the rule: (size, size, 3), uint8.

    Only `keep` gives another shape.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:  # noqa: PLR2004
        raise InvalidInputError(
            f"a picture of shape {image.shape}, {image.dtype} cannot be resized",
            hint="give (H, W, 3) uint8",
        )
    return np.array(_fit(Image.fromarray(image), rule))


def normalise(batch: U8, rule: Preprocess) -> F32:
    """Return (N, 3, H, W) floats, `(value / 255 - mean) / std`, of pictures (N, H, W, 3)."""
    if batch.ndim != 4 or batch.shape[3] != 3:  # noqa: PLR2004
        raise InvalidInputError(
            f"a batch of shape {batch.shape} cannot be normalised", hint="give (N, H, W, 3)"
        )
    scale = np.array(rule.std, np.float64) * 255.0
    offset = np.array(rule.mean, np.float64) / np.array(rule.std, np.float64)
    table = (np.arange(256)[None, :] / scale[:, None] - offset[:, None]).astype(np.float32)
    out = np.empty((batch.shape[0], 3, *batch.shape[1:3]), np.float32)
    for band in range(3):
        np.take(table[band], batch[..., band], out=out[:, band], mode="clip")
    return out


def _fit(image: Image.Image, rule: Preprocess) -> Image.Image:
    resample = _FILTERS[rule.interpolation]
    if rule.resize == "stretch":
        return _resized(image, (rule.size, rule.size), resample)
    if rule.resize == "keep":
        return _resized(image, _within(image.size, rule), resample)
    if rule.resize == "crop":
        short = rule.resize_px or rule.size
        image = _middle(image)
        image = _resized(image, scaled(image.size, short, min(image.size)), resample)
        left, top = (image.width - rule.size) // 2, (image.height - rule.size) // 2
        return image.crop((left, top, left + rule.size, top + rule.size))
    image = _resized(image, scaled(image.size, rule.size, max(image.size)), resample)
    page = Image.new("RGB", (rule.size, rule.size), GREY)
    page.paste(image, ((rule.size - image.width) // 2, (rule.size - image.height) // 2))
    return page


def _middle(image: Image.Image) -> Image.Image:
    """Return the middle of a picture that is many times as long as wide, which alone is cropped.

    Scaled by its short side, one of 1 x 100,000 pixels would take gigabytes.
    """
    longest = MOST_LONG * min(image.size)
    width, height = min(image.width, longest), min(image.height, longest)
    if (width, height) == image.size:
        return image
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))


def _resized(image: Image.Image, size: tuple[int, int], resample: Image.Resampling) -> Image.Image:
    return image if image.size == size else image.resize(size, resample)


def _within(size: tuple[int, int], rule: Preprocess) -> tuple[int, int]:
    """Return `size` scaled so that the short side has `size`, or the long one `resize_px`."""
    found = scaled(size, rule.size, min(size))
    if rule.resize_px is None or max(found) <= rule.resize_px:
        return found
    return scaled(size, rule.resize_px, max(size))


def scaled(size: tuple[int, int], wanted: int, side: int) -> tuple[int, int]:
    """Return `size` scaled so that a side of `side` pixels gets `wanted`; at least 1 each."""
    width, height = size
    return max(1, round(width * wanted / side)), max(1, round(height * wanted / side))
