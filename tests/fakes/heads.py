"""Heads that were never trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from sightline.heads.bundle import HeadBundle, Layer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.app import Workbench


def head_on(
    bench: Workbench, classes: Sequence[str], *, encoder: str = "hog", seed: int = 0, **more: Any
) -> HeadBundle:
    """Return a linear head of random numbers on an encoder of the workspace."""
    rng = np.random.default_rng(seed)
    dim = bench.encoders.dim_of(encoder)
    layer = Layer(
        rng.normal(size=(dim, len(classes))).astype(np.float32), np.zeros(len(classes), np.float32)
    )
    told: dict[str, Any] = {"encoder": encoder, "encoder_key": bench.encoders.key_of(encoder)}
    return HeadBundle(**{"layers": (layer,), "classes": tuple(classes), "dim": dim, **told, **more})


def colour_head(bench: Workbench, classes: Sequence[str] = ("red", "green", "blue")) -> HeadBundle:
    """Return a head that knows pure red, green and blue, sure of them and of nothing between.

    Of the built-in encoder's vector the last 24 numbers are the shares of 8 bins of each colour.
    """
    dim = bench.encoders.dim_of("hog")
    weight = np.zeros((dim, len(classes)), np.float32)
    for column in range(min(3, len(classes))):
        weight[dim - 24 + 8 * column + 7, column] = 20
    layer = Layer(weight, np.zeros(len(classes), np.float32))
    key = bench.encoders.key_of("hog")
    return HeadBundle(
        layers=(layer,), classes=tuple(classes), encoder="hog", encoder_key=key, dim=dim
    )


def write_colours(folder: Path, count: int = 1) -> Path:
    """Write pictures of 120 x 80: a red, a green and a blue square side by side on grey."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        pixels = np.full((80, 120, 3), 90 + number, np.uint8)
        for column in range(3):
            pixels[20:50, 5 + 40 * column : 35 + 40 * column] = 0
            pixels[20:50, 5 + 40 * column : 35 + 40 * column, column] = 255
        Image.fromarray(pixels).save(folder / f"{number:03d}.png")
    return folder


RED, GREEN, BLUE = ((5.0 + 40 * one, 20.0, 35.0 + 40 * one, 50.0) for one in range(3))
"""Where the squares are."""
BETWEEN = (20.0, 20.0, 60.0, 50.0)
"""As much of red as of green."""


def write_shapes(folder: Path, count: int = 8) -> None:
    """Write images/0.png ... and labels/0.txt ...: discs and bars, and names for them."""
    from PIL import Image, ImageDraw

    for name in ("images", "labels"):
        (folder / name).mkdir(parents=True)
    (folder / "mine.txt").write_text("disc\nbar\n")
    rng = np.random.default_rng(0)
    for n in range(count):
        picture = Image.fromarray(rng.integers(90, 130, (96, 128, 3), np.uint8))
        draw, lines = ImageDraw.Draw(picture), []
        for at in range(4):
            x, y = 6 + 30 * at, int(rng.integers(4, 60))
            kind = int(rng.integers(2))
            box = (x, y, x + 24, y + 24)
            if kind:
                draw.rectangle((x, y + 9, x + 24, y + 15), fill="white")
            else:
                draw.ellipse(box, fill="white")
            lines.append(f"{kind} {(x + 12) / 128:.4f} {(y + 12) / 96:.4f} 0.1875 0.25")
        picture.save(folder / "images" / f"{n}.png")
        (folder / "labels" / f"{n}.txt").write_text("\n".join(lines) + "\n")
