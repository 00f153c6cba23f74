"""Small pictures of one colour."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


def picture_bytes(colour: str, *, side: int = 12, kind: str = "PNG") -> bytes:
    """Return a file of `side` x `side` pixels in one of COLOURS."""
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), COLOURS[colour]).save(buffer, kind)
    return buffer.getvalue()


def write_picture(path: Path, colour: str, *, side: int = 12) -> Path:
    """Write such a file as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture_bytes(colour, side=side))
    return path
