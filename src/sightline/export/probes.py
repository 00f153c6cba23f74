"""Pictures that show whether two paths from a file to an answer are one and the same."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

    from sightline.core.arrays import U8

_ORIENTATION: Final = 0x0112


@dataclass(frozen=True, slots=True)
class Probe:
    """A picture, as a file or as the bytes of one."""

    name: str
    source: Path | bytes
    page: int = 0


def odd_pictures(size: int) -> tuple[Probe, ...]:
    """Return files of every kind that readers disagree on, the same ones at every call.

    Args:
        size: Side of the network's input, pixels; some pictures are larger, some smaller.
    """
    from PIL import Image

    scene = Image.fromarray(drawn_scene(2 * size + 37, 3 * size + 11))
    small = scene.resize((size // 2 + 3, size // 3 + 5))
    grey = scene.convert("L")
    deep = Image.fromarray(np.asarray(grey, np.uint16) * 257)
    veil = scene.copy()
    veil.putalpha(grey)
    made = {
        "plain.jpg": _encode(scene, "JPEG", quality=90),
        "large.jpg": _encode(scene.resize((8 * size, 6 * size)), "JPEG", quality=80),
        "grey.jpg": _encode(grey, "JPEG"),
        "cmyk.jpg": _encode(scene.convert("CMYK"), "JPEG"),
        "grey16.png": _encode(deep, "PNG"),
        "grey16.tiff": _encode(deep, "TIFF"),
        "alpha.png": _encode(veil, "PNG"),
        "palette.png": _encode(scene.quantize(32), "PNG"),
        "small.png": _encode(small, "PNG"),
        "photo.webp": _encode(scene, "WEBP", quality=80),
        "one-pixel.png": _encode(scene.resize((1, 1)), "PNG"),
        "thin.png": _encode(scene.resize((5, 4 * size)), "PNG"),
        "wide.bmp": _encode(scene.resize((5 * size, size // 2 + 1)), "BMP"),
    }
    for turn in (3, 6, 8, 5):
        exif = Image.Exif()
        exif[_ORIENTATION] = turn
        made[f"turned-{turn}.jpg"] = _encode(scene, "JPEG", exif=exif, quality=90)
    return tuple(Probe(name, data) for name, data in made.items())


def drawn_scene(height: int, width: int) -> U8:
    """Return a picture (H, W, 3) in which every corner, scale and colour differs."""
    rng = np.random.default_rng(20)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    red = 255 * x / width
    green = 127 + 127 * np.sin(y / 7 + x / 23)
    blue = np.where((x // 16 + y // 16) % 2 == 0, 220, 30) * (1 - y / height / 2)
    noise = rng.normal(0, 6, (height, width, 3))
    return np.clip(np.stack([red, green, blue], -1) + noise, 0, 255).astype(np.uint8)


def _encode(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()
