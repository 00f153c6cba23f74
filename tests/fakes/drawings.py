"""Three classes of small drawings, in a folder for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from pathlib import Path


def write_drawings(folder: Path) -> None:
    """Write circle/0.png to cross/11.png."""
    for kind in ("circle", "square", "cross"):
        (folder / kind).mkdir(parents=True)
        for number in range(12):
            picture = Image.new("RGB", (64, 64), (number * 9, 30, 60))
            box = (8 + number, 8, 50, 50 - number)
            draw = ImageDraw.Draw(picture)
            if kind == "circle":
                draw.ellipse(box, fill="white")
            elif kind == "square":
                draw.rectangle(box, fill="white")
            else:
                draw.line(box, fill="white", width=9)
            picture.save(folder / kind / f"{number}.png")
