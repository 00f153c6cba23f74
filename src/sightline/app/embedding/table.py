"""The encoders of a workspace by name: built-in ones, and models that give embeddings."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sightline.core.errors import MissingWeightsError, UnknownEngineError, did_you_mean
from sightline.core.registry import Registry
from sightline.engines import BUILT_IN, encoder_spec
from sightline.nets.catalogue import CATALOGUE, how_to_get

if TYPE_CHECKING:
    from sightline.app.engines.room import EngineRoom
    from sightline.core.cards import ModelCard
    from sightline.core.ports import Encoder
    from sightline.core.registry import EngineSpec
    from sightline.store.models import ModelStore

ANY_TORCH: Final = "torch"
"""Stands for the newest encoder with weights that is ready."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An encoder that can be asked for."""

    spec: EngineSpec
    card: ModelCard | None
    """None for a built-in one."""


class EncoderTable:
    """Finds encoders by name and loads each once, by what it is and not by what it is called."""

    def __init__(self, models: ModelStore, room: EngineRoom) -> None:
        self._models = models
        self._room = room
        self._loaded: dict[tuple[str, bool], Encoder] = {}
        self._entries: dict[str, Entry] = {}
        self._mark: object = None
        self._lock = threading.Lock()

    def entries(self, *, fresh: bool = False) -> dict[str, Entry]:
        """Return every encoder by name; of two models of one name the older is named by its id.

        Args:
            fresh: Look at the files again, not only at which models there are.
        """
        mark = self._marked()
        with self._lock:
            if fresh or mark is None or mark != self._mark:
                self._entries, self._mark = self._read(), mark
            return self._entries

    def entry(self, name: str) -> Entry:
        """Return an encoder's entry by its name, or by its model's id.

        Raises:
            UnknownEngineError: There is none of this name.
            MissingWeightsError: `torch`, and no model has weights for it.
        """
        entries = self.entries()
        if name == ANY_TORCH and name not in entries:
            return self._any_torch(entries)
        found = entries.get(name)
        if found is None:
            found = next(
                (one for one in entries.values() if one.card is not None and one.card.id == name),
                None,
            )
        if found is None:
            raise UnknownEngineError(
                f"no encoder named {name!r}",
                hint=how_to_get(name)
                if name in CATALOGUE
                else did_you_mean(name, entries) + "; `sightline models catalogue` lists more",
            )
        return found

    def key_of(self, name: str) -> str:
        """Return the key of an encoder's embeddings, without loading anything heavy.

        Raises:
            UnknownEngineError: There is none of this name.
        """
        entry = self.entry(name)
        return entry.card.encoder_key if entry.card is not None else self.load(name).key

    def check(self, name: str) -> Entry:
        """Return an entry that can be loaded, as far as can be told without doing it.

        Raises:
            UnknownEngineError: There is none of this name.
            MissingExtraError: Something is not installed.
            MissingWeightsError: The weights are gone.
        """
        entry = self.entry(name)
        spec = entry.spec
        Registry([spec]).check(spec.name)
        gone = entry.card is not None and not self._models.path_of(entry.card).is_file()
        if spec.fault or gone:
            raise MissingWeightsError(
                f"the weights of the encoder {spec.name} are gone",
                hint="add or pull the model again, or choose another encoder: sightline engines",
            )
        return entry

    def load(self, name: str, *, here: bool = False, threads: int = 1) -> Encoder:
        """Return an encoder, loaded once.

        Args:
            name: Of the encoder.
            here: Load what needs torch into this process, not into one of its own.
            threads: Of torch, for each call.

        Raises:
            UnknownEngineError: There is none of this name.
            MissingExtraError: Something is not installed.
            MissingWeightsError: The weights are gone.
            InvalidInputError: They have changed, or do not fit.
        """
        entry = self.entry(name)
        card, spec = entry.card, entry.spec
        key = spec.name if card is None else f"{card.id} {card.encoder_key}"
        found = self._loaded.get((key, here))
        if found is None:
            found = self._load(entry, here=here, threads=threads)
            self._loaded[key, here] = found
        return found

    def close(self) -> None:
        """Let go of what is loaded."""
        self._loaded.clear()

    def _load(self, entry: Entry, *, here: bool, threads: int) -> Encoder:
        spec, card = self.check(entry.spec.name).spec, entry.card
        table = Registry([spec])
        if card is None:
            built_in: Encoder = table.load(spec.name)
            return built_in
        self._models.verify(card.id)
        path = self._models.path_of(card)
        if spec.heavy and not here:
            return self._room.encoder(spec, path, card)
        arguments = {"threads": threads} if spec.heavy else {}
        found: Encoder = table.load(spec.name, path=path, card=card, **arguments)
        return found

    def _read(self) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        for record in self._models.list():
            card = record.card
            if card is None:
                continue
            taken = card.name in entries or card.name in {one.name for one in BUILT_IN}
            name = card.id if taken else card.name
            spec = encoder_spec(card, name=name, fault=record.fault)
            if spec is not None:
                entries[name] = Entry(spec, card)
        return entries | {spec.name: Entry(spec, None) for spec in BUILT_IN}

    def _marked(self) -> object:
        """Return what changes whenever a model comes or goes."""
        try:
            found = self._models.root.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_nlink

    def _any_torch(self, entries: dict[str, Entry]) -> Entry:
        for entry in entries.values():
            if entry.card is not None and not entry.spec.fault and not entry.spec.missing():
                return entry
        raise MissingWeightsError(
            "the encoder torch is asked for, and no model here gives embeddings",
            hint="get one with `sightline models pull mobilenet_v2`, add a file with "
            "`sightline models add FILE --name NAME`, or set AL_EMBEDDING_BACKEND=hog",
        )
