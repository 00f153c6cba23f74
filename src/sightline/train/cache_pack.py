"""A file of pictures as raw pixels, and the index beside it that says which of them count.

`<name>.rows` holds rows of one size. `<name>.index` has a record for each: which picture it is, its
row and a checksum of its pixels, appended after the pixels. A crash leaves a row without a record,
a record cut short, or pixels that the checksum does not fit: none of them is ever read.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import sys
import threading
import zlib
from typing import TYPE_CHECKING, Final

from sightline.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.core.arrays import U8

RECORD: Final = struct.Struct("<16sIII")
"""Key, row, checksum of the pixels, checksum of the record so far."""
SUFFIXES: Final = (".index", ".rows", ".lock")
"""In the order in which a pack is deleted: first nothing counts any more."""

if sys.platform == "win32":
    _LOCK = threading.Lock()

    def _read_at(handle: int, out: memoryview, at: int) -> int:
        with _LOCK:
            os.lseek(handle, at, os.SEEK_SET)
            data = os.read(handle, len(out))
        out[: len(data)] = data
        return len(data)

    def _write_at(handle: int, data: memoryview, at: int) -> int:
        with _LOCK:
            os.lseek(handle, at, os.SEEK_SET)
            return os.write(handle, data)
else:

    def _read_at(handle: int, out: memoryview, at: int) -> int:
        return os.preadv(handle, [out], at)

    def _write_at(handle: int, data: memoryview, at: int) -> int:
        return os.pwrite(handle, data, at)


def key_of(digest: str, page: int) -> bytes:
    """Return the 16 bytes that stand for a page of a file."""
    return hashlib.blake2b(f"{digest}/{page}".encode(), digest_size=16).digest()


class Pack:
    """Rows of pictures in one file. Reading is safe from many threads; one process appends."""

    def __init__(self, rows: Path, row_bytes: int) -> None:
        self.rows, self.row_bytes = rows, row_bytes
        self._index = rows.with_suffix(".index")
        self._lock = FileLock(rows.with_suffix(".lock"))
        self._handle: int | None = None
        self._records: int | None = None
        self._next = 0

    def records(self) -> Iterator[tuple[bytes, int, int]]:
        """Yield (key, row, checksum) of each row that counts."""
        try:
            raw = self._index.read_bytes()
        except OSError:
            return
        whole = raw[: len(raw) // RECORD.size * RECORD.size]
        for at, (key, row, crc, check) in zip(
            range(0, len(whole), RECORD.size), RECORD.iter_unpack(whole), strict=True
        ):
            if zlib.crc32(whole[at : at + RECORD.size - 4]) == check:
                yield key, row, crc

    def read(self, row: int, crc: int, out: U8) -> bool:
        """Fill `out` with a row's pixels and say whether they are what was written."""
        view = out.data.cast("B")
        try:
            if self._handle is None:
                self._handle = os.open(self.rows, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            got = _read_at(self._handle, view, row * self.row_bytes)
        except OSError:
            return False
        return got == len(view) and zlib.crc32(view) == crc

    def begin(self) -> bool:
        """Get ready to append; False when another process does.

        Raises:
            OSError: The disk refuses.
            StorageError: The lock cannot be made.
        """
        if not self._lock.try_acquire():
            return False
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._close_handles()
        self._handle = os.open(self.rows, flags, 0o644)
        self._records = os.open(self._index, flags, 0o644)
        size = os.fstat(self._records).st_size
        os.truncate(self._records, size // RECORD.size * RECORD.size)  # a record cut short
        self._next = -(-os.fstat(self._handle).st_size // self.row_bytes)
        return True

    def append(self, key: bytes, image: U8) -> tuple[int, int]:
        """Add a row; return its number and checksum. It counts once both files have it.

        Raises:
            OSError: The disk refuses.
        """
        if self._handle is None or self._records is None:
            raise OSError("the pack is not open for writing")
        row, view = self._next, image.data.cast("B")
        self._next += 1
        if _write_at(self._handle, view, row * self.row_bytes) != len(view):
            raise OSError("the disk is full")
        crc = zlib.crc32(view)
        record = RECORD.pack(key, row, crc, 0)[:-4]
        os.lseek(self._records, 0, os.SEEK_END)
        os.write(self._records, record + zlib.crc32(record).to_bytes(4, "little"))
        return row, crc

    @property
    def written_bytes(self) -> int:
        """Bytes up to the next row."""
        return self._next * self.row_bytes

    def close(self) -> None:
        """Let go of files and lock."""
        self._close_handles()
        self._lock.release()

    def _close_handles(self) -> None:
        for handle in (self._handle, self._records):
            if handle is not None:
                os.close(handle)
        self._handle = self._records = None


def delete_pack(rows: Path) -> int:
    """Delete a pack's files; return the bytes that are free now. One in use may stay."""
    freed = 0
    for suffix in SUFFIXES:
        with contextlib.suppress(OSError):
            path = rows.with_suffix(suffix)
            size = path.stat().st_size
            path.unlink()
            freed += size
    return freed
