"""Small pictures of cats that stand and dogs that lie, no two alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

CLASSES = ("cat", "dog")
PX = 24


def write_pets(folder: Path, count: int, *, seed: int = 0) -> Path:
    """Write `count` PNGs of each class as FOLDER/<class>/<number>.png and return the folder."""
    rng = np.random.default_rng(seed)
    for name in CLASSES:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            image = rng.integers(0, 60, (PX, PX, 3), dtype=np.uint8)
            at = int(rng.integers(3, PX - 3))
            bar = np.s_[:, at - 2 : at + 2] if name == "cat" else np.s_[at - 2 : at + 2]
            image[bar] = rng.integers(200, 255, 3, dtype=np.uint8)
            Image.fromarray(image).save(folder / name / f"{number:03d}.png")
    return folder


def write_table(folder: Path, file: Path, *, every: int = 1) -> Path:
    """Write a table of labels, from the folders' names, of every so many pictures of a class."""
    lines = ["path,label"]
    for name in CLASSES:
        pictures = sorted((folder / name).iterdir())[::every]
        lines += [f"{picture},{name}" for picture in pictures]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file
