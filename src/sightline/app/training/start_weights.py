"""The weights that a training starts from: an added model by name, a file, or nothing yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.core.cards import ModelCard
from sightline.core.errors import InvalidInputError, MissingWeightsError, UnknownModelError
from sightline.core.files import read_json
from sightline.nets.catalogue import CATALOGUE
from sightline.nets.guess import guess
from sightline.nets.table import COLOURS, NETWORKS, TORCHVISION, spec_of
from sightline.nets.timm_names import TIMM
from sightline.nets.weight_files import PICKLES, shapes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.store.models import ModelStore


def with_weights(spec: dict[str, Any], models: ModelStore) -> dict[str, Any]:
    """Return the spec with its weights found: their file, and where it is not said, the network.

    A network that is not named is the card's, or the one that the weights look like; the colours
    are scaled as the card says.

    Raises:
        MissingWeightsError: They are not here; the hint says how to pull them.
        InvalidInputError: They are another network's, or of no kind that can be trained.
    """
    model = spec.get("model")
    ref = model.get("weights") if isinstance(model, dict) else None
    if not isinstance(model, dict) or not isinstance(ref, str) or ref in {"", "random"}:
        return spec
    path, card = _found(ref, models)
    file = path if card is None or path.is_file() else path / card.file
    shapes = shapes_of(file) if file.is_file() else {}
    name = model.get("name")
    known = name if isinstance(name, str) else _network(card, shapes)
    if known:
        _check(ref, known, card, shapes)
    filled = {"name": known} if known else {}
    if card is not None and "colours" not in model:
        filled |= _colours(card)
    return {**spec, "model": {**filled, **model, "weights": str(path.resolve())}}


def is_path(ref: str) -> bool:
    """Say whether weights are named by a file or folder, not by the name of a model."""
    suffix = Path(ref).suffix.lower()
    return any(mark in ref for mark in "/\\~") or suffix in {".safetensors", *PICKLES}


def _found(ref: str, models: ModelStore) -> tuple[Path, ModelCard | None]:
    path = Path(ref).expanduser()
    if path.exists():
        card = path / "model.json"
        return path, ModelCard.from_dict(read_json(card)) if card.is_file() else None
    try:
        found = models.get(ref, allow_paths=False)
    except UnknownModelError as error:
        if ref in CATALOGUE or (ref in NETWORKS and NETWORKS[ref].mb):
            raise MissingWeightsError(
                f"the weights of {ref} are not here",
                hint=f"get them with `sightline models pull {ref}`, or name a file",
            ) from error
        raise
    return models.path_of(found), found


def _network(card: ModelCard | None, shapes: Mapping[str, tuple[int, ...]]) -> str:
    if card is not None and card.network and card.format == "torch":
        return card.network
    return next(iter(guess(shapes)), "")


def _check(
    ref: str, name: str, card: ModelCard | None, shapes: Mapping[str, tuple[int, ...]]
) -> None:
    """Refuse at once what would be refused when the training has begun."""
    if card is not None and card.format != "torch":
        kind = "an ONNX graph" if card.format == "onnx" else "a model of transformers"
        raise InvalidInputError(
            f"{ref} is {kind}: it answers and embeds, but is not trained here",
            hint="name safetensors of a network: sightline models networks",
        )
    likely = guess(shapes)
    wanted = spec_of(name).name
    if likely and wanted not in likely:
        raise InvalidInputError(
            f"the weights {ref} are those of {' or '.join(likely)}, not of {wanted}",
            hint=f"set model.name to {likely[0]}, or model.weights to other weights",
        )
    if card is not None and not likely and _plain(card.network) != _plain(wanted):
        raise InvalidInputError(
            f"the weights {ref} are those of {card.network}, not of {wanted}",
            hint=f"set model.name to {card.network}",
        )


def _colours(card: ModelCard) -> dict[str, str]:
    rule = (tuple(card.preprocess.mean), tuple(card.preprocess.std))
    named = {value: key for key, value in COLOURS.items()}
    return {"colours": named[rule]} if rule in named else {}


def _plain(network: str) -> str:
    return network.removeprefix(TORCHVISION).removeprefix(TIMM).partition(".")[0]
