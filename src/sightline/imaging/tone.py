"""From any kind of sample to 8-bit RGB: one rule for each, the same on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

from sightline.core.tone import DEFAULT_TONE, Tone

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F64, U8

LOW, HIGH = 0.5, 99.5
"""Percentiles that become black and white."""
MAX_SAMPLE: Final = 1 << 22
"""Values that the percentiles are taken of; a larger picture is sampled at even steps."""
BLOCK: Final = 1 << 20
"""Values that are scaled at a time, which bounds the memory."""
LOG: Final = 1000.0
ASINH: Final = 10.0
"""How strongly the curves lift what is dark."""
WHITE: Final = (255, 255, 255)
_ALPHA: Final = frozenset({"RGBA", "RGBa", "LA", "La", "PA"})


def stretch(values: NDArray[Any], tone: Tone = DEFAULT_TONE) -> U8:
    """Map samples to 0..255 between a black and a white point, along the tone's curve.

    Args:
        values: (H, W), or (H, W, 3) whose channels share the points. Integers or floats. NaN
            becomes 0; infinities are cut off.
        tone: By default the percentiles 0.5 and 99.5, linearly.

    Returns:
        The same shape, uint8. Where most values are equal the full range is used instead of
        percentiles; a picture of one value is black. With asinh, the brightness of three channels
        is stretched and their ratio kept, so that bright things keep their colour (Lupton et al.
        2004).
    """
    points = _points(values.reshape(-1), tone)
    if points is None:
        return np.zeros(values.shape, np.uint8)
    coloured = tone.stretch == "asinh" and values.ndim == 3 and values.shape[2] == 3  # noqa: PLR2004
    flat = values.reshape(-1, 3) if coloured else values.reshape(-1)
    eight = np.empty(flat.shape, np.uint8)
    step = BLOCK // 3 if coloured else BLOCK
    for start in range(0, len(flat), step):
        part = slice(start, start + step)
        scaled = _scaled(flat[part], *points)
        curved = _lupton(scaled) if coloured else _curve(scaled, tone.stretch)
        eight[part] = np.rint(curved * 255.0)
    return eight.reshape(values.shape)


def _points(flat: NDArray[Any], tone: Tone) -> tuple[float, float] | None:
    """Return the values that become black and white; None when all are one."""
    sample = flat[:: -(-flat.size // MAX_SAMPLE)].astype(np.float64) if flat.size else flat
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        return None
    least, most = float(sample.min()), float(sample.max())
    low, high = tone.low, tone.high
    if tone.stretch in {"auto", "percentile"}:
        ends = (LOW if low is None else low, HIGH if high is None else high)
        below, above = (float(value) for value in np.percentile(sample, sorted(ends)))
        if below == above:
            below, above = least, most
    else:
        below, above = least if low is None else low, most if high is None else high
    return (below, above) if below < above else None


def _scaled(values: NDArray[Any], low: float, high: float) -> F64:
    """Return 0..1: `low` and what is below becomes 0, `high` and what is above 1."""
    with np.errstate(over="ignore", invalid="ignore"):
        half = 1.0 if np.isfinite(high - low) else 0.5  # the range of any two floats is a float
        scaled: F64 = (values.astype(np.float64) * half - low * half) / (high * half - low * half)
        scaled = np.nan_to_num(scaled, copy=False, nan=0.0, posinf=1.0, neginf=0.0)
    return np.clip(scaled, 0.0, 1.0, out=scaled)


def _curve(scaled: F64, name: str) -> F64:
    if name == "log":
        return np.asarray(np.log1p(LOG * scaled) / np.log1p(LOG))
    if name == "asinh":
        return np.asarray(np.arcsinh(ASINH * scaled) / np.arcsinh(ASINH))
    return scaled


def _lupton(scaled: F64) -> F64:
    """Return (N, 3): the mean of the channels along the curve, their ratios as they were."""
    mean = scaled.mean(axis=1, keepdims=True)
    lifted = scaled * np.divide(
        _curve(mean, "asinh"), mean, out=np.zeros_like(mean), where=mean > 0
    )
    return np.asarray(lifted / np.maximum(lifted.max(axis=1, keepdims=True), 1.0))


def shift(values: NDArray[Any]) -> U8:
    """Map 16-bit samples, 0..65535, to 8 bits: value / 257, rounded."""
    wide = np.clip(values, 0, 65535).astype(np.uint32)
    eight: U8 = ((wide + 128) // 257).astype(np.uint8)
    return eight


def to_rgb(image: Image.Image, *, deep: str, tone: Tone = DEFAULT_TONE) -> Image.Image:
    """Return an 8-bit RGB picture of any Pillow picture; transparent parts become white.

    Args:
        image: Decoded, of any mode.
        deep: What becomes of samples of more than 8 bits when the tone leaves it open: "stretch",
            or "shift" (value / 257).
        tone: How they are stretched.
    """
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        values = np.asarray(image)
        shifted = deep == "shift" and tone.stretch == "auto" and image.mode != "F"
        grey = shift(values) if shifted else stretch(values, tone)
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


def from_array(values: NDArray[Any], tone: Tone = DEFAULT_TONE) -> Image.Image:
    """Return an RGB picture of samples (H, W) or (H, W, bands).

    Of two bands the first is shown, of more than three the first three, unless the tone chooses
    others. 8-bit samples stay as they are unless it asks for a stretch.
    """
    values = _chosen(values, tone.channels)
    if values.dtype == np.bool_:
        values = values.astype(np.uint8) * np.uint8(255)
    if np.iscomplexobj(values):
        values = np.abs(values)
    plain = values.dtype == np.uint8 and tone.stretch == "auto"
    eight = values if plain else stretch(values, tone)
    return Image.fromarray(np.ascontiguousarray(eight)).convert("RGB")


def _chosen(values: NDArray[Any], channels: tuple[int, ...]) -> NDArray[Any]:
    """Return (H, W) or (H, W, 3) of (H, W) or (H, W, bands)."""
    if values.ndim < 3:  # noqa: PLR2004
        return values
    bands = values.shape[2]
    if channels and max(channels) < bands:
        return values[..., channels[0]] if len(channels) == 1 else values[..., list(channels)]
    return values[..., :3] if bands >= 3 else values[..., 0]  # noqa: PLR2004
