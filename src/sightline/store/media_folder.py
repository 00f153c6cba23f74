"""Media on disk: a folder each under `media/`, with its record, its file, and what follows."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import threading
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, NotFoundError, StorageError
from sightline.core.files import fsync_dir, read_json, write_atomic
from sightline.core.media import Blur, ClipFacts, Media
from sightline.store.locks import FileLock, is_locked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORD: Final = "media.json"
LOCK: Final = "lock"
_GONE: Final = ".gone-"
_ID: Final = re.compile(r"[0-9a-f]{24}")
_OWNER_ONLY: Final = 0o600
_MAKING_S: Final = 30.0
"""Making a folder takes milliseconds, looking through all of them not much more."""


def new_id() -> str:
    """Return an id that nobody can guess: whoever knows it may look."""
    return secrets.token_hex(12)


class MediaFolders:
    """The folders of all media, each made, read and erased whole."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._guard = threading.Lock()
        """Held while a folder gets its record or goes, so that no record brings one back."""

    def path(self, media_id: str) -> Path:
        """Return the folder of a medium, which need not be there.

        Raises:
            NotFoundError: It is no id.
        """
        if not _ID.fullmatch(media_id):
            raise unknown(media_id)
        return self.root / media_id

    def make(self, media_id: str) -> FileLock:
        """Make a folder, and return its lock: without a record its content dies with this process.

        Raises:
            StorageError: The disk refuses.
        """
        folder = self.path(media_id)
        with self.settled():
            try:
                folder.mkdir(parents=True, mode=0o700)
            except OSError as error:
                raise StorageError(
                    f"{folder} cannot be made: {error.strerror}",
                    hint="free some space, then again",
                ) from error
            lock = FileLock(folder / LOCK)
            lock.acquire(timeout_s=1.0)
        return lock

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Let no process make a folder for a block: each that is there then has its lock.

        Raises:
            StorageError: The disk refuses.
        """
        lock = FileLock(self.root.with_name(f"{self.root.name}.lock"))
        lock.acquire(timeout_s=_MAKING_S)
        with lock:
            yield

    def write(self, media: Media) -> None:
        """Keep a record.

        Raises:
            NotFoundError: The medium was erased.
        """
        folder = self.path(media.id)
        with self._guard:
            if not folder.is_dir():
                raise unknown(media.id)
            _write(folder / RECORD, to_json(media))

    def read(self, media_id: str) -> Media:
        """Return a record.

        Raises:
            NotFoundError: There is none.
        """
        try:
            return from_json(read_json(self.path(media_id) / RECORD))
        except (OSError, InvalidInputError, KeyError, TypeError, ValueError) as error:
            raise unknown(media_id) from error

    def source(self, media_id: str) -> Path | None:
        """Return the stored file; None: nothing is stored."""
        return next(iter(sorted(self.path(media_id).glob("source.*"))), None)

    def ids(self) -> Iterator[str]:
        """Yield the ids of all folders, whole or not."""
        try:
            names = sorted(one.name for one in self.root.iterdir())
        except FileNotFoundError:
            return
        yield from (name for name in names if _ID.fullmatch(name))

    def is_owned(self, media_id: str) -> bool:
        """Tell whether a living process holds it."""
        return is_locked(self.path(media_id) / LOCK)

    def erase(self, media_id: str) -> int:
        """Erase a folder with all that is in it, durably; return the bytes that were freed.

        It disappears in one step, so that nobody sees a part; what a crash leaves, `clear` removes.
        """
        folder = self.path(media_id)
        gone = self.root / f"{_GONE}{media_id}-{secrets.token_hex(4)}"
        try:
            with self._guard:
                folder.rename(gone)
        except FileNotFoundError:
            return 0
        fsync_dir(self.root)
        freed = used(gone)
        shutil.rmtree(gone, ignore_errors=True)
        fsync_dir(self.root)
        return freed

    def clear(self) -> None:
        """Remove what an interrupted `erase` left."""
        if self.root.is_dir():
            for one in self.root.glob(f"{_GONE}*"):
                shutil.rmtree(one, ignore_errors=True)


def used(folder: Path) -> int:
    """Return the bytes of the files in a folder."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 - many files
            except OSError:
                continue
    return total


def unknown(media_id: str) -> NotFoundError:
    """Return the error of an id that names nothing."""
    return NotFoundError(
        f"no medium with the id {media_id[:40]!r}",
        hint="it was erased or has expired: send it again; sightline media list shows what is here",
    )


def _write(path: Path, value: dict[str, Any]) -> None:
    """Write JSON that only its owner may read."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_atomic(path, text, mode=_OWNER_ONLY)


def to_json(media: Media) -> dict[str, Any]:
    """Return a record as plain data."""
    return asdict(media)


def from_json(plain: dict[str, Any]) -> Media:
    """Return a record from plain data.

    Raises:
        TypeError, ValueError, KeyError: It is none.
    """
    blur = plain["blur"]
    regions = tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in blur["regions"])
    return Media(
        **{
            **plain,
            "facts": ClipFacts(**plain["facts"]),
            "blur": Blur(faces=bool(blur["faces"]), regions=regions),
        }
    )
