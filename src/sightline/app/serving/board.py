"""Which processes serve models of a workspace, as they themselves wrote down.

A lock that dies with its process tells who is there; what a killed one left is cleared away.
"""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sightline.core.clock import now
from sightline.core.errors import InvalidInputError, StorageError
from sightline.core.files import read_json, write_json
from sightline.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

log = logging.getLogger("sightline.server")
FOLDER: Final = "serving"


class Board:
    """The folder `serving/` of a workspace."""

    def __init__(self, workspace: Path) -> None:
        self._folder = workspace / FOLDER

    @contextmanager
    def entry(self, url: str, models: Sequence[str], *, keyed: bool) -> Iterator[None]:
        """Say for the time of a block that models are served at an address.

        Where the workspace cannot be written, nothing is said.
        """
        port = url.rpartition(":")[2]
        lock = FileLock(self._folder / f"{os.getpid()}-{port}.lock")
        card = lock.path.with_suffix(".json")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout_s=1)
            told = {"pid": os.getpid(), "url": url, "models": list(models), "keyed": keyed}
            write_json(card, told | {"started_at": now()})
        except (OSError, StorageError) as error:
            log.info("who serves is not written down: %s", error)
            yield
            return
        try:
            yield
        finally:
            card.unlink(missing_ok=True)
            lock.release()
            lock.path.unlink(missing_ok=True)

    def all(self) -> list[dict[str, Any]]:
        """Return {pid, url, models, keyed, started_at} of each that serves, newest first."""
        found = [one for path in self._folder.glob("*.json") if (one := self._read(path))]
        return sorted(found, key=lambda one: str(one.get("started_at")), reverse=True)

    def _read(self, card: Path) -> dict[str, Any] | None:
        lock = FileLock(card.with_suffix(".lock"))
        try:
            if not lock.try_acquire():
                return _said(card)
        except StorageError:
            return None
        card.unlink(missing_ok=True)
        lock.release()
        lock.path.unlink(missing_ok=True)
        return None


def _said(card: Path) -> dict[str, Any] | None:
    try:
        told = read_json(card)
    except (OSError, InvalidInputError):
        return None
    return told if isinstance(told, dict) else None
