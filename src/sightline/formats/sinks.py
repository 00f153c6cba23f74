"""Where a data set is written to: a folder, or a ZIP whose bytes depend on its content alone."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import tempfile
import zipfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Protocol, Self

from sightline.core.errors import ConflictError, InvalidInputError, StorageError
from sightline.core.files import fsync_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

PART: Final = 1 << 20
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a ZIP: the first that the format knows."""
FILE_MODE: Final = 0o644
_UNIX: Final = 3
_TWO_GIB: Final = 1 << 31
FULL: Final = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_PACKED: Final = frozenset({".csv", ".json", ".jsonl", ".txt", ".md"})
"""Texts are compressed; pictures are already."""


class Sink(Protocol):
    """Takes the files of a data set one after the other."""

    def add(self, name: str, source: IO[bytes], size: int) -> tuple[str, int]:
        """Write a file and return its SHA-256 and its bytes."""
        ...

    def place(self, name: str, file: Path) -> tuple[str, int]:
        """Take a picture in, by a link where that was asked for; return as `add` does."""
        ...


class ZipSink:
    """A ZIP with fixed times, permissions and order: the same files give the same bytes."""

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(out, "w", allowZip64=True)

    def add(self, name: str, source: IO[bytes], size: int) -> tuple[str, int]:
        """Write a file."""
        info = zipfile.ZipInfo(name, EPOCH)
        packed = os.path.splitext(name)[1].lower() in _PACKED  # noqa: PTH122  text, no path
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.create_system = _UNIX
        info.external_attr = (stat.S_IFREG | FILE_MODE) << 16
        with self._zip.open(info, "w", force_zip64=size >= _TWO_GIB) as target:
            return _copy(source, target)

    def place(self, name: str, file: Path) -> tuple[str, int]:
        """Write a picture."""
        with file.open("rb") as source:
            return self.add(name, source, file.stat().st_size)

    def __enter__(self) -> Self:
        """Use it in a `with` block, which writes the directory at its end."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_more: object) -> None:
        """Write the directory; after an error, only let go of the file."""
        with suppress(*(() if kind is None else (OSError, ValueError))):
            self._zip.close()


class FolderSink:
    """A folder that is not there yet under its name.

    Args:
        root: Where to write.
        links: Hard links to the pictures instead of copies, where the file system can.
    """

    def __init__(self, root: Path, *, links: bool = False) -> None:
        self._root = str(root)
        self._links = links
        self._made: set[str] = set()

    def add(self, name: str, source: IO[bytes], size: int) -> tuple[str, int]:
        """Write a file."""
        del size
        target = self._target(name)
        with target.open("wb") as out:
            return _copy(source, out)

    def place(self, name: str, file: Path) -> tuple[str, int]:
        """Link or copy a picture."""
        if self._links:
            try:
                os.link(file, self._target(name))
            except OSError as error:
                if error.errno in FULL:
                    raise
            else:
                with file.open("rb") as source:
                    return _copy(source, None)
        with file.open("rb") as source:
            return self.add(name, source, 0)

    def _target(self, name: str) -> Path:
        folder, _, bare = name.rpartition("/")
        parent = os.path.join(self._root, *folder.split("/"))  # noqa: PTH118 - for each of many files
        if folder not in self._made:
            os.makedirs(parent, exist_ok=True)  # noqa: PTH103 - the same
            self._made.add(folder)
        return Path(parent, bare)


class OneFileSink:
    """A file that is the whole data set; pictures have no place in it."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def add(self, name: str, source: IO[bytes], size: int) -> tuple[str, int]:
        """Write the file."""
        del name, size
        return _copy(source, self._out)

    def place(self, name: str, file: Path) -> tuple[str, int]:
        """Refuse a picture.

        Raises:
            InvalidInputError: Always.
        """
        raise InvalidInputError(
            f"{name} has no place beside {file.name} in one file", hint="write a folder or a ZIP"
        )


def _copy(source: IO[bytes], target: IO[bytes] | None) -> tuple[str, int]:
    hasher, count = hashlib.sha256(), 0
    while part := source.read(PART):
        hasher.update(part)
        count += len(part)
        if target is not None:
            target.write(part)
    return hasher.hexdigest(), count


@contextmanager
def new_file(target: Path) -> Iterator[IO[bytes]]:
    """Give a file that takes the name `target` when the block ends well, and vanishes otherwise.

    Raises:
        StorageError: The disk refuses.
    """
    with disk_told(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
        temp = Path(name)
        try:
            with os.fdopen(handle, "w+b") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            temp.chmod(FILE_MODE)
            temp.replace(target)
        except BaseException:
            temp.unlink(missing_ok=True)
            raise
        fsync_dir(target.parent)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Give a folder that takes the name `target` when the block ends well, and vanishes otherwise.

    Raises:
        ConflictError: There is something at `target` that is not an empty folder.
        StorageError: The disk refuses.
    """
    if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise ConflictError(f"{target} is there already", hint="name a folder that is new or empty")
    with disk_told(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        temp = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=target.parent))
        try:
            yield temp
            temp.chmod(0o755)
            if target.is_dir():
                target.rmdir()
            temp.replace(target)
        except BaseException:
            shutil.rmtree(temp, ignore_errors=True)
            raise
        fsync_dir(target.parent)


@contextmanager
def disk_told(target: Path) -> Iterator[None]:
    """Tell what the disk refuses as an error with a next step."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageError(
                f"the disk is full: {target} was not written", hint="free some space, then again"
            ) from error
        if isinstance(error, NotADirectoryError | FileExistsError):
            raise InvalidInputError(
                f"{target} cannot be written: a file is in the way", hint="choose another place"
            ) from error
        raise StorageError(
            f"{target} cannot be written: {error.strerror or error}",
            hint="check the folder's permissions, or choose another place",
        ) from error
