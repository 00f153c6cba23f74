"""Models to serve whose answers can be worked out by hand, and a desk over them."""

from __future__ import annotations

import io
import threading
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

    from sightline.app.serving.finding import Found
    from sightline.predict.rows import Picture, Row

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


class Says:
    """An open model that says its version, once it may."""

    nbytes = 7

    def __init__(self, found: Found, gate: threading.Event) -> None:
        self._found = found
        self._gate = gate
        self.begun = threading.Semaphore(0)
        self.closed = 0

    def look(self, picture: Picture) -> Row:
        self.begun.release()
        assert self._gate.wait(60)
        assert self.closed == 0, "it is still in use"
        return {"path": picture.name, "label": self._found.version}

    def tensors(self, images: Any) -> dict[str, Any]:
        return {"probabilities": np.zeros((len(images), 1))}

    def pixels(self, picture: Picture) -> Any:
        raise AssertionError(picture)

    def outputs(self) -> list[tuple[str, str, list[int]]]:
        return []

    def close(self) -> None:
        self.closed += 1
