"""A classifier that runs on ONNX Runtime: what predictions are made with, everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.nets.onnx_session import GPU, open_session
from sightline.predict.net import Classifying, Door, Net
from sightline.store.onnx_file import card_of_metadata

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.arrays import U8
    from sightline.core.cards import ModelCard

GPU_BATCH: Final = 32
_TYPES: Final = {"tensor(uint8)": "uint8", "tensor(float16)": "float16"}


class OnnxNet(Net):
    """A network from a .onnx file. It may be asked from many threads at once.

    On CPU one session with one thread per call serves all threads: ONNX Runtime runs each call on
    the caller's thread, so that N callers use N cores while the weights are in memory once
    (measured: as fast as N sessions). It never spins.
    """

    def __init__(self, session: Any, card: ModelCard, file_bytes: int) -> None:
        port = session.get_inputs()[0]
        known = frozenset(one.name for one in session.get_outputs())
        door = Door(port.shape, _TYPES.get(port.type, "float32"), known)
        on_gpu = session.get_providers()[0] in GPU
        super().__init__(card, door, file_bytes, GPU_BATCH if on_gpu else 1)
        self._session = session
        self._input: str = port.name

    def feed(self, images: U8) -> dict[str, Any]:
        """Return what the graph's input takes for (N, size, size, 3) RGB, by its name."""
        return {self._input: self._input_of(images)}

    def _infer(self, names: Sequence[str], batch: Any) -> Sequence[Any]:
        answers: list[Any] = self._session.run(list(names), {self._input: batch})
        return answers


class OnnxClassifier(Classifying, OnnxNet):
    """A classifier from a .onnx file."""


def open_net(file: Path, card: ModelCard | None = None, *, threads: int = 1) -> OnnxNet:
    """Open a .onnx file, classifier or encoder; `card` is for one that does not carry its own.

    Raises:
        MissingWeightsError: There is no such file.
        InvalidInputError: It cannot be run, or does not say how to be used.
        MissingExtraError: ONNX Runtime is not installed.
    """
    session, known = _opened(file, card, threads)
    kind = OnnxClassifier if known.kind == "classifier" else OnnxNet
    return kind(session, known, file.stat().st_size)


def open_classifier(
    file: Path, card: ModelCard | None = None, *, threads: int = 1
) -> OnnxClassifier:
    """Open a .onnx file for predictions; `card` is for a file that does not carry its own.

    Args:
        file: The file.
        card: Of a foreign file.
        threads: That work on one picture.

    Raises:
        MissingWeightsError: There is no such file.
        InvalidInputError: It cannot be run, is no classifier, or does not say how to be used.
        MissingExtraError: ONNX Runtime is not installed.
    """
    session, known = _opened(file, card, threads)
    return OnnxClassifier(session, known, file.stat().st_size)


def _opened(file: Path, card: ModelCard | None, threads: int) -> tuple[Any, ModelCard]:
    if not file.is_file():
        raise MissingWeightsError(f"no model file at {file}", hint="export or add it again")
    session = open_session(file, threads=threads)
    carried = card_of_metadata(session.get_modelmeta().custom_metadata_map)
    known = carried or card
    if known is None:
        raise InvalidInputError(
            f"{file.name} does not say how to use it",
            hint=f"sightline models add {file} --name NAME --classes a,b,c",
        )
    return session, known
