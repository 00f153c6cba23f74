"""Small clips whose frames say which they are."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from sightline.imaging.clip_opencv import quiet

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import U8

GREY_STEP = 16


def frame(index: int, size: tuple[int, int] = (64, 48)) -> U8:
    """Return a frame, RGB: grey by its index, the left half red, a white corner at the top left."""
    width, height = size
    image = np.full((height, width, 3), index * GREY_STEP % 256, np.uint8)
    image[:, : width // 2] = (255, 0, 0)
    image[: height // 4, : width // 4] = 255
    return image


def png(index: int = 3) -> bytes:
    """Return a frame as a file."""
    out = io.BytesIO()
    Image.fromarray(frame(index)).save(out, "PNG")
    return out.getvalue()


def index_of(image: U8) -> int:
    """Return the index of a frame that was seen."""
    height, width = image.shape[:2]
    grey = float(image[height // 2 :, width * 5 // 8 :].mean())
    return round(grey / GREY_STEP)


def write_clip(
    path: Path, count: int = 10, *, fps: float = 10.0, size: tuple[int, int] = (64, 48)
) -> Path:
    """Write a clip: MP4 (MPEG-4 part 2), or motion JPEG where the name ends in .avi."""
    cv2 = quiet()
    code = "MJPG" if path.suffix == ".avi" else "mp4v"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*code), fps, size)
    assert writer.isOpened()
    for index in range(count):
        writer.write(np.ascontiguousarray(frame(index, size)[..., ::-1]))
    writer.release()
    return path


def turned(path: Path) -> Path:
    """Make an MP4 ask to be shown turned by 90 degrees, clockwise."""
    data = bytearray(path.read_bytes())
    matrix = data.find(b"tkhd") + 4 + 40
    data[matrix : matrix + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path
