"""Who can narrate, and narrations with them."""

from __future__ import annotations

import math
from contextlib import closing, contextmanager
from dataclasses import KW_ONLY, dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from sightline.app.narration.eyes import ClassifierEye, DetectorEye, HeadEye
from sightline.app.narration.looker import Engine
from sightline.app.narration.narration import Narration, Pace
from sightline.app.narration.scribe import Scribe
from sightline.app.narration.still import StillEye
from sightline.app.narration.turning import TurningEye
from sightline.app.narration.watching import Watch
from sightline.core.errors import (
    InvalidInputError,
    MissingWeightsError,
    SightlineError,
    UnknownEngineError,
    UnknownModelError,
)
from sightline.core.phrases import parse_pairs
from sightline.flows.narrate.catalogue import languages
from sightline.flows.narrate.slant import Words
from sightline.flows.narrate.tracker import believing
from sightline.predict.heat import open_heat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sightline.app.crop_heads.crop_heads import CropHeads
    from sightline.app.detection.detectors import Detectors
    from sightline.app.embedding.encoders import Encoders
    from sightline.app.media.shelf import MediaShelf
    from sightline.app.models.models import Models
    from sightline.app.narration.captioners import Captioners
    from sightline.app.narration.eyes import Eye
    from sightline.core.cards import ModelCard
    from sightline.settings import Settings
    from sightline.store.store import Store

AUTO: Final = "auto"
TEMPLATE: Final = "template:"
"""What an engine's name begins with whose words come from what models see."""
CAPTIONER: Final = "captioner:"
"""What one's begins with that writes its own."""
_SEES: Final[dict[str, str]] = {
    "detector": "what is where",
    "classifier": "what it is",
    "head": "what it is",
    "captioner": "whole sentences",
}
"""Kinds of models that can narrate, what tells most first."""
ORDER: Final = tuple(_SEES)
_ABOVE: Final = {"auto": None, "yes": True, "no": False}
MOST: Final = 8
"""Models that may look together."""
_ADD: Final = (
    "train one, or add one: sightline models add FILE.onnx --name NAME --decoder yolox "
    "--classes names.txt"
)


@dataclass(frozen=True, slots=True)
class _How:
    """What is wished of an engine besides its name."""

    project: str
    """Whose models come first; empty: nobody's."""
    calls: Mapping[str, str]
    meant: tuple[str, ...]
    """Classes of `calls` that somebody has named just now, so that they must be there."""
    _: KW_ONLY
    from_above: bool | None
    """None: that is found out from what moves."""
    here: bool
    """A model may be exported by this process."""


