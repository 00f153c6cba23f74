"""What a machine computes: one row for each image, found by the image's ordinal.

One folder for each producer and key, under a root that may be deleted at any time. One process
writes at a time, any number read; a reader sees what a writer in another process has finished,
without being told.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from sightline.core.errors import ConflictError, InvalidInputError, StorageError
from sightline.core.files import fsync_dir
from sightline.core.names import check_name
from sightline.store.array_files import (
    ArrayVersion,
    check_ordinals,
    generation_folder,
    set_bits,
    start_generation,
    sync,
    write_rows,
)
from sightline.store.array_header import (
    ArrayHeader,
    changed,
    check_fits,
    chunk_rows_for,
    load_header,
    new_header,
    save_header,
)
from sightline.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import DTypeLike, NDArray

    from sightline.core.arrays import I64, Bool

T = TypeVar("T")
WRITER_WAIT_S: Final = 30.0
READ_TRIES: Final = 8


class OrdinalArray:
    """Rows by ordinal on disk. Safe to share between threads; got from `ArrayStore.open`."""

    def __init__(self, folder: Path, header: ArrayHeader) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._write_lock = threading.RLock()
        self._mark: tuple[int, int, int] | None = None
        self._version = ArrayVersion(generation_folder(folder, 0), header, absent=True)
        self._empty = replace(header, generation=0, journal_seq=None, class_ids=None, extra={})

    @property
    def header(self) -> ArrayHeader:
        """Return what the array is now."""
        return self.snapshot().header

    def snapshot(self) -> ArrayVersion:
        """Return the version that counts now: its header and its rows belong together."""
        with self._lock:
            mark = _mark(self.folder)
            if mark != self._mark or mark is None:
                self._version, self._mark = self._open_version(), mark
            return self._version

    def read(self, ordinals: NDArray[Any]) -> tuple[NDArray[Any], Bool]:
        """Return a copy of the rows (N, *row_shape), zero where there is none, and which are (N,).

        `ordinals`: (N,) in any order, also repeated.
        """
        return self._reading(lambda version: version.read(ordinals))

    def load(self, n: int) -> tuple[NDArray[Any], Bool]:
        """Return all rows (n, *row_shape) and which count (n,); see ArrayVersion.load."""
        return self._reading(lambda version: version.load(n))

    def valid(self, n: int) -> Bool:
        """Return which of the ordinals 0 .. n - 1 have a row: (n,)."""
        return self._reading(lambda version: version.valid(n))

    def missing(self, n: int) -> I64:
        """Return the ordinals below `n` that have no row yet, ascending: (M,)."""
        return self._reading(lambda version: version.missing(n))

    def count(self) -> int:
        """Return how many rows there are."""
        return self._reading(ArrayVersion.count)

    def iter_chunks(self, n: int) -> Iterator[tuple[int, NDArray[Any], Bool]]:
        """Yield (first ordinal, rows as a read-only view, which rows count) of one version.

        Raises:
            ConflictError: The array was replaced twice meanwhile: read again.
        """
        return self.snapshot().iter_chunks(n)

    def write(self, ordinals: NDArray[Any], rows: NDArray[Any]) -> None:
        """Write rows (N, *row_shape) at `ordinals` (N,), each once; they count once on the disk.

        A crash on the way leaves each row as it was, as given, or not counting.

        Raises:
            InvalidInputError: The shapes, the type or the ordinals do not fit.
            StorageError: The disk refuses; what counted before and was not written still counts.
            BusyError: Another process writes for very long.
        """
        places = check_ordinals(ordinals)
        if len(np.unique(places)) != len(places):
            raise InvalidInputError("an ordinal is given twice", hint="give each row once")
        with self._writing() as header:
            rows = _fitting(rows, header, len(places))
            if not len(places):
                return
            order = np.argsort(places, kind="stable")
            places, rows = places[order], rows[order]
            folder = generation_folder(self.folder, header.generation)
            set_bits(folder, places, on=False)
            sync(folder, write_rows(folder, header, places, rows))
            set_bits(folder, places, on=True)

    def invalidate(self, ordinals: NDArray[Any]) -> None:
        """Make rows not count any more."""
        places = check_ordinals(ordinals)
        with self._writing() as header:
            if len(places):
                set_bits(generation_folder(self.folder, header.generation), places, on=False)

    def replace(
        self,
        parts: Iterable[tuple[int, NDArray[Any], Bool | None]],
        *,
        row_shape: tuple[int, ...] | None = None,
        **changes: Any,
    ) -> ArrayHeader:
        """Write a whole new version and switch to it at once; readers never see half of it.

        Args:
            parts: (first ordinal, rows (M, *row_shape), which count (M,) or None for all), as
                `iter_chunks` yields them; made while they are written.
            row_shape: Of the new version, when it is another.
            changes: `journal_seq`, `class_ids`, `extra` of the new header.

        Raises:
            StorageError: The disk refuses; the old version still counts.
        """
        with self._writing() as old:
            shape = old.row_shape if row_shape is None else row_shape
            header = replace(
                changed(old, changes),
                row_shape=shape,
                chunk_rows=chunk_rows_for(np.dtype(old.dtype), shape),
                generation=old.generation + 1,
            )
            folder = generation_folder(self.folder, header.generation)
            shutil.rmtree(folder, ignore_errors=True)
            try:
                _fill(folder, header, parts)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            save_header(self.folder, header)
            self._sweep(header.generation)
        return header

    def set_header(self, **changes: Any) -> ArrayHeader:
        """Change `journal_seq`, `class_ids` or `extra` of the header, atomically."""
        with self._writing() as old:
            header = changed(old, changes)
            save_header(self.folder, header)
        return header

    def close(self) -> None:
        """Unmap the files that nobody holds a view of."""
        with self._lock:
            self._version.close()
            self._mark = None

    def delete(self) -> None:
        """Remove the array from the disk; every row is missing afterwards."""
        with self._write_lock:
            self.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _reading(self, work: Callable[[ArrayVersion], T]) -> T:
        for _ in range(READ_TRIES - 1):
            with suppress(ConflictError):
                return work(self.snapshot())
            self.close()
        return work(self.snapshot())

    def _open_version(self) -> ArrayVersion:
        try:
            header = load_header(self.folder)
        except FileNotFoundError:
            return ArrayVersion(self.folder, self._empty, absent=True)
        return ArrayVersion(generation_folder(self.folder, header.generation), header)

    @contextmanager
    def _writing(self) -> Iterator[ArrayHeader]:
        """Hold the writer's lock; make the folder when it is not there."""
        with self._write_lock, _disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / "lock") as lock:
                lock.acquire(timeout_s=WRITER_WAIT_S)
                if not (self.folder / "header.json").exists():
                    self._sweep(None)
                    start_generation(generation_folder(self.folder, 0))
                    save_header(self.folder, self._empty)
                yield load_header(self.folder)

    def _sweep(self, generation: int | None) -> None:
        """Remove generations that no reader should still be in (None: all).

        On Windows those that are mapped stay until the next time.
        """
        kept = () if generation is None else (generation - 1, generation)
        names = {generation_folder(self.folder, number).name for number in kept}
        for folder in self.folder.glob("g*"):
            if folder.name not in names:
                shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayInfo:
    """An array as `ArrayStore.sizes` lists it."""

    project_id: int
    name: str
    key: str
    rows: int
    bytes: int
    """On the disk; holes are not counted where the system tells."""


