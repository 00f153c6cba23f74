"""The engines of one kind that a workspace's models give, by name, each in a process of its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, Protocol, TypeVar

from sightline.core.errors import MissingWeightsError, UnknownEngineError, did_you_mean
from sightline.core.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sightline.core.cards import ModelCard
    from sightline.core.registry import EngineSpec
    from sightline.store.models import ModelStore

T = TypeVar("T")


class SpecOf(Protocol):
    """Tells how a model is loaded; None: it is of another kind."""

    def __call__(self, card: ModelCard, *, name: str = "", fault: str = "") -> EngineSpec | None:  # noqa: D102 (said by the class)
        ...


class Entry(NamedTuple):
    """An engine that can be asked for."""

    spec: EngineSpec
    card: ModelCard


class EngineTable(Generic[T]):
    """Finds engines and loads each once. Thread-safe.

    Args:
        models: Where models lie.
        spec_of: Says which of them are of this kind.
        start: Makes an engine of a spec, its weights and its card.
        what: What such an engine does, as in `finds things by words`.
        add: How to get one.
    """

    def __init__(
        self,
        models: ModelStore,
        spec_of: SpecOf,
        start: Callable[[EngineSpec, Path, ModelCard], T],
        *,
        what: str,
        add: str,
    ) -> None:
        self._models = models
        self._spec_of: Final = spec_of
        self._start: Final = start
        self._what = what
        self._add = add
        self._loaded: dict[str, T] = {}
        self._lock = threading.Lock()

    def entries(self) -> dict[str, Entry]:
        """Return every engine by name; an older model of the same name is named by its id."""
        found: dict[str, Entry] = {}
        for record in self._models.list():
            card = record.card
            if card is None:
                continue
            name = card.id if card.name in found else card.name
            spec = self._spec_of(card, name=name, fault=record.fault)
            if spec is not None:
                found[name] = Entry(spec, card)
        return found

    def entry(self, engine: str) -> Entry:
        """Return an engine by its name, or by its model's id.

        Raises:
            UnknownEngineError: There is none.
        """
        entries = self.entries()
        by_id = {one.card.id: one for one in entries.values()}
        found = entries.get(engine) or by_id.get(engine)
        if found is None:
            hint = did_you_mean(engine, entries) if entries else self._add
            raise UnknownEngineError(f"no engine named {engine!r} {self._what}", hint=hint)
        return found

    def load(self, engine: str) -> T:
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

    def _load(self, spec: EngineSpec, card: ModelCard) -> T:
        Registry([spec]).check(spec.name)
        if spec.fault:
            raise MissingWeightsError(
                f"the weights of {spec.name} are gone: {spec.fault}",
                hint="add the model again, or choose another engine: sightline engines",
            )
        self._models.verify(card.id)
        return self._start(spec, self._models.path_of(card), card)


def shown(name: str, entry: Entry) -> dict[str, Any]:
    """Return an engine as a row: its name, and whether it is ready."""
    spec, card = entry
    missing = spec.missing()
    why = spec.fault or (f"needs {', '.join(missing)}" if missing else "")
    return {
        "name": name,
        "id": card.id,
        "description": spec.description,
        "ready": not why,
        "why": why,
    }
