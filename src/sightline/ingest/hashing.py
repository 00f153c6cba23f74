"""The identity of a file and what its header says, from one reading of its bytes."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from blake3 import blake3

from sightline.core.errors import MissingExtraError, UnreadableImageError
from sightline.imaging.decode import upright
from sightline.imaging.header import Header, read_header
from sightline.imaging.sniff import extension_fits
from sightline.imaging.source import unreadable
from sightline.ingest.scan import Found, Skipped, batches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sightline.imaging.limits import Limits

WHOLE_BYTES: Final = 64 << 20
"""Files up to this size are read at once; larger ones in parts."""
PART_BYTES: Final = 8 << 20
TASK: Final = 32
"""Files that a thread takes at a time."""
MAX_THREADS: Final = 3
"""More wait for Python's lock more than they gain, but for the coldest disks."""


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file with the hash of its bytes and its header."""

    file: Found
    digest: str
    """BLAKE3, hex."""
    header: Header
    note: str = ""
    """What is odd about it, though it is read."""


def read_files(
    files: Sequence[Found], *, limits: Limits, chunk: int, threads: int | None = None
) -> Iterator[list[FileRead | Skipped]]:
    """Yield what was read, in order, `chunk` files at a time; the next are read meanwhile.

    Threads help because reading and hashing let go of Python's lock.
    """
    count = threads or min(MAX_THREADS, max(2, os.cpu_count() or 1))
    pool = ThreadPoolExecutor(count, "ingest")
    waiting: deque[list[Found]] = deque(list(part) for part in batches(files, chunk))
    under_way: deque[Iterator[list[FileRead | Skipped]]] = deque()

    def start() -> None:
        if waiting:
            parts = batches(waiting.popleft(), TASK)
            under_way.append(pool.map(lambda part: [read(file, limits) for file in part], parts))

    try:
        start()
        while under_way:
            start()
            yield [one for part in under_way.popleft() for one in part]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def read(file: Found, limits: Limits) -> FileRead | Skipped:
    """Return the digest and header of a file, or why it is left out; never raises."""
    try:
        handle = os.open(file.path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            return _read(file, handle, limits)
        finally:
            os.close(handle)
    except UnreadableImageError as error:
        return Skipped(file.path, error.reason)
    except MissingExtraError as error:
        return Skipped(file.path, str(error))
    except OSError as error:
        return Skipped(file.path, unreadable(Path(file.path), error).reason)


def _read(file: Found, handle: int, limits: Limits) -> FileRead | Skipped:
    before = os.fstat(handle)
    if before.st_size > limits.max_bytes:
        return Skipped(file.path, "too large")
    if before.st_size > WHOLE_BYTES:
        digest, header = _in_parts(handle), read_header(Path(file.path), limits=limits)
    else:
        data = os.read(handle, before.st_size)
        digest, header = blake3(data).hexdigest(), read_header(data, limits=limits)
        if not header.complete:
            upright(data, min_side_px=1, limits=limits)
    after = os.fstat(handle)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        return Skipped(file.path, "changed while it was read")
    seen = Found(file.path, file.name, after.st_size, after.st_mtime_ns)
    fits = extension_fits(os.path.splitext(file.name)[1], header.format)  # noqa: PTH122  no Path
    return FileRead(seen, digest, header, "" if fits else f"holds {header.format}")


def digest_of(path: Path) -> str:
    """Return the BLAKE3 of a file, hex.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb", buffering=0) as opened:
        return _in_parts(opened.fileno())


def _in_parts(handle: int) -> str:
    hasher = blake3()
    while part := os.read(handle, PART_BYTES):
        hasher.update(part)
    return hasher.hexdigest()
