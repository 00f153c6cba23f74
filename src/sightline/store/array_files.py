"""How an array lies on disk: a header, chunk files of a fixed size, and a bitmap of what counts.

    <folder>/header.json            what it is; names the generation that counts
    <folder>/lock                   held by whoever writes
    <folder>/g000000/000000.bin     rows of ordinals 0 .. chunk_rows - 1, C order
    <folder>/g000000/valid.bin      bit o (little-endian in its byte): row o may be read

A chunk file gets its full size when it is made and keeps it, so that it can be mapped on every
system. Rows are written with plain writes, because a full disk answers those with an error and a
write through a map with a signal. A row's bit is set after its bytes are on the disk, and taken
away before its bytes change.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import ConflictError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from sightline.core.arrays import I64, U8, Bool
    from sightline.store.array_header import ArrayHeader

MAPS: Final = 64
"""Chunks of one array that stay mapped: each costs a file handle."""
MANY_RUNS: Final = 32


def generation_folder(folder: Path, generation: int) -> Path:
    """Return where a generation's chunks lie."""
    return folder / f"g{generation:06d}"


def start_generation(folder: Path) -> None:
    """Make an empty generation; a folder without valid.bin is one that is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "valid.bin").open("ab").close()


class ArrayVersion:
    """One generation of an array, to be read. It stays what it is while others write the next.

    A generation outlives the next one; only when two came meanwhile can a read raise
    ConflictError.
    """

    def __init__(self, folder: Path, header: ArrayHeader, *, absent: bool = False) -> None:
        self.header = header
        self._folder = folder
        self._absent = absent
        self._maps: OrderedDict[int, NDArray[Any]] = OrderedDict()

    def valid(self, n: int) -> Bool:
        """Return which of the ordinals 0 .. n - 1 have a row: (n,)."""
        return self._flags(0, n)

    def missing(self, n: int) -> I64:
        """Return the ordinals below `n` that have no row yet, ascending: (M,)."""
        return np.flatnonzero(~self.valid(n))

    def count(self) -> int:
        """Return how many rows there are."""
        return int(np.bitwise_count(self._bits(0, None)).sum())

    def read(self, ordinals: NDArray[Any]) -> tuple[NDArray[Any], Bool]:
        """Return a copy of the rows (N, *row_shape), zero where there is none, and which are (N,).

        Raises:
            ConflictError: The array was replaced twice meanwhile: read again.
        """
        ordinals = check_ordinals(ordinals)
        if not len(ordinals):
            return np.zeros((0, *self.header.row_shape), self.header.dtype), np.zeros(0, np.bool_)
        valid = self._flags_of(ordinals)
        rows = self._gather(ordinals, valid)
        still = valid & self._flags_of(ordinals)
        if not still.all():
            rows[~still] = 0
        return rows, still

    def load(self, n: int) -> tuple[NDArray[Any], Bool]:
        """Return all rows (n, *row_shape) and which count (n,).

        A read-only view of the disk's pages when they lie in one chunk (`chunk_rows`, 4 million
        float32 scores), else a copy. A row that does not count means nothing.
        """
        parts = list(self.iter_chunks(n))
        if len(parts) == 1:
            return parts[0][1], parts[0][2]
        if not parts:
            empty: NDArray[Any] = np.zeros((0, *self.header.row_shape), self.header.dtype)
            return empty, np.zeros(0, np.bool_)
        rows = np.concatenate([rows for _, rows, _ in parts])
        return rows, np.concatenate([valid for _, _, valid in parts])

    def iter_chunks(self, n: int) -> Iterator[tuple[int, NDArray[Any], Bool]]:
        """Yield (first ordinal, rows as a read-only view, which rows count), in order, up to `n`.

        A row that does not count means nothing.

        Raises:
            ConflictError: The array was replaced twice meanwhile: read again.
        """
        size = self.header.chunk_rows
        for start in range(0, n, size):
            length = min(size, n - start)
            valid = self._flags(start, length)
            source = self._chunk(start // size)
            if source is None:
                source = np.zeros((length, *self.header.row_shape), self.header.dtype)
                source.flags.writeable = False
                valid = np.zeros(length, np.bool_)
            yield start, source[:length], valid

    def close(self) -> None:
        """Unmap what nobody holds a view of."""
        self._maps.clear()

    def _gather(self, ordinals: I64, valid: Bool) -> NDArray[Any]:
        """Return the rows (N, *row_shape) chunk by chunk; `valid` loses those without a chunk."""
        size = self.header.chunk_rows
        first, last = int(ordinals.min()) // size, int(ordinals.max()) // size
        if first == last and (source := self._chunk(first)) is not None:
            return source[ordinals - first * size]
        rows = np.zeros((len(ordinals), *self.header.row_shape), self.header.dtype)
        chunks, inside = np.divmod(ordinals, size)
        for chunk in np.unique(chunks[valid]):
            source = self._chunk(int(chunk))
            where = np.flatnonzero((chunks == chunk) & valid)
            if source is None:
                valid[where] = False
            else:
                rows[where] = source[inside[where]]
        return rows

    def _flags(self, start: int, length: int) -> Bool:
        if length <= 0:
            return np.zeros(0, np.bool_)
        first, last = start // 8, (start + length - 1) // 8
        bits = np.unpackbits(self._bits(first, last - first + 1), bitorder="little")
        return bits[start - first * 8 :][:length].view(np.bool_)

    def _flags_of(self, ordinals: I64) -> Bool:
        low, high = int(ordinals.min()) // 8, int(ordinals.max()) // 8
        bits = self._bits(low, high - low + 1)
        flags: Bool = ((bits[(ordinals >> 3) - low] >> (ordinals & 7).astype(np.uint8)) & 1) > 0
        return flags

    def _bits(self, first: int, length: int | None) -> U8:
        """Return bytes of the bitmap, read afresh: other processes set bits in it."""
        raw = b"" if self._absent else self._read_bitmap(first, length)
        found = np.frombuffer(raw, np.uint8)
        if length is None or len(found) == length:
            return found
        whole = np.zeros(length, np.uint8)
        whole[: len(found)] = found
        return whole

    def _read_bitmap(self, first: int, length: int | None) -> bytes:
        try:
            with (self._folder / "valid.bin").open("rb", buffering=0) as file:
                file.seek(first)
                return file.read(-1 if length is None else length) or b""
        except FileNotFoundError as error:
            raise self._gone() from error

    def _chunk(self, index: int) -> NDArray[Any] | None:
        """Return the chunk's rows, mapped; None when it was never written."""
        found = self._maps.pop(index, None)
        if found is None:
            found = self._map(index)
        if found is not None:
            self._maps[index] = found
            if len(self._maps) > MAPS:
                self._maps.popitem(last=False)
        return found

    def _map(self, index: int) -> NDArray[Any] | None:
        header, path = self.header, chunk_path(self._folder, index)
        try:
            if self._absent or path.stat().st_size < header.chunk_rows * header.row_bytes:
                return None
            shape = (header.chunk_rows, *header.row_shape)
            return np.asarray(np.memmap(path, dtype=header.dtype, mode="r", shape=shape))
        except FileNotFoundError as error:
            if not (self._folder / "valid.bin").exists():
                raise self._gone() from error
            return None

    def _gone(self) -> ConflictError:
        return ConflictError(
            f"{self._folder.parent.name} was replaced while it was read", hint="read it again"
        )


