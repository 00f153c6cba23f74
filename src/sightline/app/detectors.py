"""The detectors of a workspace by name: models that answer with boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import UnknownEngineError, did_you_mean
from sightline.core.registry import Registry
from sightline.engines import detector_spec

if TYPE_CHECKING:
    from sightline.core.cards import ModelCard
    from sightline.core.ports import Detector
    from sightline.store.models import ModelStore

_ADD: Final = (
    "add one: sightline models add FILE.onnx --name NAME --decoder yolox --classes names.txt"
)


class Detectors:
    """Finds detectors and loads them."""

    def __init__(self, models: ModelStore) -> None:
        self._models = models

    def all(self) -> list[dict[str, Any]]:
        """Return every detector; of two of one name the newest."""
        return [
            {
                "name": name,
                "kind": "detector",
                "description": f"Boxes of the model {card.name}, {len(card.classes)} classes",
                "classes": list(card.classes),
                "id": card.id,
            }
            for name, card in self._cards().items()
        ]

    def card(self, engine: str) -> ModelCard:
        """Return a detector's card by its name or id.

        Raises:
            UnknownEngineError: There is none.
        """
        cards = self._cards()
        by_id = {card.id: card for card in cards.values()}
        found = cards.get(engine) or by_id.get(engine)
        if found is None:
            hint = did_you_mean(engine, cards) if cards else _ADD
            raise UnknownEngineError(f"no detector named {engine!r}", hint=hint)
        return found

    def load(self, engine: str) -> Detector:
        """Return a detector by name or id.

        Raises:
            UnknownEngineError: There is none.
            MissingWeightsError: Its file is gone.
            InvalidInputError: Its file has changed, or does not fit its card.
        """
        card = self.card(engine)
        spec = detector_spec(card)
        self._models.verify(card.id)
        path = self._models.path_of(card)
        found: Detector = Registry([spec]).load(spec.name, path=path, card=card)
        return found

    def _cards(self) -> dict[str, ModelCard]:
        found: dict[str, ModelCard] = {}
        for record in self._models.list():
            card = record.card
            if card is not None and card.kind == "detector" and not record.fault:
                found.setdefault(card.name, card)
        return found
