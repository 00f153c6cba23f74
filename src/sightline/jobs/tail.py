"""Follow a file of JSON lines while somebody writes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

READ_BYTES: Final = 4 * 2**20
LAST_BYTES: Final = (16 * 2**10, 512 * 2**10)


class Tail:
    """Gives each line once, whole, in order. A line that is not a JSON object is passed over."""

    def __init__(self, path: Path, *, at_end: bool = False) -> None:
        self._path = path
        self._offset = path.stat().st_size if at_end and path.exists() else 0
        self._partial = b""

    def new(self) -> list[dict[str, Any]]:
        """Return what was written since the last call; at most some megabytes of it."""
        try:
            with self._path.open("rb") as file:
                if file.seek(0, 2) < self._offset:
                    self._offset, self._partial = 0, b""
                file.seek(self._offset)
                raw = file.read(READ_BYTES)
        except FileNotFoundError:
            return []
        self._offset += len(raw)
        *lines, self._partial = (self._partial + raw).split(b"\n")
        return _objects(lines)


def last_of(path: Path, kind: str) -> dict[str, Any] | None:
    """Return the newest line of a kind, looking at the end of the file only."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            for length in LAST_BYTES:
                file.seek(max(0, size - length))
                lines = _objects(file.read().split(b"\n"))
                mine = [line for line in lines if line.get("kind") == kind]
                if mine:
                    return mine[-1]
                if length >= size:
                    break
    except FileNotFoundError:
        pass
    return None


def _objects(lines: list[bytes]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for line in lines:
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return found
