"""A classifier that runs on OpenVINO."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

from sightline.core.errors import MissingWeightsError
from sightline.nets.openvino_runtime import open_compiled
from sightline.predict.net import Classifying, Door, Net

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.cards import ModelCard

_TYPES = {"u8": "uint8", "f16": "float16"}


class OpenvinoNet(Net):
    """A network from an .xml file. Each thread that asks has a request of its own."""

    def __init__(self, compiled: Any, card: ModelCard, file_bytes: int) -> None:
        port = compiled.inputs[0]
        shape = [one.get_length() if one.is_static else -1 for one in port.get_partial_shape()]
        known = {name: one for one in compiled.outputs for name in one.get_names()}
        door = Door(
            shape, _TYPES.get(port.get_element_type().get_type_name(), "float32"), frozenset(known)
        )
        super().__init__(card, door, file_bytes)
        self._compiled = compiled
        self._ports = known
        self._own = threading.local()

    def _infer(self, names: Sequence[str], batch: Any) -> Sequence[Any]:
        request = getattr(self._own, "request", None)
        if request is None:
            request = self._own.request = self._compiled.create_infer_request()
        found = request.infer([batch])
        return [found[self._ports[name]] for name in names]


class OpenvinoClassifier(Classifying, OpenvinoNet):
    """A classifier from an .xml file."""


def open_openvino(file: Path, card: ModelCard, *, threads: int = 1) -> OpenvinoNet:
    """Open an .xml file with the .bin beside it.

    Args:
        file: The .xml.
        card: How it is used.
        threads: That work on one picture. With 1, as many pictures at once as there are cores.

    Raises:
        MissingWeightsError: One of the files is not there.
        InvalidInputError: It cannot be run.
        MissingExtraError: OpenVINO is not installed.
    """
    weights = file.with_suffix(".bin")
    for one in (file, weights):
        if not one.is_file():
            raise MissingWeightsError(f"no model file at {one}", hint="export it again")
    streams = (os.cpu_count() or 1) if threads == 1 else 1
    compiled = open_compiled(file, threads=threads, streams=streams)
    kind = OpenvinoClassifier if card.kind == "classifier" else OpenvinoNet
    return kind(compiled, card, file.stat().st_size + weights.stat().st_size)
