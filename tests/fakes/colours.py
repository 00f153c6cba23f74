"""Pictures of one colour each, in a folder for each class, and the model that names the colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from fakes.onnx_graphs import RED_GREEN_BLUE, colour_model
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.app import Workbench


def write_colours(
    folder: Path, count: int, *, names: Sequence[str] = RED_GREEN_BLUE, wrong: int = 0
) -> Path:
    """Write `count` PNGs of each colour as FOLDER/<name>/<number>.png, no two alike.

    Args:
        folder: Where.
        count: Of each name.
        names: Of folders; the first is red, the second green, the third blue.
        wrong: So many of the first folder's are of the second colour.
    """
    rng = np.random.default_rng(3)
    for band, name in enumerate(names):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            pixels = rng.integers(0, 90, (12, 12, 3), dtype=np.uint8)
            shown = 1 if band == 0 and number < wrong else band
            pixels[..., shown % 3] += 120
            Image.fromarray(pixels).save(folder / name / f"{number:03d}.png")
    return folder


def add_colours(bench: Workbench, folder: Path, name: str = "colours") -> dict[str, Any]:
    """Add the model of colours to a workspace."""
    file = colour_model(folder / f"{name}.onnx")
    return bench.models.add(file, ImportOptions(name=name))
