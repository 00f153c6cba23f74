"""Models by the format that they lie in: whatever it is, what is opened answers alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from sightline.core.errors import InvalidInputError
from sightline.predict.eager import open_eager
from sightline.predict.net import Classifying, Net
from sightline.predict.openvino import open_openvino
from sightline.predict.session import open_net
from sightline.predict.torchscript import open_torchscript

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.cards import ModelCard


class Opener(Protocol):
    """Opens a file of one format."""

    def __call__(self, file: Path, card: ModelCard, *, threads: int = 1) -> Net:
        """Return the open network."""
        ...


OPENERS: Final[dict[str, Opener]] = {
    "onnx": open_net,
    "torchscript": open_torchscript,
    "openvino": open_openvino,
    "torch": open_eager,
}
"""By `ModelCard.format`."""


def open_form(file: Path, card: ModelCard, *, threads: int = 1) -> Net:
    """Open a classifier or an encoder by its card's format.

    Args:
        file: Its weights.
        card: What it is; a .onnx file that carries a card of its own is used by that.
        threads: That work on one picture.

    Raises:
        InvalidInputError: Its format is not one that answers, or it cannot be run.
        MissingWeightsError: There is no such file.
        MissingExtraError: Its runtime is not installed.
    """
    beside = file.suffix.lower() == ".onnx"  # a network of torch is asked through its export
    opener = OPENERS["onnx"] if beside else OPENERS.get(card.format)
    if opener is None:
        raise InvalidInputError(
            f"{card.name} lies as {card.format}, which does not answer as it is",
            hint="export it: sightline export MODEL --format onnx",
        )
    return opener(file, card, threads=threads)


def open_model(file: Path, card: ModelCard | None = None, *, threads: int = 1) -> Classifying:
    """Open a classifier by its card's format; without a card, a .onnx file that carries one.

    It loads torch for TorchScript: a server asks `app.models` instead, which does so elsewhere.

    Raises:
        InvalidInputError: It is no classifier, or as `open_form`.
        MissingWeightsError: There is no such file.
        MissingExtraError: Its runtime is not installed.
    """
    if card is None:
        net: Net = open_net(file, threads=threads)
    else:
        net = open_form(file, card, threads=threads)
    if not isinstance(net, Classifying):
        raise InvalidInputError(
            f"{net.card.name} does not classify pictures: its kind is {net.card.kind}",
            hint="choose a classifier",
        )
    return net
