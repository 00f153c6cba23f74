"""The detectors of a workspace by name: models that answer with boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import UnknownEngineError, did_you_mean
from sightline.core.registry import Registry
from sightline.engines import detector_spec

if TYPE_CHECKING:
    from collections.abc import Mapping

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
            hint = self._hint(engine, cards)
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

    def _hint(self, engine: str, cards: Mapping[str, ModelCard]) -> str:
        for record in self._models.list():
            card = record.card
            if card is not None and card.text and engine in {card.name, card.id}:
                return f"it finds what words name: sightline detect PROJECT --engine {engine}"
        return did_you_mean(engine, cards) if cards else _ADD

    def _cards(self) -> dict[str, ModelCard]:
        found: dict[str, ModelCard] = {}
        for record in self._models.list():
            card = record.card
            if card is not None and _answers(card) and not record.fault:
                found.setdefault(card.name, card)
        return found


def _answers(card: ModelCard) -> bool:
    """Tell whether a model finds its own classes; others are asked by words."""
    return card.kind == "detector" and not card.text