class ArrayStore:
    """The arrays of all projects, under one folder that may be deleted at any time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._open: dict[Path, OrdinalArray] = {}
        self._lock = threading.Lock()

    def open(
        self,
        project_id: int,
        name: str,
        key: str,
        *,
        dtype: DTypeLike | None = None,
        row_shape: tuple[int, ...] | None = None,
        create: bool = True,
    ) -> OrdinalArray:
        """Return the array of a producer; the same object each time.

        Args:
            project_id: Whose images the ordinals count.
            name: What it holds, as in `embeddings`.
            key: What it was computed from and how; another key is another array.
            dtype: Of a row's numbers; needed to create, else checked.
            row_shape: () for one number each; needed to create, else checked when given.
            create: Make it when it is not there.

        Raises:
            NotFoundError: It is not there and `create` is False.
            InvalidInputError: It is there with another dtype or row_shape.
        """
        folder = self._folder(project_id, name, key)
        with self._lock:
            array = self._open.get(folder)
            there = (folder / "header.json").exists()
            if array is None or not there:
                header = new_header(folder, key, dtype, row_shape, create=create, there=there)
                array = self._open[folder] = OrdinalArray(folder, header)
                if not there:
                    array.set_header()
        check_fits(array.header, key, dtype, row_shape)
        return array

    def sizes(self) -> list[ArrayInfo]:
        """Return what each array takes, by project and name."""
        found = []
        for folder in sorted(self.root.glob("*/*-*")):
            with suppress(FileNotFoundError, InvalidInputError, ValueError, ConflictError):
                header = load_header(folder)
                version = ArrayVersion(generation_folder(folder, header.generation), header)
                info = ArrayInfo(
                    project_id=int(folder.parent.name),
                    name=folder.name.rpartition("-")[0],
                    key=header.key,
                    rows=version.count(),
                    bytes=_disk_bytes(folder),
                )
                found.append(info)
        return found

    def drop_project(self, project_id: int) -> None:
        """Remove all arrays of a project."""
        folder = self.root / str(int(project_id))
        with self._lock:
            for path in [path for path in self._open if path.parent == folder]:
                self._open.pop(path).close()
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Unmap everything."""
        with self._lock:
            for array in self._open.values():
                array.close()
            self._open.clear()

    def _folder(self, project_id: int, name: str, key: str) -> Path:
        digest = hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
        return self.root / str(int(project_id)) / f"{check_name(name, 'array')}-{digest}"


