"""One small picture for a grid: JPEG, about 10 KB at 256 pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.core.tone import DEFAULT_TONE, Tone
from sightline.imaging.decode import upright
from sightline.imaging.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from sightline.core.arrays import U8
    from sightline.imaging.source import Source

SIZES: Final = (64, 128, 256, 512, 1024)
"""Long sides, pixels, that thumbnails are made in."""
VERSION: Final = 1
"""Part of every key: another number makes all thumbnails anew."""
MEDIA_TYPE: Final = "image/jpeg"
QUALITY: Final = 70
LOW_QUALITY: Final = 55
SMALL_QUALITY: Final = 90
SMALL_PX: Final = 128
MILD: Final = 0.6
"""Above this scale four neighbours see every pixel, and linear interpolation loses nothing."""
BYTES_PER_PIXEL: Final = 10_000 / 256**2
"""A tile over this is encoded once more at LOW_QUALITY."""


def snap(px: int) -> int:
    """Return the smallest size of SIZES that has at least `px` pixels.

    Raises:
        InvalidInputError: `px` is not in 1..1024.
    """
    if not 1 <= px <= SIZES[-1]:
        raise InvalidInputError(
            f"there are no thumbnails of {px} pixels", hint=f"ask for 1 to {SIZES[-1]}"
        )
    return next(size for size in SIZES if size >= px)


def thumbnail(
    source: Source,
    px: int,
    page: int = 0,
    *,
    limits: Limits = DEFAULT_LIMITS,
    tone: Tone = DEFAULT_TONE,
) -> bytes:
    """Return an upright JPEG whose long side has `px` pixels, fewer where the picture has fewer.

    Raises:
        UnreadableImageError: It cannot be read.
        MissingExtraError: Reading it needs an optional package.
        InvalidInputError: `px` is not one of SIZES.
    """
    if px not in SIZES:
        raise InvalidInputError(
            f"there are no thumbnails of {px} pixels",
            hint=f"sizes: {', '.join(str(size) for size in SIZES)}",
        )
    image = upright(source, page=page, min_long_px=px, limits=limits, tone=tone)
    return encode(shrink(np.asarray(image), px), px)


def shrink(image: U8, px: int) -> U8:
    """Return (H, W, 3) with a long side of at most `px` pixels, anti-aliased."""
    import cv2

    height, width = image.shape[:2]
    if max(height, width) <= px:
        return image
    scale = px / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_LINEAR if scale > MILD else cv2.INTER_AREA
    return np.asarray(cv2.resize(image, size, interpolation=method), np.uint8)


def encode(image: U8, px: int) -> bytes:
    """Return RGB (H, W, 3) as JPEG; tiny pictures keep their colours sharp."""
    if max(image.shape[:2]) <= SMALL_PX:
        return jpeg(image, SMALL_QUALITY, sharp_colours=True)
    data = jpeg(image, QUALITY)
    if len(data) > BYTES_PER_PIXEL * px * px:
        data = jpeg(image, LOW_QUALITY)
    return data


def jpeg(image: U8, quality: int, *, sharp_colours: bool = False) -> bytes:
    """Return RGB (H, W, 3) as JPEG of a quality 1..100, with 4:4:4 or 4:2:0 colours."""
    import cv2

    sampling = (
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
        if sharp_colours
        else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420
    )
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    return data.tobytes()
