"""Vectors by what they were made of, kept on disk: two files that only grow.

    <folder>/rows.bin     float16, (N, D), C order
    <folder>/keys.bin     20 bytes for each row: what it is of (16), the CRC-32 of its bytes (4)
    <folder>/lock         held by whoever writes

Rows are written before their keys, and a row whose checksum is wrong counts as absent, so that a
torn write costs a vector and never gives a wrong one. The folder may be deleted at any time.
"""

from __future__ import annotations

import threading
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import BusyError
from sightline.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import IO

    from sightline.core.arrays import F16, F32, Bool

KEY_BYTES: Final = 16
F16_MAX: Final = 65504.0
_ENTRY: Final = KEY_BYTES + 4
_WAIT_S: Final = 10.0


def halved(rows: F32) -> F16:
    """Return rows as they are kept; what is too large becomes the largest number there is."""
    return np.clip(rows, -F16_MAX, F16_MAX).astype(np.float16)


class VectorCache:
    """The vectors of one folder, all of one length. Safe for threads and processes."""

    def __init__(self, folder: Path, dim: int) -> None:
        self._folder = folder
        self._dim = dim
        self._places: dict[bytes, tuple[int, int]] = {}
        self._read = 0
        self._lock = threading.Lock()

    def find(self, keys: Sequence[bytes]) -> tuple[F16, Bool]:
        """Return the rows (N, D) of N keys, and which of them are there (N,).

        Args:
            keys: 16 bytes each.
        """
        rows, there = np.zeros((len(keys), self._dim), np.float16), np.zeros(len(keys), np.bool_)
        with self._lock:
            self._refresh()
            places = [self._places.get(key) for key in keys]
        at = [n for n, place in enumerate(places) if place is not None]
        if not at:
            return rows, there
        with suppress(OSError, ValueError):  # deleted meanwhile
            kept = np.memmap(self._folder / "rows.bin", np.uint8, "r").data
            size = 2 * self._dim
            for n in at:
                place, crc = places[n] or (0, 0)
                raw = kept[place * size : (place + 1) * size]
                if len(raw) == size and zlib.crc32(raw) == crc:
                    rows[n], there[n] = np.frombuffer(raw, np.float16), True
        return rows, there

    def add(self, keys: Sequence[bytes], rows: F16) -> None:
        """Keep rows (N, D) under N keys; when the disk refuses, they are not kept."""
        if not len(keys):
            return
        solid = np.ascontiguousarray(rows, np.float16)
        with suppress(OSError, BusyError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self._folder / "lock") as lock:
                lock.acquire(timeout_s=_WAIT_S)
                self._append(keys, solid)

    def _append(self, keys: Sequence[bytes], rows: F16) -> None:
        row_bytes = 2 * self._dim
        with (self._folder / "rows.bin").open("ab") as data, self._keys("ab") as names:
            count = min(data.tell() // row_bytes, names.tell() // _ENTRY)
            data.truncate(count * row_bytes)
            names.truncate(count * _ENTRY)
            data.write(rows.tobytes())
            data.flush()
            sums = (zlib.crc32(row.tobytes()) for row in rows)
            names.write(
                b"".join(k + crc.to_bytes(4, "little") for k, crc in zip(keys, sums, strict=True))
            )

    def _keys(self, mode: str) -> IO[bytes]:
        return (self._folder / "keys.bin").open(mode)

    def _refresh(self) -> None:
        """Read the keys that have come; all of them again when the file is a shorter one."""
        try:
            with self._keys("rb") as names:
                size = names.seek(0, 2) // _ENTRY
                if size < self._read:
                    self._places, self._read = {}, 0
                names.seek(self._read * _ENTRY)
                raw = names.read((size - self._read) * _ENTRY)
        except OSError:
            self._places, self._read = {}, 0
            return
        for n in range(len(raw) // _ENTRY):
            entry = raw[n * _ENTRY : (n + 1) * _ENTRY]
            crc = int.from_bytes(entry[KEY_BYTES:], "little")
            self._places[entry[:KEY_BYTES]] = self._read + n, crc
        self._read += len(raw) // _ENTRY
