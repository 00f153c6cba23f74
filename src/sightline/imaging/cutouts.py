"""Parts of a picture in full, for files of their own."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

from PIL import Image

from sightline.imaging.decode import decode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.arrays import U8
    from sightline.imaging.limits import Limits

Box = tuple[float, float, float, float]


def cut_out(source: Path, boxes: Sequence[Box], *, limits: Limits) -> list[bytes | None]:
    """Return parts of a picture as PNG, each with every pixel that its box touches.

    Args:
        source: The picture's file; it is decoded once.
        boxes: x1, y1, x2, y2 in pixels of the upright picture.
        limits: Of decoding.

    Returns:
        None for a box that lies outside of the picture.

    Raises:
        UnreadableImageError: It cannot be read.
        MissingExtraError: Reading it needs an optional package.
    """
    pixels = decode(source, limits=limits)
    height, width = pixels.shape[:2]
    found: list[bytes | None] = []
    for x1, y1, x2, y2 in boxes:
        left, top = max(math.floor(x1), 0), max(math.floor(y1), 0)
        part = pixels[top : min(math.ceil(y2), height), left : min(math.ceil(x2), width)]
        found.append(png_of(part) if part.size else None)
    return found


def png_of(pixels: U8) -> bytes:
    """Return a picture (H, W, 3) as the bytes of a PNG."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()