class Narrating:
    """The engines of a workspace that can narrate."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        models: Models,
        parts: tuple[Detectors, CropHeads, Encoders, Captioners],
        media: Callable[[], MediaShelf],
    ) -> None:
        self._store = store
        self._settings = settings
        self._models = models
        self._detectors, self._heads, self._encoders, self._captioners = parts
        self._media = media

    def engines(self) -> list[dict[str, Any]]:
        """Return {name, kind, model, description, classes, ready, why} of each that can narrate.

        Ready ones come first, and the first of them is meant by auto, unless settings name one.
        """
        rows = [self._listed(card) for card in self._cards()]
        return sorted(rows, key=lambda row: (not row["ready"], ORDER.index(row["kind"])))

    def languages(self) -> list[dict[str, str]]:
        """Return {code, name} of each language that texts come in."""
        return languages()

    def open(
        self,
        engine: str = AUTO,
        *,
        lang: str | None = None,
        every_s: float | None = None,
        project: str | None = None,
        calls: Mapping[str, str] | None = None,
        from_above: bool | None = None,
        here: bool = False,
    ) -> Narration:
        """Return a narration that has seen nothing yet.

        Args:
            engine: `template:MODEL,MODEL`, `captioner:MODEL`, or models without these words.
                auto: what the settings name, else the first that is ready.
            lang: Of the texts; None: that of the settings.
            every_s: Seconds from text to text, 0 as fast as it goes; None: that of the settings.
            project: For auto: whose models come first.
            calls: Classes of a model that are to be called otherwise, besides those of the
                settings.
            from_above: Whether the camera looks straight down; None: what the settings say.
            here: A model that is not exported yet may be exported now, by this process.

        Raises:
            UnknownEngineError: There is none of that name, or none at all.
            MissingWeightsError: A file is gone, or has to be exported first.
            InvalidInputError: A model cannot be used, or none has a class of `calls`.
        """
        settings = self._settings
        _check_finite(every_s or 0.0)
        named = parse_pairs(one for one in settings.narrate_calls.split(",") if one.strip())
        named |= calls or {}
        above = _ABOVE[settings.narrate_from_above] if from_above is None else from_above
        how = _How(project or "", named, tuple(calls or ()), from_above=above, here=here)

        def load(name: str) -> Engine:
            return self._engine(name, how)

        return Narration(
            load(engine),
            lang or settings.narrate_lang,
            Pace(
                settings.narrate_every_s if every_s is None else every_s,
                1 / settings.narrate_looks_per_s,
            ),
            load,
            believing(settings.narrate_min_score),
        )

    @contextmanager
    def watch(
        self, source: str, begin: Callable[[], Narration], seconds: float = 0.0
    ) -> Iterator[Watch]:
        """Give a watch over a clip, a picture, an address or a camera of this machine.

        Nothing of it is stored.

        Args:
            source: A path, rtsp://..., http://..., or camera:0.
            begin: Gives what tells, once it is known that the source is there; closed at the end.
            seconds: Of the source, after which it ends; 0: when the source does.

        Raises:
            InvalidInputError: It is no address that is read.
            NotFoundError: There is no such file.
            UnreadableMediaError: It cannot be decoded.
        """
        _check_finite(seconds)
        media = self._media().add_stream(source, retention="never")
        try:
            narration = begin()
            with closing(narration):
                opened = self._media().open(media.id, max_fps=1 / narration.pace.look_s)
                yield Watch(opened, narration, seconds=seconds)
        finally:
            self._media().erase(media.id)

    def _engine(self, engine: str, how: _How) -> Engine:
        named = self._settings.narrate_engine if engine == AUTO else engine
        cards = [self._first(how.project)] if named == AUTO else self._named(named, how)
        _check_classes(cards, how.meant)
        writers = [card for card in cards if card.kind == "captioner"]
        if len(writers) > 1:
            raise InvalidInputError(
                "one captioner is enough: " + ", ".join(card.name for card in writers),
                hint="name one, and models that see beside it",
            )
        scribe = Scribe(self._captioners.load(writers[0].id)) if writers else None
        prefix = CAPTIONER if writers else TEMPLATE
        eyes = self._eyes(cards, how)
        return Engine(prefix + ",".join(card.name for card in cards), eyes, scribe)

    def _eyes(self, cards: Sequence[ModelCard], how: _How) -> tuple[Eye, ...]:
        """Return what looks; the first head beside detectors names what is in their boxes."""
        heads = [self._head(card, how) for card in cards if card.kind == "head"]
        found = [card for card in cards if card.kind == "detector"]
        namer = heads.pop(0) if heads and found else None
        eyes = [self._detector(card, how, namer, found) for card in found]
        eyes += [self._classifier(card, how) for card in cards if card.kind == "classifier"]
        return (*eyes, *heads)

    def _detector(
        self, card: ModelCard, how: _How, namer: HeadEye | None, beside: Sequence[ModelCard]
    ) -> Eye:
        """Return a detector's eye; what a head names is never doubted."""
        detector = self._detectors.load(card.id)

        def eye(*, from_above: bool) -> DetectorEye:
            return DetectorEye(detector, how.calls, namer, from_above=from_above)

        words = _words(card, how.calls, beside)
        if how.from_above is None and namer is None and words.doubtable:
            return TurningEye(eye(from_above=False), eye(from_above=True), words)
        return StillEye(eye(from_above=bool(how.from_above)))

    def _head(self, card: ModelCard, how: _How) -> HeadEye:
        bundle = self._heads.load(card.id)
        name = self._heads.encoder_of(bundle)
        return HeadEye(bundle, self._encoders.encoder(name, here=how.here), how.calls)

    def _classifier(self, card: ModelCard, how: _How) -> Eye:
        if how.here:
            file = self._models.serving_file(card)
        else:
            card, file = self._models.ready_file(card.id)
        heat = open_heat(file, card) if file.suffix == ".onnx" else None
        return ClassifierEye(heat or self._models.open_form(file, card), how.calls)

    def _named(self, engine: str, how: _How) -> list[ModelCard]:
        listed = engine.removeprefix(TEMPLATE).removeprefix(CAPTIONER)
        names = [one.strip() for one in listed.split(",") if one.strip()]
        if not 0 < len(names) <= MOST:
            raise UnknownEngineError(
                f"more than {MOST} models" if names else f"{engine!r} names no models",
                hint="say one as template:NAME, or several with commas between",
            )
        return [self._card(name, how) for name in dict.fromkeys(names)]

    def _card(self, ref: str, how: _How) -> ModelCard:
        try:
            card = self._store.models.get(ref, allow_paths=how.here)
        except UnknownModelError as error:
            raise UnknownEngineError(
                f"no model {ref!r} to narrate with", hint=error.hint
            ) from error
        if not _can(card):
            raise UnknownEngineError(
                f"{card.name} cannot narrate: its kind is {card.kind}",
                hint="sightline narrate --engines lists who can",
            )
        return card

    def _first(self, project: str) -> ModelCard:
        """Return the newest model that can look: a project's own before others."""
        cards = [one for one in self._cards() if not self._why_not(one)]
        if not cards:
            raise UnknownEngineError("no model here can narrate", hint=_ADD)
        return min(
            cards,
            key=lambda one: (bool(project) and one.project != project, ORDER.index(one.kind)),
        )

    def _cards(self) -> list[ModelCard]:
        """Return the models that can look, newest first; of two of one name the newest."""
        found: dict[str, ModelCard] = {}
        for record in self._store.models.list():
            card = record.card
            if card is not None and not record.fault and _can(card):
                found.setdefault(card.name, card)
        return list(found.values())

    def _listed(self, card: ModelCard) -> dict[str, Any]:
        why = self._why_not(card)
        what = f"{card.name}: {_SEES[card.kind]}"
        return {
            "name": (CAPTIONER if card.kind == "captioner" else TEMPLATE) + card.name,
            "kind": card.kind,
            "model": card.id,
            "description": f"{what}, {len(card.classes)} classes" if card.classes else what,
            "classes": list(card.classes),
            "ready": not why,
            "why": why,
        }

    def _why_not(self, card: ModelCard) -> str:
        """Return why a model cannot be asked now; nothing when it can."""
        try:
            if card.kind == "head":
                return self._heads.fault(card)
            if card.kind == "captioner":
                missing = self._captioners.entry(card.id).spec.missing()
                return f"needs {', '.join(missing)}" if missing else ""
            if card.kind == "classifier":
                self._models.ready_file(card.id)
            elif not self._store.models.path_of(card).is_file():
                raise MissingWeightsError(f"the file of {card.name} is gone", hint="add it again")
        except SightlineError as error:
            return str(error)
        return ""


def _can(card: ModelCard) -> bool:
    """Tell whether a model can narrate; what finds words would have to be told them."""
    return card.kind == "captioner" or (card.kind in ORDER and not card.text)


def _words(card: ModelCard, calls: Mapping[str, str], beside: Sequence[ModelCard]) -> Words:
    """Return what a detector calls what may be doubted; what one without vehicles calls is not."""
    own = [one for one in beside if not Words.of(one.classes, {}).doubtable]
    others = [calls.get(name, name) for one in own for name in one.classes]
    return Words.of(card.classes, calls, others)


def _check_classes(cards: Sequence[ModelCard], names: Sequence[str]) -> None:
    known = {name for card in cards for name in card.classes}
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=3) or sorted(known)[:5]
            raise InvalidInputError(
                f"no class {name!r} to call otherwise in {', '.join(one.name for one in cards)}",
                hint=f"there is {', '.join(near)}" if near else "a captioner has no classes",
            )


def _check_finite(seconds: float) -> None:
    if not math.isfinite(seconds):
        raise InvalidInputError(f"{seconds} seconds", hint="say a number of seconds, as 10 or 0.5")
