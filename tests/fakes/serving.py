"""Models to serve whose answers can be worked out by hand, and a desk over them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from fakes.onnx_graphs import colour_card, colour_model, constant_model
from sightline.app.serving.finding import find, parse
from sightline.app.serving.serving import Serving
from sightline.server.serving.desk import Desk
from sightline.store.model_plan import ImportOptions
from sightline.store.models import ModelStore

if TYPE_CHECKING:
    from pathlib import Path

RED, GREEN = (200, 10, 10), (10, 200, 10)


def photo(colour: tuple[int, int, int] = RED, form: str = "PNG") -> bytes:
    """Return the bytes of a picture of one colour, 40 x 30."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, form)
    return buffer.getvalue()


def add_colours(folder: Path, name: str = "colours", **changes: object) -> str:
    """Add a model that names the strongest colour to a workspace; return its id."""
    file = colour_model(folder / "made" / f"{name}.onnx", colour_card(name, **changes))
    return ModelStore(folder / "models").add_file(file, ImportOptions(name=name)).id


def add_boxes(folder: Path, name: str = "boxes") -> str:
    """Add a detector that sees a cat at 8, 8, 24, 24 of 32 in every picture; return its id."""
    outputs: dict[str, Any] = {
        "boxes": np.array([[[8, 8, 24, 24]]], np.float32),
        "scores": np.array([[0.75]], np.float32),
        "index": np.array([[0]], np.int64),
    }
    file = constant_model(folder / "made" / f"{name}.onnx", outputs, size=32)
    options = ImportOptions(
        name=name,
        classes=("cat",),
        decoder="boxes",
        preprocess="size=32,resize=stretch",
    )
    return ModelStore(folder / "models").add_file(file, options).id


def desk_of(folder: Path, *words: str, **changes: Any) -> Desk:
    """Return a desk over models of a workspace; whoever asks for it closes its `serving`."""
    models = ModelStore(folder / "models")
    limits = {"threads": 2, "queue": 16, **changes}
    timeout_s = limits.pop("timeout_s", 10.0)
    serving = Serving(**limits)
    for word in words:
        serving.add(find(models, parse(word)))
    return Desk(serving, models, timeout_s, ready=True)
