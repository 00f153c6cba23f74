"""A picture that any browser shows, of any kind that is read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from sightline.core.errors import InvalidInputError
from sightline.core.tone import DEFAULT_TONE, Tone
from sightline.imaging.decode import upright
from sightline.imaging.limits import DEFAULT_LIMITS, Limits
from sightline.imaging.tile import jpeg, shrink

if TYPE_CHECKING:
    from sightline.imaging.source import Source

MAX_PX: Final = 8192
LOSSLESS_PX: Final = 256
"""Long side, pixels, up to which a picture comes as PNG."""
QUALITY: Final = 90


def render(
    source: Source,
    page: int = 0,
    px: int = 1024,
    *,
    limits: Limits = DEFAULT_LIMITS,
    tone: Tone = DEFAULT_TONE,
) -> tuple[bytes, str]:
    """Return (bytes, media type) of an upright 8-bit picture, its long side at most `px` pixels.

    Raises:
        UnreadableImageError: It cannot be read.
        MissingExtraError: Reading it needs an optional package.
        InvalidInputError: `px` is not in 1..8192.
    """
    if not 1 <= px <= MAX_PX:
        raise InvalidInputError(
            f"a picture of {px} pixels is not made", hint=f"ask for 1 to {MAX_PX}"
        )
    image = upright(source, page=page, min_long_px=px, limits=limits, tone=tone)
    pixels = shrink(np.asarray(image), px)
    if max(pixels.shape[:2]) <= LOSSLESS_PX:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        return file.getvalue(), "image/png"
    return jpeg(pixels, QUALITY, sharp_colours=True), "image/jpeg"