def _mark(folder: Path) -> tuple[int, int, int] | None:
    """Return what changes whenever the header is replaced; None when it is not there."""
    try:
        found = (folder / "header.json").stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _fitting(rows: NDArray[Any], header: ArrayHeader, n: int) -> NDArray[Any]:
    rows = np.asarray(rows)
    if rows.shape != (n, *header.row_shape) or not np.can_cast(
        rows.dtype, header.dtype, "same_kind"
    ):
        raise InvalidInputError(
            f"rows of shape {rows.shape} and type {rows.dtype} do not fit",
            hint=f"the array takes {(n, *header.row_shape)} of {np.dtype(header.dtype)}",
        )
    return rows.astype(header.dtype, copy=False)


def _fill(
    folder: Path, header: ArrayHeader, parts: Iterable[tuple[int, NDArray[Any], Bool | None]]
) -> None:
    start_generation(folder)
    touched: set[int] = set()
    counting: list[I64] = []
    for start, rows, valid in parts:
        ordinals = np.arange(start, start + len(rows))
        touched |= write_rows(folder, header, ordinals, _fitting(rows, header, len(rows)))
        counting.append(ordinals if valid is None else ordinals[valid])
    sync(folder, touched)
    ordinals = np.concatenate([np.zeros(0, np.int64), *counting])
    if len(ordinals):
        set_bits(folder, ordinals, on=True)
    fsync_dir(folder)


def _disk_bytes(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            found = path.stat()
            blocks = getattr(found, "st_blocks", None)
            total += found.st_size if blocks is None else blocks * 512
    return total


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"cannot write {folder}: {error.strerror}",
            hint="free some space or check the permissions; what was saved is not lost",
        ) from error
