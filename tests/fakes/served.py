"""A project of colours, a model of them, and pictures as clients send them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from fakes.onnx_graphs import PLAIN, RED_GREEN_BLUE, colour_card, colour_model
from sightline.predict.run import predict_files
from sightline.predict.session import open_classifier

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.core.arrays import U8
    from sightline.core.cards import ModelCard
    from sightline.store.projects import Project

COLOURS = ((200, 40, 40), (40, 200, 40), (40, 40, 200))


def png(rgb: tuple[int, int, int], seed: int = 0, *, noise: int = 40) -> bytes:
    """Return a noisy picture of a colour, 32 x 32."""
    rng = np.random.default_rng(seed)
    grain = np.kron(rng.integers(-noise, noise + 1, (8, 8, 1)), np.ones((4, 4, 1)))
    pixels = np.clip(np.array(rgb) + grain, 0, 255).astype(np.uint8)
    return as_png(pixels)


def as_png(pixels: U8) -> bytes:
    """Return the file of a picture (H, W, 3)."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def colours(bench: Workbench, folder: Path, *, each: int = 20) -> tuple[Project, ModelCard]:
    """Make a project of red, green and blue pictures, labelled, and a model that knows them."""
    for name, rgb in zip(RED_GREEN_BLUE, COLOURS, strict=True):
        (folder / "pictures" / name).mkdir(parents=True)
        for at in range(each):
            tint = tuple(min(255, one + 3 * at % 25) for one in rgb)
            path = folder / "pictures" / name / f"{at}.png"
            path.write_bytes(png(tint, hash_of(name, at)))  # type: ignore[arg-type]
    bench.ingest(folder / "pictures", "colours", labels="folders")
    project = bench.projects.get("colours")
    file = colour_model(folder / "model.onnx")
    card = bench.store.models.add(
        file,
        name="colours",
        kind="classifier",
        format="onnx",
        preprocess=PLAIN,
        classes=RED_GREEN_BLUE,
        class_ids=tuple(one.id for one in bench.store.classes.list(project.id)),
        outputs=colour_card().outputs,
        temperature=0.1,
        project=project.name,
    )
    return project, card


def hash_of(name: str, at: int) -> int:
    """Return a seed of its own for each picture."""
    return at + 1_000 * RED_GREEN_BLUE.index(name)


def answer(bench: Workbench, card: ModelCard, data: bytes) -> dict[str, Any]:
    """Return what the model says of a picture."""
    net = open_classifier(bench.store.models.path_of(card), card)
    return next(predict_files(net, [data]))
