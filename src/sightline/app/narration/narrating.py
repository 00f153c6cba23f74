"""Who can narrate, and narrations with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.app.narration.eyes import ClassifierEye, DetectorEye, HeadEye
from sightline.app.narration.narration import Eyes, Narration, Pace
from sightline.core.errors import SightlineError, UnknownEngineError, UnknownModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.app.crop_heads import CropHeads
    from sightline.app.detectors import Detectors
    from sightline.app.encoders import Encoders
    from sightline.app.models import Models
    from sightline.app.narration.eyes import Eye
    from sightline.core.cards import ModelCard
    from sightline.settings import Settings
    from sightline.store.store import Store

AUTO: Final = "auto"
TEMPLATE: Final = "template:"
"""What an engine's name begins with whose words come from what models see."""
ORDER: Final = ("detector", "classifier", "head")
"""Kinds that can look, what tells most first."""
MOST: Final = 8
"""Models that may look together."""
_ADD: Final = (
    "train one, or add one: sightline models add FILE.onnx --name NAME --decoder yolox "
    "--classes names.txt"
)


class Narrating:
    """The engines of a workspace that can narrate."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        models: Models,
        parts: tuple[Detectors, CropHeads, Encoders],
    ) -> None:
        self._store = store
        self._settings = settings
        self._models = models
        self._detectors, self._heads, self._encoders = parts

    def engines(self) -> list[dict[str, Any]]:
        """Return who can narrate: {name, kind, model, description, classes, ready, why}."""
        return [self._listed(card) for card in self._cards()]

    def open(
        self,
        engine: str = AUTO,
        *,
        lang: str | None = None,
        every_s: float | None = None,
        project: str | None = None,
        here: bool = False,
    ) -> Narration:
        """Return a narration that has seen nothing yet.

        Args:
            engine: `template:MODEL,MODEL`, or models without that word. auto: what the settings
                name, else the newest detector or classifier.
            lang: Of the texts; None: that of the settings.
            every_s: Seconds from text to text, 0 as fast as it goes; None: that of the settings.
            project: For auto: whose models come first.
            here: A model that is not exported yet may be exported now, by this process.

        Raises:
            UnknownEngineError: There is none of that name, or none at all.
            MissingWeightsError: A file is gone, or has to be exported first.
            InvalidInputError: A model cannot be used.
        """

        def load(name: str) -> Eyes:
            return self._eyes(name, project, here=here)

        settings = self._settings
        pace = Pace(
            settings.narrate_every_s if every_s is None else every_s,
            1 / settings.narrate_looks_per_s,
        )
        return Narration(load(engine), lang or settings.narrate_lang, pace, load)

    def _eyes(self, engine: str, project: str | None, *, here: bool) -> Eyes:
        named = self._settings.narrate_engine if engine == AUTO else engine
        cards = [self._first(project)] if named == AUTO else self._named(named, here=here)
        eyes = tuple(self._eye(card, here=here) for card in cards)
        return Eyes(TEMPLATE + ",".join(card.name for card in cards), eyes)

    def _named(self, engine: str, *, here: bool) -> list[ModelCard]:
        names = [one.strip() for one in engine.removeprefix(TEMPLATE).split(",") if one.strip()]
        if not 0 < len(names) <= MOST:
            raise UnknownEngineError(
                f"{engine!r} names no models" if not names else f"more than {MOST} models",
                hint="say one as template:NAME, or several with commas between",
            )
        return [self._card(name, here=here) for name in dict.fromkeys(names)]

    def _card(self, ref: str, *, here: bool) -> ModelCard:
        try:
            card = self._store.models.get(ref, allow_paths=here)
        except UnknownModelError as error:
            raise UnknownEngineError(
                f"no model {ref!r} to narrate with", hint=error.hint
            ) from error
        if card.kind not in ORDER or card.text:
            raise UnknownEngineError(
                f"{card.name} cannot narrate: its kind is {card.kind}",
                hint="sightline narrate --engines lists who can",
            )
        return card

    def _first(self, project: str | None) -> ModelCard:
        """Return the newest model that can look: a project's own before others."""
        cards = [one for one in self._cards() if not self._why_not(one)]
        if not cards:
            raise UnknownEngineError("no model here can narrate", hint=_ADD)
        return min(
            cards, key=lambda one: (one.project != (project or one.project), ORDER.index(one.kind))
        )

    def _cards(self) -> Sequence[ModelCard]:
        """Return the models that can look, newest first; of two of one name the newest."""
        found: dict[str, ModelCard] = {}
        for record in self._store.models.list():
            card = record.card
            if card is not None and not record.fault and card.kind in ORDER and not card.text:
                found.setdefault(card.name, card)
        return list(found.values())

    def _eye(self, card: ModelCard, *, here: bool) -> Eye:
        if card.kind == "detector":
            return DetectorEye(self._detectors.load(card.id))
        if card.kind == "head":
            bundle = self._heads.load(card.id)
            name = self._heads.encoder_of(bundle)
            return HeadEye(bundle, self._encoders.encoder(name, here=here))
        if here:
            file = self._models.serving_file(card)
        else:
            card, file = self._models.ready_file(card.id)
        return ClassifierEye(self._models.open_form(file, card))

    def _listed(self, card: ModelCard) -> dict[str, Any]:
        why = self._why_not(card)
        return {
            "name": TEMPLATE + card.name,
            "kind": card.kind,
            "model": card.id,
            "description": f"{card.name}: {_SEES[card.kind]}, {len(card.classes)} classes",
            "classes": list(card.classes),
            "ready": not why,
            "why": why,
        }

    def _why_not(self, card: ModelCard) -> str:
        if card.kind == "head":
            return self._heads.fault(card)
        if card.kind != "classifier":
            return ""
        try:
            self._models.ready_file(card.id)
        except SightlineError as error:
            return str(error)
        return ""


_SEES: Final[dict[str, str]] = {
    "detector": "what is where",
    "classifier": "what it is",
    "head": "what it is",
}
