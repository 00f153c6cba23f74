"""A classifier that runs as TorchScript, in torch: only ever in a job or an engine's process."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

from sightline.core.classify_wire import ServedClassifier
from sightline.core.errors import InvalidInputError, MissingExtraError, MissingWeightsError
from sightline.nets.onnx_session import first_line
from sightline.predict.net import Classifying, Door, Net

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.cards import ModelCard

CLASSES: Final = ("probabilities", "logits", "embedding")
VECTOR: Final = ("embedding",)
"""What a traced network gives, in this order: a classifier, an encoder."""


class TorchscriptNet(Net):
    """A traced network from a .pt file: uint8 (N, size, size, 3) in, as its ONNX graph."""

    def __init__(self, module: Any, card: ModelCard, file_bytes: int) -> None:
        self._order = VECTOR if card.kind == "encoder" else CLASSES
        side = card.preprocess.size
        door = Door((-1, side, side, 3), "uint8", frozenset(self._order))
        super().__init__(card, door, file_bytes)
        self._module = module

    def _infer(self, names: Sequence[str], batch: Any) -> Sequence[Any]:
        import torch

        with torch.inference_mode():
            found = self._module(torch.from_numpy(batch))
        every = found if isinstance(found, tuple) else (found,)
        known = dict(zip(self._order, every, strict=True))
        return [known[name].numpy() for name in names]


class TorchscriptClassifier(Classifying, TorchscriptNet):
    """A traced classifier."""


def open_torchscript(file: Path, card: ModelCard, *, threads: int = 1) -> TorchscriptNet:
    """Open a .pt file that was exported here; torch is loaded.

    A TorchScript file is a program: one from elsewhere is never opened (`models add` refuses it).

    Args:
        file: The .pt.
        card: How it is used.
        threads: Of torch, in this whole process, for one call.

    Raises:
        MissingWeightsError: There is no such file.
        InvalidInputError: It cannot be run.
        MissingExtraError: torch is not installed.
    """
    if not file.is_file():
        raise MissingWeightsError(f"no model file at {file}", hint="export it again")
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError(
            "torch is missing", hint="pip install 'sightline[train]', or export it as onnx"
        ) from error
    torch.set_num_threads(threads)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # asked for by its users still
            load: Any = torch.jit.load
            module = load(str(file), map_location="cpu").eval()
    except (RuntimeError, ValueError) as error:
        raise InvalidInputError(
            f"{file.name} cannot be loaded: {first_line(error)}", hint="export it again"
        ) from error
    kind = TorchscriptClassifier if card.kind == "classifier" else TorchscriptNet
    return kind(module, card, file.stat().st_size)


def serve_torchscript(path: Path, card: ModelCard, threads: int) -> ServedClassifier:
    """Return the classifier as an engine's process answers for it.

    Raises:
        InvalidInputError: It is no classifier, or cannot be run.
    """
    net = open_torchscript(path, card, threads=threads)
    if not isinstance(net, TorchscriptClassifier):
        raise InvalidInputError(f"{card.name} does not classify", hint="use it with `embed`")
    return ServedClassifier(net)
