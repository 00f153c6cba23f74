"""The segmenters of a workspace by name: built-in ones, and models that were added."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.assist.encodings import guarded
from sightline.core.assist import Prompt
from sightline.core.errors import MissingWeightsError, UnknownEngineError, did_you_mean
from sightline.core.registry import Registry
from sightline.engines import DEFAULT_SEGMENTER, SEGMENTERS, segmenter_spec
from sightline.nets.catalogue import CATALOGUE, how_to_get

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.app.engines.room import EngineRoom
    from sightline.core.cards import ModelCard
    from sightline.core.ports import Segmenter
    from sightline.core.registry import EngineSpec
    from sightline.store.models import ModelStore

AUTO: Final = "auto"
GREY: Final = 127


@dataclass(frozen=True, slots=True)
class SegmenterEntry:
    """A segmenter that can be asked for."""

    spec: EngineSpec
    card: ModelCard | None
    """None for a built-in one."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A segmenter that is loaded."""

    segmenter: Segmenter
    model: str
    """Id of its model; empty for a built-in one."""
    stamp: int
    """Of the models, when the name was looked up."""


class SegmenterTable:
    """Finds segmenters by name and loads each once. Thread-safe."""

    def __init__(
        self,
        models: ModelStore,
        room: EngineRoom,
        *,
        default: str = AUTO,
        built_in: Sequence[EngineSpec] = SEGMENTERS,
    ) -> None:
        self._models = models
        self._room = room
        self._default = default
        self._built_in = tuple(built_in)
        self._loaded: dict[str, _Held] = {}
        self._turns: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    @property
    def default(self) -> str:
        """The name that `auto` stands for."""
        return DEFAULT_SEGMENTER if self._default in {"", AUTO} else self._default

    def entries(self) -> dict[str, SegmenterEntry]:
        """Return every segmenter by name; an older model of the same name is named by its id."""
        entries: dict[str, SegmenterEntry] = {}
        reserved = {one.name for one in self._built_in}
        for record in self._models.list():
            card = record.card
            if card is None:
                continue
            name = card.id if card.name in reserved or card.name in entries else card.name
            spec = segmenter_spec(card, name=name, fault=record.fault)
            if spec is not None:
                entries[name] = SegmenterEntry(spec, card)
        return {one.name: SegmenterEntry(one, None) for one in self._built_in} | entries

    def listed(self) -> list[dict[str, Any]]:
        """Return what can be asked, and whether it is ready."""
        return [_shown(entry, self.default) for entry in self.entries().values()]

    def load(self, name: str = AUTO) -> Segmenter:
        """Return a segmenter, loaded once, and anew when another model bears its name.

        Raises:
            UnknownEngineError: There is none of this name.
            MissingExtraError: Something is not installed.
            MissingWeightsError: The weights are gone.
            InvalidInputError: They have changed, or do not fit.
        """
        wanted = self.default if name in {"", AUTO} else name
        with self._lock:
            turn = self._turns.setdefault(wanted, threading.Lock())
        with turn:  # weights are read and checked meanwhile: other engines go on
            stamp = self._models.stamp()
            held = self._loaded.get(wanted)
            if held is None or held.stamp != stamp:
                held = self._loaded[wanted] = self._found(wanted, held, stamp)
        return held.segmenter

    def forget(self) -> None:
        """Let go of what is loaded."""
        with self._lock:
            self._loaded.clear()

    def _found(self, name: str, held: _Held | None, stamp: int) -> _Held:
        """Return what a name means now; what is loaded already where that is the same."""
        entries = self.entries()
        entry = entries.get(name) or next(
            (one for one in entries.values() if one.card is not None and one.card.id == name), None
        )
        if entry is None:
            self._loaded.pop(name, None)
            raise UnknownEngineError(
                f"no segmenter named {name!r}",
                hint=how_to_get(name) if name in CATALOGUE else did_you_mean(name, entries),
            )
        model = "" if entry.card is None else entry.card.id
        if held is not None and held.model == model and not entry.spec.fault:
            return _Held(held.segmenter, model, stamp)
        return _Held(self._load(name, entry), model, stamp)

    def _load(self, name: str, entry: SegmenterEntry) -> Segmenter:
        table = Registry([entry.spec])
        table.check(entry.spec.name)
        if entry.card is None:
            built_in: Segmenter = table.load(entry.spec.name)
            return built_in
        if entry.spec.fault:
            raise MissingWeightsError(
                f"the weights of {name} are gone: {entry.spec.fault}",
                hint="add the model again, or choose another engine: sightline assist --engines",
            )
        self._models.verify(entry.card.id)
        path = self._models.path_of(entry.card)
        if entry.spec.heavy:
            return self._room.segmenter(entry.spec, path, entry.card)
        added: Segmenter = table.load(entry.spec.name, path=path, card=entry.card)
        return added


def try_segmenter(path: Path, card: ModelCard, room: EngineRoom) -> None:
    """Ask a segmenter once about a grey picture, before its model counts.

    Raises:
        InvalidInputError: It cannot answer.
        MissingExtraError: It needs a package that is not installed.
    """
    spec = segmenter_spec(card)
    if spec is None:
        return
    table = Registry([spec])
    if table.check(spec.name).heavy:
        with room.trying(spec, path, card) as engine:
            _click(engine, card.preprocess.size)
    else:
        _click(table.load(spec.name, path=path, card=card), card.preprocess.size)


def _click(engine: Segmenter, side: int) -> None:
    encoding = guarded(lambda: engine.encode(np.full((side, side, 3), GREY, np.uint8)))
    prompt = Prompt(points=((side / 2, side / 2, True),))
    guarded(lambda: engine.predict(encoding, prompt))


def _shown(entry: SegmenterEntry, default: str) -> dict[str, Any]:
    spec, missing = entry.spec, entry.spec.missing()
    why = spec.fault or (f"needs {', '.join(missing)}" if missing else "")
    return {
        "name": spec.name,
        "kind": spec.kind,
        "description": spec.description,
        "model": None if entry.card is None else entry.card.id,
        "ready": not why,
        "why": why,
        "guess": entry.card is None,
        "default": spec.name == default,
        "browser": entry.card is not None and entry.card.format == "onnx",
    }
