"""Photographs for benchmarks: 1152 x 868 JPEG, about 170 KB, each with bytes of its own."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT, BYTES = 1152, 868, 170_000
MOTIFS = 32


def motif(seed: int) -> Image.Image:
    """Return a picture with the statistics of a photograph: power falling with frequency."""
    rng = np.random.default_rng(seed)
    planes = [np.zeros((HEIGHT, WIDTH)) for _ in range(3)]
    side = 4
    while side < WIDTH:
        grey = rng.normal(size=(side, side))
        for number in range(3):
            grain = grey + 0.3 * rng.normal(size=(side, side))
            patch = Image.fromarray(grain.astype(np.float32))
            planes[number] += (
                np.asarray(patch.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC))
                * 48
                / side**0.35
            )
        side *= 2
    pixels = np.clip(np.stack(planes, axis=-1) + 128, 0, 255).astype(np.uint8)
    return Image.fromarray(pixels)


def encoded(image: Image.Image) -> bytes:
    """Return a JPEG whose size is nearest to BYTES among qualities 50..95."""
    low, high = 30, 96
    while high - low > 1:
        middle = (low + high) // 2
        if len(_jpeg(image, middle)) <= BYTES:
            low = middle
        else:
            high = middle
    return _jpeg(image, low)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = 1, "Maker", "Model"
    image.save(file, "JPEG", quality=quality, exif=exif)
    return file.getvalue()


def photos(count: int) -> Path:
    """Return a folder with `count` photographs, made at the first call and kept between runs."""
    folder = Path(tempfile.gettempdir()) / f"sightline-photos-{WIDTH}x{HEIGHT}-{count}"
    if (folder / "done").exists():
        return folder
    folder.mkdir(exist_ok=True)
    base = [encoded(motif(seed)) for seed in range(min(MOTIFS, count))]
    for number in range(count):
        data = base[number % len(base)]
        note = f"photograph {number}".encode()
        comment = b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note
        (folder / f"photo_{number:05d}.jpg").write_bytes(data[:2] + comment + data[2:])
    (folder / "done").touch()
    return folder