def check_ordinals(ordinals: NDArray[Any]) -> I64:
    """Return ordinals as (N,) int64.

    Raises:
        InvalidInputError: They are not a list of whole numbers from 0.
    """
    found = np.asarray(ordinals)
    if found.size == 0:
        found = found.astype(np.int64)
    if found.ndim != 1 or found.dtype.kind not in "iu" or (found.size and found.min() < 0):
        raise InvalidInputError(
            f"not ordinals: shape {found.shape}, dtype {found.dtype}", hint="give (N,) ints from 0"
        )
    return found.astype(np.int64, copy=False)


def chunk_path(folder: Path, index: int) -> Path:
    """Return the file of a chunk."""
    return folder / f"{index:06d}.bin"


def write_rows(
    folder: Path, header: ArrayHeader, ordinals: I64, rows: NDArray[Any]
) -> frozenset[int]:
    """Write rows (N, *row_shape) at their ordinals (ascending), not yet fsynced.

    Returns:
        The chunks that were touched, for `sync`.
    """
    chunks, inside = np.divmod(ordinals, header.chunk_rows)
    touched = np.unique(chunks)
    for chunk in touched:
        low, high = np.searchsorted(chunks, [chunk, chunk + 1])
        _write_chunk(folder, header, int(chunk), inside[low:high], rows[low:high])
    return frozenset(int(chunk) for chunk in touched)


def _write_chunk(
    folder: Path, header: ArrayHeader, chunk: int, inside: I64, rows: NDArray[Any]
) -> None:
    path, full = chunk_path(folder, chunk), header.chunk_rows * header.row_bytes
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    with os.fdopen(handle, "r+b", buffering=0) as file:
        if os.fstat(handle).st_size < full:
            file.truncate(full)
        breaks = np.flatnonzero(np.diff(inside) != 1) + 1
        if len(breaks) > MANY_RUNS:
            first, last = int(inside[0]), int(inside[-1])
            span = np.empty((last - first + 1, *header.row_shape), header.dtype)
            file.seek(first * header.row_bytes)
            _read_exactly(file, span)
            span[inside - first] = rows
            inside, rows, breaks = inside[:1], span, breaks[:0]
        starts = np.concatenate([[0], breaks]).tolist()
        for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
            file.seek(int(inside[start]) * header.row_bytes)
            _write_exactly(file, rows[start:end])


def _as_bytes(rows: NDArray[Any]) -> memoryview:
    return np.ascontiguousarray(rows).reshape(-1).view(np.uint8).data


def _write_exactly(file: Any, rows: NDArray[Any]) -> None:
    left = _as_bytes(rows)
    while left:
        left = left[file.write(left) :]


def _read_exactly(file: Any, into: NDArray[Any]) -> None:
    left = into.reshape(-1).view(np.uint8).data
    while left:
        left = left[file.readinto(left) :]


def sync(folder: Path, chunks: Iterable[int]) -> None:
    """Wait until the chunks' bytes are on the disk."""
    for chunk in chunks:
        _fsync(chunk_path(folder, chunk))


def set_bits(folder: Path, ordinals: I64, *, on: bool) -> bool:
    """Set or clear the bits of rows, durably; return whether any bit changed."""
    first, last = int(ordinals.min()) // 8, int(ordinals.max()) // 8
    with (folder / "valid.bin").open("r+b", buffering=0) as file:
        file.seek(first)
        old = np.zeros(last - first + 1, np.uint8)
        found = np.frombuffer(file.read(len(old)) or b"", np.uint8)
        old[: len(found)] = found
        bits = np.unpackbits(old, bitorder="little")
        bits[ordinals - first * 8] = on
        new = np.packbits(bits, bitorder="little")
        if np.array_equal(new, old):
            return False
        file.seek(first)
        _write_exactly(file, new)
        os.fsync(file.fileno())
    return True


def _fsync(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
