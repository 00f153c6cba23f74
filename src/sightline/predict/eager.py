"""A network in torch, as it was trained: what exported forms are measured against."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sightline.core.errors import InvalidInputError, MissingExtraError, MissingWeightsError
from sightline.predict.net import Classifying, Door, Net

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.cards import ModelCard


class EagerNet(Net):
    """A network with its weights, asked layer by layer. Only ever in a job or an engine's process.

    Its card's temperature is applied to the logits outside of it.
    """

    def __init__(self, body: Any, head: Any, card: ModelCard, file_bytes: int) -> None:
        roles = ("embedding",) if card.kind == "encoder" else ("logits", "embedding")
        known = replace(card, outputs={role: role for role in roles})
        side = card.preprocess.size
        door = Door((-1, 3, side, side), "float32", frozenset(roles))
        super().__init__(known, door, file_bytes)
        self._body, self._head = body, head

    def _infer(self, names: Sequence[str], batch: Any) -> Sequence[Any]:
        import torch

        with torch.inference_mode():
            embedding = self._body(torch.from_numpy(batch))
            found = {"embedding": embedding.flatten(1)}
            if "logits" in names:
                found["logits"] = self._head(embedding)
        return [found[name].numpy() for name in names]


class EagerClassifier(Classifying, EagerNet):
    """A classifier in torch."""


def open_eager(file: Path, card: ModelCard, *, threads: int = 1) -> EagerNet:
    """Open the safetensors file of a network that is known by name; torch is loaded.

    Args:
        file: The weights.
        card: Its network, classes and preprocessing.
        threads: Of torch, in this whole process, for one call.

    Raises:
        MissingWeightsError: There is no such file.
        InvalidInputError: The weights are not for this network and these classes.
        MissingExtraError: torch is not installed.
    """
    if not file.is_file():
        raise MissingWeightsError(f"no model file at {file}", hint="add or train it again")
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError(
            "torch is missing", hint="pip install 'sightline[train]'"
        ) from error
    from sightline.nets.build import build, split_head
    from sightline.nets.weights import apply_state, load_state

    torch.set_num_threads(threads)
    encoder = card.kind == "encoder"
    net = build(card.network, 1 if encoder else len(card.classes), px=card.preprocess.size)
    state, _ = load_state(file)
    if apply_state(net, state, keep_head=not encoder).head_replaced and not encoder:
        raise InvalidInputError(
            f"the weights of {card.name} are not for its {len(card.classes)} classes",
            hint="add it again with the classes it was trained for",
        )
    body, head = split_head(net.eval())
    kind = EagerNet if encoder else EagerClassifier
    return kind(body, head, card, file.stat().st_size)
