"""Models that a person tries out, one picture at a time: opened when asked, a few at once."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from sightline.app.serving.finding import Wanted, find
from sightline.core.errors import UnreadableImageError
from sightline.predict.rows import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.serving.finding import Found
    from sightline.app.serving.heated import Looks
    from sightline.store.models import ModelStore

KEEP: Final = 3
"""Models that stay open."""


class Trial:
    """Asks any model that answers about a picture. Every method may be called from any thread."""

    def __init__(self, models: ModelStore, opening: Callable[[Found], Looks]) -> None:
        self._models = models
        self._opening = opening
        self._lock = threading.Lock()
        self._open: OrderedDict[tuple[Any, ...], Looks] = OrderedDict()

    def about(self, ref: str) -> dict[str, Any]:
        """Return what is told of a model before it is asked: name, version, kind, classes.

        Raises:
            UnknownModelError: There is none of this id or name.
            InvalidInputError: It answers nothing about a picture by itself.
            MissingWeightsError: It has to be exported first.
        """
        found = find(self._models, Wanted(ref), allow_paths=False)
        card = found.card
        return {
            "name": found.name,
            "version": found.version,
            "kind": card.kind,
            "task": card.task,
            "classes": list(card.classes),
            "precision": card.precision,
            "forced": card.forced,
        }

    def answer(self, ref: str, data: bytes) -> dict[str, Any]:
        """Return what a model says of a picture's bytes: a row without its path.

        Raises:
            UnknownModelError, InvalidInputError, MissingWeightsError: As `about`.
            UnreadableImageError: The bytes are no picture.
        """
        began = time.perf_counter()
        found = find(self._models, Wanted(ref), allow_paths=False)
        row = self._opened(found).look(Picture("picture", data))
        if "error" in row:
            raise UnreadableImageError(
                row["error"], reason=row["reason"], hint="send the bytes of a picture file"
            )
        del row["path"]
        ms = round((time.perf_counter() - began) * 1_000, 2)
        return {"model": found.name, "version": found.version, **row, "ms": ms}

    def close(self) -> None:
        """Let go of what is open."""
        with self._lock:
            for one in self._open.values():
                one.close()
            self._open.clear()

    def _opened(self, found: Found) -> Looks:
        """Return the open model; one that somebody still asks is dropped by its last user."""
        key = (found.version, str(found.path), *found.stamp)
        with self._lock:
            opened = self._open.get(key)
            if opened is None:
                opened = self._open[key] = self._opening(found)
            self._open.move_to_end(key)
            while len(self._open) > KEEP:
                self._open.popitem(last=False)
            return opened
