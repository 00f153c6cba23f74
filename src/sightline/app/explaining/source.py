"""What an explanation is about: a model with torch weights, a class of it, a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from blake3 import blake3

from sightline.core.errors import (
    InvalidInputError,
    UnknownClassError,
    UnknownImageError,
    UnreadableImageError,
    did_you_mean,
)
from sightline.imaging.header import read_header
from sightline.imaging.placement import placement
from sightline.imaging.preprocess import load_placed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import U8
    from sightline.core.cards import ModelCard
    from sightline.core.preprocess import Preprocess
    from sightline.imaging.limits import Limits
    from sightline.imaging.placement import Placement
    from sightline.store.images import ImageRow
    from sightline.store.models import ModelStore


@dataclass(frozen=True, slots=True)
class Subject:
    """A picture to explain an answer on."""

    source: Path | bytes
    digest: str
    """Of the bytes."""
    name: str
    page: int = 0
    image_id: int | None = None
    frame: tuple[int, int] | None = None
    """(width, height), upright, where it is known already."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A subject as the network takes it."""

    square: U8
    """(S, S, 3)"""
    place: Placement


def torch_card(models: ModelStore, ref: str, *, allow_paths: bool = False) -> ModelCard:
    """Return the card of the trained network that a model is, or was exported from.

    Raises:
        UnknownModelError: There is no such model.
        InvalidInputError: It has no torch weights here; the hint says what to explain instead.
    """
    card = models.get(ref, allow_paths=allow_paths)
    if card.kind != "classifier":
        raise InvalidInputError(
            f"{card.name} is an encoder: it gives no answer to explain",
            hint="name a model that was trained here: sightline models list",
        )
    if card.format == "torch":
        return card
    for record in models.list():
        known = record.card
        if known is None or known.format != "torch" or known.kind != "classifier":
            continue
        if known.id == card.id or (card.run and known.run == card.run):
            return known
    raise InvalidInputError(
        f"{card.name} is an ONNX graph: its inside cannot be looked at",
        hint="explain the model that it was exported from, with its torch weights "
        "(models/<id>/weights.safetensors): sightline models list names those that are here",
    )


def class_index(card: ModelCard, name: str | None, class_id: int | None) -> int | None:
    """Return the place of a class by its name or id; None when neither is given.

    Raises:
        UnknownClassError: The model does not know it.
    """
    if class_id is not None and class_id in card.class_ids:
        return card.class_ids.index(class_id)
    if name is not None and name in card.classes:
        return card.classes.index(name)
    if name is None and class_id is None:
        return None
    shown = repr(name) if name is not None else f"with id {class_id}"
    raise UnknownClassError(
        f"{card.name} knows no class {shown}", hint=did_you_mean(name or "", card.classes)
    )


def of_row(row: ImageRow) -> Subject:
    """Return an image of a project as a subject."""
    frame = (row.width, row.height)
    return Subject(Path(row.path), row.digest, Path(row.path).name, row.page, row.id, frame)


def of_file(path: Path) -> Subject:
    """Return a file as a subject.

    Raises:
        UnknownImageError: There is none.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnknownImageError(
            f"no picture {path}: {error.strerror}", hint="check the path"
        ) from None
    return Subject(path, blake3(data).hexdigest(), str(path))


def of_bytes(data: bytes, name: str) -> Subject:
    """Return an uploaded picture as a subject."""
    return Subject(data, blake3(data).hexdigest(), name)


def prepare(subject: Subject, rule: Preprocess, limits: Limits) -> Prepared:
    """Read a subject as the network takes it, and where that lies on the whole picture.

    Raises:
        UnreadableImageError: It cannot be read.
    """
    if isinstance(subject.source, Path) and not subject.source.is_file():
        raise UnreadableImageError(
            f"{subject.source} is gone", reason="missing", hint="put it back, or ingest it anew"
        )
    frame = subject.frame
    if frame is None:
        header = read_header(subject.source, limits=limits)
        frame = (header.width, header.height)
    square, decoded = load_placed(subject.source, rule, subject.page, limits=limits)
    return Prepared(square, placement(rule, decoded, frame))


def named(card: ModelCard, probabilities: Sequence[float]) -> list[dict[str, object]]:
    """Return classes with their ids and probabilities, the likeliest first."""
    ids = card.class_ids if len(card.class_ids) == len(card.classes) else ()
    order = sorted(range(len(probabilities)), key=lambda at: -probabilities[at])
    return [
        {
            "class": card.classes[at],
            "class_id": ids[at] if ids else None,
            "p": round(float(probabilities[at]), 6),
        }
        for at in order
    ]
