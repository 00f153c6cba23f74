"""One server for each workspace.

The lock is the system's and dies with its process, so what a killed server left behind is simply
taken over. Who holds it and where it answers lies beside it, for people and for `doctor`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from sightline.core.clock import now
from sightline.core.errors import BusyError, InvalidInputError
from sightline.core.files import read_json, write_json
from sightline.store.locks import FileLock

_PATIENCE_S: Final = 0.3
"""Somebody who only looks whether the lock is held has it for a moment."""


class ServerLock:
    """Held from `acquire` to `release`, or to the end of the process."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._lock = FileLock(workspace / "server.lock")
        self._card = workspace / "server.json"

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            BusyError: A server runs on this workspace; the message names its address.
            StorageError: The workspace cannot be written.
        """
        try:
            self._lock.acquire(timeout_s=_PATIENCE_S)
        except BusyError as error:
            raise BusyError(
                self._taken(),
                hint="open that address, stop the other server, or use another --workspace",
            ) from error
        self._card.unlink(missing_ok=True)

    def tell(self, url: str) -> None:
        """Write where this server answers."""
        write_json(self._card, {"pid": os.getpid(), "url": url, "started_at": now()})

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self._lock.held:
            self._card.unlink(missing_ok=True)
            self._lock.release()

    def _taken(self) -> str:
        holder = _read(self._card)
        where = f" at {holder['url']}" if holder.get("url") else ""
        who = f" (process {holder['pid']})" if holder.get("pid") else ""
        return f"a server already runs on {self._workspace}{where}{who}"


def _read(card: Path) -> dict[str, Any]:
    try:
        said = read_json(card)
    except (OSError, InvalidInputError):
        return {}
    return said if isinstance(said, dict) else {}
