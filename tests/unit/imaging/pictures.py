"""Small pictures that tests make."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from sightline.core.arrays import U8


def corners(width: int = 48, height: int = 32) -> U8:
    """Return (H, W, 3) with four plain quarters: red, green / blue, yellow."""
    pixels = np.zeros((height, width, 3), np.uint8)
    half_h, half_w = height // 2, width // 2
    pixels[:half_h, :half_w] = (250, 10, 10)
    pixels[:half_h, half_w:] = (10, 250, 10)
    pixels[half_h:, :half_w] = (10, 10, 250)
    pixels[half_h:, half_w:] = (250, 250, 10)
    return pixels


def stored(pixels: U8, orientation: int) -> U8:
    """Return how a camera stores `pixels` so that `orientation` turns them upright."""
    undo = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.transpose(1, 0, 2),
        6: np.rot90(pixels, 1),
        7: pixels[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(pixels, -1),
    }
    return np.ascontiguousarray(undo[orientation])


def encode(image: Any, kind: str, *, orientation: int = 0, **options: Any) -> bytes:
    """Return a picture file; `orientation` 1..8 is written as EXIF."""
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    if orientation:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    if kind == "JPEG":
        options = {"quality": 95, "subsampling": 0} | options
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def fits(values: Any, **cards: object) -> bytes:
    """Return a FITS file of an array of big-endian samples, (H, W) or (planes, H, W)."""
    bits = {"u1": 8, "i2": 16, "i4": 32, "f4": -32, "f8": -64}[values.dtype.str[1:]]
    head: dict[str, object] = {"SIMPLE": "T", "BITPIX": bits, "NAXIS": values.ndim}
    head |= {f"NAXIS{at + 1}": side for at, side in enumerate(values.shape[::-1])} | cards
    lines = [f"{key:<8}= {value!s:>20}" for key, value in head.items()]
    text = "".join(f"{line:<80}" for line in [*lines, "END"])
    raw = text.ljust(2880).encode()
    body = bytes(values.tobytes())
    return raw + body + b"\0" * (-len(body) % 2880)
