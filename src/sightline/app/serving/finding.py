"""Which model a word on the command line means, and under which name it is served."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.names import check_name

if TYPE_CHECKING:
    from sightline.core.cards import ModelCard
    from sightline.store.models import ModelStore

AS_IT_IS: Final = frozenset({"onnx", "torchscript", "openvino"})
"""Formats that are run from the model's own file; others from the ONNX file beside it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A model to serve, and the name that callers use; empty: the model's own."""

    ref: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A model on disk that can be opened at once."""

    name: str
    ref: str
    """What it was found by: an id, a name (the newest so named), a folder or a file."""
    card: ModelCard
    path: Path

    @property
    def version(self) -> str:
        """Return what tells it from other models of its name."""
        return self.card.id

    @property
    def stamp(self) -> tuple[int, int]:
        """Return time of change, ns, and size, bytes: another file is another model."""
        state = self.path.stat()
        return state.st_mtime_ns, state.st_size


def parse(word: str) -> Wanted:
    """Return what `MODEL` or `NAME=MODEL` asks for.

    Raises:
        InvalidInputError: The name cannot be that of a model.
    """
    name, given, ref = word.partition("=")
    if not given or Path(word).exists():
        return Wanted(word)
    return Wanted(ref, check_name(name, "model"))


def find(models: ModelStore, wanted: Wanted, *, allow_paths: bool = True) -> Found:
    """Return the model on disk.

    Raises:
        UnknownModelError: There is none.
        InvalidInputError: It answers nothing about a picture by itself.
        MissingWeightsError: Its file is gone, or it has to be exported first.
    """
    card = models.get(wanted.ref, allow_paths=allow_paths)
    if card.kind not in {"classifier", "detector"} or card.text:
        raise InvalidInputError(
            f"{card.name} cannot be served: its kind is {'text ' * card.text}{card.kind}",
            hint="serve a classifier, or a detector that was added with --decoder",
        )
    return Found(wanted.name or card.name, wanted.ref, card, _file(models, card))


def _file(models: ModelStore, card: ModelCard) -> Path:
    own = models.path_of(card)
    file = own if card.format in AS_IT_IS and own.is_file() else models.serving_file(card)
    if file is None:
        raise MissingWeightsError(
            f"{card.name} is not exported yet", hint=f"sightline export {card.name}"
        )
    return file
