"""The folder of doubtful pictures: bounded, without doubles, safe for several processes.

A doubt is two files, `ID.picture` with the bytes as they came and `ID.json`, which is written last:
what has no JSON is not there. No database is touched, so a serving process writes while the
workspace's own server runs.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from sightline.core.errors import InvalidInputError, NotFoundError
from sightline.core.files import read_json, write_atomic
from sightline.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

Kept = Literal["kept", "double", "full"]
SAME_BITS: Final = 4
"""Perceptual hashes that differ in so few bits are of one scene."""
_ID: Final = re.compile(r"[0-9a-f]{24}")
_LOCK_S: Final = 5.0
ID_DIGITS: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """What is known of a doubtful picture."""

    digest: str
    """BLAKE3 of its bytes."""
    at: str
    """UTC, RFC 3339."""
    model: str
    """Id of the model that was asked."""
    model_name: str
    score: float
    """0..1: those that score least go first when there is no room."""
    reasons: tuple[str, ...]
    """`margin`, `conformal`, `box`, `odd`."""
    fingerprint: str
    """Perceptual hash, 16 hexadecimal digits."""
    answer: dict[str, Any]
    """What the model said."""
    bytes: int
    oddness: float | None = None
    """Share of the pictures known to the model that are less odd, 0..1."""

    @property
    def id(self) -> str:
        """What it is called."""
        return self.digest[:ID_DIGITS]


class DoubtShelf:
    """Doubtful pictures of a project.

    Args:
        folder: Theirs; made when the first one comes.
        keep: Most pictures.
        max_bytes: Most bytes of pictures.
    """

    def __init__(self, folder: Path, *, keep: int, max_bytes: int) -> None:
        self.folder: Final = folder
        self._keep = keep
        self._max_bytes = max_bytes
        self._known: dict[str, Doubtful] = {}
        self._is_swept = False

    def add(self, one: Doubtful, data: bytes) -> Kept:
        """Keep a picture unless its like is here or all others are more doubtful.

        Raises:
            BusyError: Other processes hold the folder all the time.
            StorageError, OSError: The disk refuses; nothing half is left.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            known = self._read()
            self._sweep(known)
            if self._is_double(one, known.values()):
                return "double"
            out = self._losers(one, known.values())
            if out is None:
                return "full"
            write_atomic(self._picture(one.id), data, mode=0o600)
            write_atomic(self._card(one.id), _text(one), mode=0o600)
            self._drop(out)
            return "kept"

    def all(self) -> list[Doubtful]:
        """Return what is here, the most doubtful first."""
        return sorted(self._read().values(), key=lambda one: (-one.score, one.at, one.id))

    def get(self, doubt_id: str) -> Doubtful:
        """Return one.

        Raises:
            NotFoundError: It is not here.
        """
        found = self._read().get(doubt_id) if _ID.fullmatch(doubt_id) else None
        if found is None:
            raise NotFoundError(f"no doubt {doubt_id[:40]!r}", hint="it was taken or thrown away")
        return found

    def picture(self, doubt_id: str) -> bytes:
        """Return the bytes as they came.

        Raises:
            NotFoundError: It is not here.
        """
        try:
            return self._picture(self.get(doubt_id).id).read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError(
                f"the picture of {doubt_id} is gone", hint="throw the doubt away"
            ) from error

    def remove(self, doubt_ids: Iterable[str]) -> int:
        """Throw away those that are here and return how many."""
        known = self._read()
        return self._drop([one for one in dict.fromkeys(doubt_ids) if one in known])

    def clear(self) -> int:
        """Throw all away and return how many doubts there were.

        What a process that was killed left goes too, and what is damaged.

        Raises:
            BusyError: Other processes hold the folder all the time.
        """
        if not self.folder.is_dir():
            return 0
        with self._alone():
            count = len(self._read())
            for kind in ("*.json", "*.picture", "*.part"):
                for path in self.folder.glob(kind):
                    path.unlink(missing_ok=True)
        return count

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = FileLock(self.folder / ".lock")
        lock.acquire(timeout_s=_LOCK_S)
        try:
            yield
        finally:
            lock.release()

    def _sweep(self, known: Iterable[str]) -> None:
        """Erase, once, what a process that was killed left: halves, pictures without a card."""
        if self._is_swept:
            return
        self._is_swept = True
        for path in self.folder.glob("*.part"):
            path.unlink(missing_ok=True)
        for path in self.folder.glob("*.picture"):
            if path.stem not in known and not self._card(path.stem).exists():
                path.unlink(missing_ok=True)

    def _drop(self, doubt_ids: Iterable[str]) -> int:
        count = 0
        for one in doubt_ids:
            self._card(one).unlink(missing_ok=True)
            self._picture(one).unlink(missing_ok=True)
            count += 1
        return count

    def _read(self) -> dict[str, Doubtful]:
        """Return what is here; a card is read once, for it never changes."""
        names = {one.stem for one in self.folder.glob("*.json") if _ID.fullmatch(one.stem)}
        kept = {key: one for key, one in self._known.items() if key in names}
        for name in names - kept.keys():
            found = self._one(name)
            if found is not None:
                kept[name] = found
        self._known = kept
        return dict(kept)

    def _one(self, name: str) -> Doubtful | None:
        """Return what a card says; None of one that went just now, or is damaged."""
        try:
            told = read_json(self._card(name))
            return Doubtful(**told | {"reasons": tuple(told["reasons"])})
        except (OSError, InvalidInputError, TypeError, KeyError):
            return None

    def _is_double(self, one: Doubtful, known: Iterable[Doubtful]) -> bool:
        rows = list(known)
        if any(other.digest == one.digest for other in rows):
            return True
        own = int(one.fingerprint, 16)
        if not rows or own == 0:
            return False
        marks = np.array([int(other.fingerprint, 16) for other in rows], np.uint64)
        apart = np.bitwise_count(marks[marks > 0] ^ np.uint64(own))
        return bool(len(apart)) and int(apart.min()) <= SAME_BITS

    def _losers(self, one: Doubtful, known: Iterable[Doubtful]) -> list[str] | None:
        """Return who makes room for one; None: it is itself the least doubtful."""
        rows = sorted(known, key=lambda other: (other.score, other.at))
        count, held = len(rows) + 1, sum(other.bytes for other in rows) + one.bytes
        out: list[str] = []
        for other in rows:
            if count <= self._keep and held <= self._max_bytes:
                break
            if other.score >= one.score:
                return None
            out.append(other.id)
            count, held = count - 1, held - other.bytes
        return out if held <= self._max_bytes else None

    def _card(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _picture(self, name: str) -> Path:
        return self.folder / f"{name}.picture"


def _text(one: Doubtful) -> str:
    return json.dumps(asdict(one), ensure_ascii=False, allow_nan=False) + "\n"
