"""From any kind of sample to 8-bit RGB: one rule for each, the same on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F64, U8

LOW, HIGH = 0.5, 99.5
"""Percentiles that become black and white."""
MAX_SAMPLE: Final = 1 << 22
"""Values that the percentiles are taken of; a larger picture is sampled at even steps."""
BLOCK: Final = 1 << 20
"""Values that are scaled at a time, which bounds the memory."""
WHITE: Final = (255, 255, 255)
_ALPHA: Final = frozenset({"RGBA", "RGBa", "LA", "La", "PA"})


def stretch(values: NDArray[Any]) -> U8:
    """Map the percentiles 0.5 and 99.5 of `values` to 0 and 255, linearly.

    Args:
        values: Any shape, integers or floats. NaN becomes 0; infinities are cut off.

    Returns:
        The same shape, uint8. Where most values are equal the full range is used instead; a
        picture of one value is black.
    """
    flat = values.reshape(-1)
    sample = flat[:: -(-flat.size // MAX_SAMPLE)].astype(np.float64)
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        return np.zeros(values.shape, np.uint8)
    low, high = (float(value) for value in np.percentile(sample, (LOW, HIGH)))
    if low == high:
        low, high = float(sample.min()), float(sample.max())
    if low == high:
        return np.zeros(values.shape, np.uint8)
    eight = np.empty(flat.size, np.uint8)
    for start in range(0, flat.size, BLOCK):
        part = slice(start, start + BLOCK)
        eight[part] = _scaled(flat[part], low, high)
    return eight.reshape(values.shape)


def _scaled(values: NDArray[Any], low: float, high: float) -> U8:
    """Return uint8: `low` and what is below becomes 0, `high` and what is above 255."""
    with np.errstate(over="ignore", invalid="ignore"):
        scaled: F64 = (values.astype(np.float64) - low) / (high - low)
        scaled = np.nan_to_num(scaled, copy=False, nan=0.0, posinf=1.0, neginf=0.0)
    np.clip(scaled, 0.0, 1.0, out=scaled)
    eight: U8 = np.rint(scaled * 255.0).astype(np.uint8)
    return eight


def shift(values: NDArray[Any]) -> U8:
    """Map 16-bit samples, 0..65535, to 8 bits: value / 257, rounded."""
    wide = np.clip(values, 0, 65535).astype(np.uint32)
    eight: U8 = ((wide + 128) // 257).astype(np.uint8)
    return eight


def to_rgb(image: Image.Image, *, deep: str) -> Image.Image:
    """Return an 8-bit RGB picture of any Pillow picture; transparent parts become white.

    Args:
        image: Decoded, of any mode.
        deep: What becomes of samples of more than 8 bits: "stretch", or "shift" (value / 257).
    """
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        values = np.asarray(image)
        grey = stretch(values) if deep == "stretch" or image.mode == "F" else shift(values)
        return Image.fromarray(grey).convert("RGB")
    if image.mode == "LAB":
        return _lab(image)
    if image.mode in _ALPHA or image.has_transparency_data:
        return over_white(image)
    return image.convert("RGB")


def over_white(image: Image.Image) -> Image.Image:
    """Return the picture laid over white."""
    source = image.convert("RGBA")
    page = Image.new("RGB", source.size, WHITE)
    page.paste(source, mask=source.getchannel("A"))
    return page


def _lab(image: Image.Image) -> Image.Image:
    from PIL import ImageCms

    to_srgb = ImageCms.buildTransform(
        ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
    )
    turned = ImageCms.applyTransform(image, to_srgb)
    return image.convert("RGB") if turned is None else turned


def from_array(values: NDArray[Any]) -> Image.Image:
    """Return an RGB picture of samples (H, W) or (H, W, bands), stretched unless they are uint8.

    Of two bands the first is shown, of more than three the first three.
    """
    if values.ndim == 3:  # noqa: PLR2004
        values = values[..., :3] if values.shape[2] >= 3 else values[..., 0]  # noqa: PLR2004
    if values.dtype == np.bool_:
        values = values.astype(np.uint8) * np.uint8(255)
    if np.iscomplexobj(values):
        values = np.abs(values)
    eight = values if values.dtype == np.uint8 else stretch(values)
    return Image.fromarray(np.ascontiguousarray(eight)).convert("RGB")
