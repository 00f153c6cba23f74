"""Open models, each once, within a bound of bytes."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sightline.core.errors import MissingWeightsError
from sightline.predict.batching import MicroBatcher
from sightline.predict.openers import open_model as open_by_format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard
    from sightline.core.ports import Classifier


class OpenModel:
    """A classifier in memory and the way to ask it for one picture."""

    def __init__(self, classifier: Classifier) -> None:
        self.classifier = classifier
        self.nbytes: int = getattr(classifier, "nbytes", 0)
        size: int = getattr(classifier, "max_batch", 1)
        self._batcher = MicroBatcher(classifier, size) if size > 1 else None

    def classify_one(self, image: U8) -> F32:
        """Return (K,) probabilities for one fitted picture (size, size, 3)."""
        if self._batcher is not None:
            return self._batcher.classify_one(image)
        answer: F32 = self.classifier.classify(image[None])[0]
        return answer


@dataclass(slots=True)
class _Entry:
    signature: tuple[int, int]
    """Time of change, ns, and size, bytes, of the file: another file is another model."""
    model: Future[OpenModel] = field(default_factory=Future)
    users: int = 0
    last_used_s: float = 0.0
    nbytes: int = 0


class ModelCache:
    """Opens each model once however many ask at the same time, and lets go of the least used.

    A model in use is never dropped, nor is the one used last, even when it alone is over
    `max_bytes`: it would be opened again for every picture.
    """

    def __init__(
        self,
        *,
        max_bytes: int,
        idle_s: float,
        open_model: Callable[[Path, ModelCard | None], Classifier] = open_by_format,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_bytes = max_bytes
        self._idle_s = idle_s
        self._open = open_model
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    @contextmanager
    def borrow(self, file: Path, card: ModelCard | None = None) -> Iterator[OpenModel]:
        """Give the open model of a file, opening it when it is not there.

        Raises:
            MissingWeightsError: There is no such file.
            InvalidInputError: It cannot be run.
        """
        key = str(file)
        entry, mine = self._enter(key, _signature(file))
        try:
            if mine:
                self._fill(key, entry, file, card)
            yield entry.model.result()
        finally:
            with self._lock:
                entry.users -= 1
                entry.last_used_s = self._clock()
                self._evict()

    def unload_idle(self) -> int:
        """Drop the models that nobody used for `idle_s` seconds and return how many."""
        with self._lock:
            due = self._clock() - self._idle_s
            old = [key for key, one in self._entries.items() if _idle_since(one) <= due]
            for key in old:
                del self._entries[key]
            return len(old)

    def clear(self) -> None:
        """Drop every model; those in use end with their last user."""
        with self._lock:
            self._entries.clear()

    def stats(self) -> dict[str, Any]:
        """Return how many models are open and about how many bytes they take."""
        with self._lock:
            held = sum(one.nbytes for one in self._entries.values())
            return {"models": len(self._entries), "bytes": held, "max_bytes": self._max_bytes}

    def _enter(self, key: str, signature: tuple[int, int]) -> tuple[_Entry, bool]:
        """Return the entry, with this user counted, and whether it is this user's to fill."""
        with self._lock:
            entry = self._entries.get(key)
            mine = entry is None or entry.signature != signature
            if entry is None or mine:
                entry = self._entries[key] = _Entry(signature)
            entry.users += 1
            self._entries.move_to_end(key)
            return entry, mine

    def _fill(self, key: str, entry: _Entry, file: Path, card: ModelCard | None) -> None:
        try:
            model = OpenModel(self._open(file, card))
        except BaseException as error:
            with self._lock:
                if self._entries.get(key) is entry:
                    del self._entries[key]
            entry.model.set_exception(error)
            raise
        with self._lock:
            entry.nbytes = model.nbytes
        entry.model.set_result(model)

    def _evict(self) -> None:
        held = sum(one.nbytes for one in self._entries.values())
        for key, one in list(self._entries.items())[:-1]:
            if held <= self._max_bytes:
                return
            if one.users == 0:
                held -= one.nbytes
                del self._entries[key]


def _idle_since(entry: _Entry) -> float:
    return entry.last_used_s if entry.users == 0 else float("inf")


def _signature(file: Path) -> tuple[int, int]:
    try:
        state = file.stat()
    except OSError as error:
        raise MissingWeightsError(
            f"no model file at {file}", hint="export or add it again"
        ) from error
    return state.st_mtime_ns, state.st_size
