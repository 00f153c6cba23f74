"""Small pictures of three shapes that a person and a small network can tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from pathlib import Path

SHAPES = ("bars", "cross", "disc")
SIDE = 48


def draw(shape: str, number: int) -> Image.Image:
    """Return a picture of a shape, (48, 48) RGB; another number gives another picture."""
    random = np.random.default_rng([SHAPES.index(shape), number])
    ground = random.integers(20, 110, 3)
    noise = random.integers(0, 24, (SIDE, SIDE, 3))
    picture = Image.fromarray((ground + noise).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    ink = tuple(int(one) for one in random.integers(150, 255, 3))
    x, y = (int(one) for one in random.integers(18, 30, 2))
    r = int(random.integers(9, 15))
    if shape == "disc":
        pen.ellipse((x - r, y - r, x + r, y + r), fill=ink)
    elif shape == "cross":
        pen.line((x - r, y - r, x + r, y + r), fill=ink, width=5)
        pen.line((x - r, y + r, x + r, y - r), fill=ink, width=5)
    else:
        for offset in (-10, 0, 10):
            pen.rectangle((x - r, y + offset - 2, x + r, y + offset + 2), fill=ink)
    return picture


def write_shapes(folder: Path, each: int, *, first: int = 0) -> Path:
    """Write `each` pictures of every shape into one folder (`007_disc.png`) and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + each):
        for shape in SHAPES:
            draw(shape, number).save(folder / f"{number:03}_{shape}.png")
    return folder
