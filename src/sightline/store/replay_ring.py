"""What a narration said, kept so that whoever reconnects misses nothing.

    <folder>/000000000001.jsonl    one JSON object a line, ids counted up from the name's number
    <folder>/000000001001.jsonl    the next; once it is there, all but these two are deleted
    <folder>/lock                  held by the one process that appends

A line is handed to the system, and by default to the disk, before its id is told to anybody, so an
id is never given twice: not after SIGKILL, nor when the power fails. A line that a crash cut off is
taken away when the ring is opened again; its id was never told.
"""

from __future__ import annotations

import json
import os
import threading
from array import array
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import BusyError, StorageError
from sightline.core.files import fsync_dir
from sightline.store.locks import FileLock

if TYPE_CHECKING:
    from pathlib import Path

_DIGITS: Final = 12
_WAIT_S: Final = 2.0
MAX_LINE_BYTES: Final = 1 << 20


@dataclass(slots=True)
class _Part:
    """One file: consecutive ids from `first` on."""

    path: Path
    first: int
    starts: array[int] = field(default_factory=lambda: array("Q"))
    """Where each line begins, bytes."""
    size: int = 0

    @property
    def last(self) -> int:
        return self.first + len(self.starts) - 1

    def read(self, after: int, most: int) -> list[dict[str, Any]]:
        """Return at most `most` facts above an id."""
        begin = max(after + 1 - self.first, 0)
        end = min(begin + most, len(self.starts))
        if begin >= end:
            return []
        stop = self.starts[end] if end < len(self.starts) else self.size
        with self.path.open("rb") as file:
            file.seek(self.starts[begin])
            raw = file.read(stop - self.starts[begin])
        return [json.loads(line) for line in raw.splitlines()]


class Ring:
    """The newest `keep` facts of one folder, at most twice as many. Safe for threads.

    Raises:
        BusyError: Another process appends to it.
        StorageError: The disk refuses.
    """

    def __init__(self, folder: Path, *, keep: int, durable: bool = True) -> None:
        self._folder = folder
        self._keep = keep
        self._durable = durable
        self._guard = threading.Lock()
        self._lock = FileLock(folder / "lock")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout_s=_WAIT_S)
            self._parts = [_mended(path) for path in _files(folder)]
        except OSError as error:
            raise _refused(error) from error
        except BusyError as error:
            raise BusyError(
                "another program narrates this already", hint="follow it there, or stop it"
            ) from error

    @property
    def last_id(self) -> int:
        """Return the newest id, 0 when there is none."""
        with self._guard:
            return self._parts[-1].last if self._parts else 0

    @property
    def first_id(self) -> int:
        """Return the oldest id that is kept, 0 when there is none."""
        with self._guard:
            return next((part.first for part in self._parts if part.starts), 0)

    def append(self, fact: dict[str, Any]) -> int:
        """Keep a fact under the next id, which it carries as `id`, and return that.

        Raises:
            StorageError: The disk refuses; what was kept stays as it was.
            TypeError, ValueError: It is not JSON.
        """
        with self._guard:
            try:
                return self._append(fact)
            except OSError as error:
                raise _refused(error) from error

    def after(self, last_seen: int, *, limit: int = 1_000_000) -> list[dict[str, Any]]:
        """Return what was kept after an id, oldest first."""
        found: list[dict[str, Any]] = []
        with self._guard, suppress(FileNotFoundError):  # erased under our hands
            for part in self._parts:
                if part.last > last_seen and len(found) < limit:
                    found += part.read(last_seen, limit - len(found))
        return found

    def close(self) -> None:
        """Let another process append."""
        self._lock.release()

    def _append(self, fact: dict[str, Any]) -> int:
        part = self._room()
        number = part.first + len(part.starts)
        text = json.dumps({"id": number} | fact, ensure_ascii=False, allow_nan=False)
        line = text.encode() + b"\n"
        if len(line) > MAX_LINE_BYTES:
            raise ValueError(f"a fact of {len(line)} bytes is too long")
        handle = os.open(part.path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(handle, part.size)  # what an append that failed may have left
            os.lseek(handle, part.size, os.SEEK_SET)
            _write(handle, line)
            if self._durable:
                os.fsync(handle)
        finally:
            os.close(handle)
        part.starts.append(part.size)
        part.size += len(line)
        return number

    def _room(self) -> _Part:
        """Return the file to append to, which is a new one when the last is full."""
        if self._parts and len(self._parts[-1].starts) < self._keep:
            return self._parts[-1]
        number = self._parts[-1].last + 1 if self._parts else 1
        part = _Part(self._folder / f"{number:0{_DIGITS}d}.jsonl", number)
        part.path.touch(mode=0o600)
        if self._durable:
            fsync_dir(self._folder)
        for old in self._parts[:-1]:
            old.path.unlink(missing_ok=True)
        self._parts = [*self._parts[-1:], part]
        return part


def read_ring(folder: Path, *, after: int = 0) -> list[dict[str, Any]]:
    """Return what a folder holds above an id, also while another process appends to it."""
    found: list[dict[str, Any]] = []
    for path in _files(folder):
        with suppress(FileNotFoundError):
            part, raw = _Part(path, int(path.stem)), path.read_bytes()
            _index(part, raw)
            found += [json.loads(line) for line in raw[: part.size].splitlines()]
    return [fact for fact in found if fact["id"] > after]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.jsonl") if path.stem.isdecimal())


def _mended(path: Path) -> _Part:
    """Index a file, and take away what a crash cut off."""
    part, raw = _Part(path, int(path.stem)), path.read_bytes()
    _index(part, raw)
    if part.size < len(raw):
        os.truncate(path, part.size)
    return part


def _index(part: _Part, raw: bytes) -> None:
    """Note each line that is whole and bears the id of its place; what follows is torn."""
    while (end := raw.find(b"\n", part.size)) >= 0:
        try:
            fact = json.loads(raw[part.size : end])
        except ValueError:
            return
        if not isinstance(fact, dict) or fact.get("id") != part.first + len(part.starts):
            return
        part.starts.append(part.size)
        part.size = end + 1


def _write(handle: int, line: bytes) -> None:
    while line:
        line = line[os.write(handle, line) :]


def _refused(error: OSError) -> StorageError:
    return StorageError(
        f"texts cannot be kept: {error.strerror or error}",
        hint="free some space, or check that the workspace may be written",
    )
