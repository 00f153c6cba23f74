"""The engines of a workspace that find what words name, by name."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sightline.core.detect_wire import RemoteTextDetector
from sightline.core.errors import MissingWeightsError, UnknownEngineError, did_you_mean
from sightline.core.registry import Registry
from sightline.engines import gives_masks, text_detector_spec, usual_score

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app.engine_room import EngineRoom
    from sightline.core.cards import ModelCard
    from sightline.core.ports import TextDetector
    from sightline.core.registry import EngineSpec
    from sightline.store.models import ModelStore

ADD: Final = (
    "add the folder of an OWLv2, Grounding DINO or SAM 3 model: sightline models add FOLDER "
    "--name NAME"
)
_GREY: Final = 127


class TextEntry(NamedTuple):
    """An engine that can be asked for."""

    spec: EngineSpec
    card: ModelCard


class TextDetectorTable:
    """Finds engines and loads each once. Thread-safe."""

    def __init__(self, models: ModelStore, room: EngineRoom) -> None:
        self._models = models
        self._room = room
        self._loaded: dict[str, TextDetector] = {}
        self._lock = threading.Lock()

    def listed(self) -> list[dict[str, Any]]:
        """Return what can be asked, and whether it is ready."""
        return [_shown(name, entry) for name, entry in self._entries().items()]

    def entry(self, engine: str) -> TextEntry:
        """Return an engine by its name, or by its model's id.

        Raises:
            UnknownEngineError: There is none.
        """
        entries = self._entries()
        by_id = {one.card.id: one for one in entries.values()}
        found = entries.get(engine) or by_id.get(engine)
        if found is None:
            hint = did_you_mean(engine, entries) if entries else ADD
            raise UnknownEngineError(f"no engine named {engine!r} finds things by words", hint=hint)
        return found

    def load(self, engine: str) -> TextDetector:
        """Return an engine by its name or its model's id, in a process of its own.

        Raises:
            UnknownEngineError: There is none.
            MissingExtraError: Something is not installed.
            MissingWeightsError: The weights are gone.
            InvalidInputError: They have changed, or do not fit.
        """
        spec, card = self.entry(engine)
        with self._lock:
            found = self._loaded.get(card.id)
            if found is None:
                found = self._loaded[card.id] = self._load(spec, card)
        return found

    def _load(self, spec: EngineSpec, card: ModelCard) -> TextDetector:
        Registry([spec]).check(spec.name)
        if spec.fault:
            raise MissingWeightsError(
                f"the weights of {spec.name} are gone: {spec.fault}",
                hint="add the model again, or choose another engine: sightline detect --engines",
            )
        self._models.verify(card.id)
        return self._room.text_detector(spec, self._models.path_of(card), card)

    def _entries(self) -> dict[str, TextEntry]:
        """Return every engine by name; an older model of the same name is named by its id."""
        found: dict[str, TextEntry] = {}
        for record in self._models.list():
            card = record.card
            if card is None:
                continue
            name = card.id if card.name in found else card.name
            spec = text_detector_spec(card, name=name, fault=record.fault)
            if spec is not None:
                found[name] = TextEntry(spec, card)
        return found


def try_text_detector(path: Path, card: ModelCard, room: EngineRoom) -> None:
    """Ask an engine once about a grey picture, before its model counts.

    Raises:
        InvalidInputError: It cannot answer.
        MissingExtraError: It needs a package that is not installed.
    """
    spec = text_detector_spec(card)
    if spec is None:
        return
    Registry([spec]).check(spec.name)
    process = room.process(spec.factory, path, card)
    try:
        engine = RemoteTextDetector(process, card.encoder_key)
        engine.detect_text(np.full((64, 64, 3), _GREY, np.uint8), ["a"], min_score=0.9)
    finally:
        process.close()


def _shown(name: str, entry: TextEntry) -> dict[str, Any]:
    spec, card = entry
    missing = spec.missing()
    why = spec.fault or (f"needs {', '.join(missing)}" if missing else "")
    return {
        "name": name,
        "id": card.id,
        "description": spec.description,
        "usual_score": usual_score(card),
        "masks": gives_masks(card),
        "ready": not why,
        "why": why,
    }
