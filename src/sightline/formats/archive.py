"""Read data sets from where they lie: a folder, or a ZIP that nobody vouches for.

A ZIP is looked at before anything of it is opened. Refused as a whole: names with `..`, absolute
paths and drive letters, links, two files of one name, encrypted files, more files or bytes than the
limits, and files that grow too much when unpacked (bombs). What a data set does not consist of
(programs, for one) is passed over.
"""

from __future__ import annotations

import io
import json
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

from sightline.core.errors import InvalidInputError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS: Final = frozenset({".csv", ".tsv", ".json", ".jsonl", ".txt"})
SYSTEM: Final = frozenset({"__macosx", "thumbs.db", "desktop.ini", "@eadir"})
MOST_JSON: Final = 256 << 20
_DRIVE: Final = re.compile(r"^[A-Za-z]:")
_ENCRYPTED: Final = 0x1
_PIECE: Final = 1 << 16
_NO_LINKS: Final[int] = getattr(os, "O_NOFOLLOW", 0)
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What is read at most."""

    files: int = 1_000_000
    bytes: int = 500_000_000_000
    """Unpacked, all files."""
    ratio: int = 250
    """Unpacked bytes for each packed one, in files above `ratio_from`."""
    ratio_from: int = 20_000_000


class Container(Protocol):
    """Files by name, relative, with `/`."""

    name: str

    def names(self) -> list[str]:
        """Return the names of all files, sorted."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """Open a file."""
        ...


class FolderContainer:
    """A folder on the disk; links are not followed, hidden files are passed over."""

    def __init__(self, root: Path, *, limits: ArchiveLimits | None = None) -> None:
        self.name = root.name
        self.root = root
        self._start = str(root)
        self._limits = limits or ArchiveLimits()
        self._names: list[str] | None = None
        self._known: frozenset[str] = frozenset()

    def names(self) -> list[str]:
        """Return the names of all files, sorted."""
        if self._names is None:
            found: list[str] = []
            for folder, folders, files in os.walk(self.root):
                folders[:] = [one for one in folders if _is_shown(one)]
                inside = Path(folder).relative_to(self.root).as_posix()
                start = "" if inside == "." else f"{inside}/"
                found += [f"{start}{one}" for one in files if _is_shown(one)]
                if len(found) > self._limits.files:
                    raise TooLargeError(
                        f"{self.name} holds more than {self._limits.files:,} files",
                        hint="part it into several",
                    )
            self._names = sorted(found)
            self._known = frozenset(found)
        return self._names

    def open(self, name: str) -> IO[bytes]:
        """Open a file."""
        handle = self._handle(name)
        if handle is not None:
            return os.fdopen(handle, "rb")
        path = self.root.joinpath(*name.split("/"))
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise InvalidInputError(
                f"{name} leads out of {self.name}", hint="leave links out of the data set"
            )
        return path.open("rb")

    def read(self, name: str, most: int) -> bytes:
        """Return up to `most` bytes of a file; faster than opening it, for small ones."""
        handle = self._handle(name)
        if handle is None:
            with self.open(name) as file:
                return file.read(most)
        try:
            data = os.read(handle, min(os.fstat(handle).st_size, most))
            while len(data) < most and (more := os.read(handle, min(most - len(data), _PIECE))):
                data += more
        finally:
            os.close(handle)
        return data

    def _handle(self, name: str) -> int | None:
        """Open a file that a walk has seen and that is no link; None: it must be looked at."""
        if name in self._known and _NO_LINKS:
            with suppress(OSError):
                return os.open(f"{self._start}/{name}", os.O_RDONLY | _NO_LINKS)
        return None


class ZipContainer:
    """A ZIP that has been looked at.

    Raises:
        InvalidInputError: It is no ZIP, is broken, or holds what no data set holds.
        TooLargeError: It is over the limits.
    """

    def __init__(
        self, file: Path | IO[bytes], name: str = "", *, limits: ArchiveLimits | None = None
    ) -> None:
        self.name = name or (file.name if isinstance(file, Path) else "the ZIP")
        limits = limits or ArchiveLimits()
        try:
            self._zip = zipfile.ZipFile(file)
            infos = self._zip.infolist()
        except FileNotFoundError as error:
            raise InvalidInputError(f"there is no file {file}", hint="check the path") from error
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise _broken(self.name, error) from error
        _refuse_large(self.name, infos, limits)
        self._infos = _checked(self.name, infos)

    def names(self) -> list[str]:
        """Return the names of all files, sorted."""
        return sorted(self._infos)

    def open(self, name: str) -> IO[bytes]:
        """Open a file."""
        try:
            return self._zip.open(self._infos[name])
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
            raise _broken(self.name, error) from error

    def close(self) -> None:
        """Close it."""
        self._zip.close()


class Below:
    """The files below a folder of a container, where somebody packed a folder around a data set."""

    def __init__(self, inner: Container, prefix: str) -> None:
        self.name = inner.name
        self._inner = inner
        self._prefix = prefix

    def names(self) -> list[str]:
        """Return the names of all files below the folder, sorted."""
        start = len(self._prefix)
        return [one[start:] for one in self._inner.names() if one.startswith(self._prefix)]

    def open(self, name: str) -> IO[bytes]:
        """Open a file."""
        return self._inner.open(self._prefix + name)


@contextmanager
def container_of(source: Path) -> Iterator[Container]:
    """Give the container of a folder or a ZIP.

    Raises:
        InvalidInputError: It is neither, or not safe.
        TooLargeError: It is over the limits.
    """
    if source.is_dir():
        yield FolderContainer(source)
        return
    found = ZipContainer(source)
    try:
        yield found
    finally:
        found.close()


def read_whole(container: Container, name: str, *, most: int = MOST_JSON) -> bytes:
    """Return the bytes of a file.

    Raises:
        TooLargeError: There are more than `most`.
        InvalidInputError: It is damaged.
    """
    with guarded(container.name, name), container.open(name) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise TooLargeError(
            f"{name} in {container.name} is larger than {most >> 20:,} MB", hint="part it"
        )
    return data


def read_json(container: Container, name: str) -> Any:
    """Return what a JSON file of a container holds.

    Raises:
        InvalidInputError: It is no JSON.
    """
    try:
        return json.loads(read_whole(container, name).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(
            f"{name} in {container.name} is not valid JSON: {error}", hint="export it again"
        ) from error


def open_text(container: Container, name: str) -> io.TextIOWrapper:
    """Open a file as UTF-8, with or without a byte order mark."""
    return io.TextIOWrapper(container.open(name), encoding="utf-8-sig", newline="")


@contextmanager
def guarded(archive: str, name: str) -> Iterator[None]:
    """Tell what is wrong with a file as an error with a next step."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise InvalidInputError(
            f"{name} in {archive} is damaged: {error}", hint="fetch or export the data set again"
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            f"{name} in {archive} is not UTF-8", hint="save it as UTF-8"
        ) from error


def _is_shown(name: str) -> bool:
    return not name.startswith(".") and name.lower() not in SYSTEM


def _refuse_large(name: str, infos: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    if len(infos) > limits.files:
        raise TooLargeError(f"{name} holds more than {limits.files:,} files", hint="part it")
    total = sum(one.file_size for one in infos)
    if total > limits.bytes:
        raise TooLargeError(
            f"{name} would unpack to {total / 1e9:,.0f} GB", hint="part it into several"
        )
    for one in infos:
        if one.file_size > max(limits.ratio_from, limits.ratio * one.compress_size):
            raise TooLargeError(
                f"{one.filename[:200]} in {name} unpacks to {one.file_size / 1e6:,.0f} MB from "
                f"{one.compress_size:,} bytes",
                hint="this looks like a bomb; unpack it yourself if you trust it",
            )


def _checked(name: str, infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Return the files by name.

    Raises:
        InvalidInputError: One of them has no place in a data set.
    """
    found: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for one in infos:
        why = _fault(one, seen)
        if why:
            raise InvalidInputError(
                f"{name} is refused: {one.filename[:200]!r} {why}",
                hint="pack the data set again from a clean folder",
            )
        parts = PurePosixPath(one.filename).parts
        if not one.is_dir() and all(_is_shown(part) for part in parts):
            found[one.filename] = one
    return found


def _fault(one: zipfile.ZipInfo, seen: set[str]) -> str:
    """Return what is wrong with an entry, nothing if it is sound; `seen` learns its name."""
    name = one.filename
    if _is_unsafe(name) or _is_unsafe(one.orig_filename):
        return "leads out of the archive, or cannot be a name"
    if stat.S_ISLNK(one.external_attr >> 16):
        return "is a link"
    if one.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if one.compress_type not in _METHODS:
        return "is compressed in a way that is not read"
    key = unicodedata.normalize("NFC", name).casefold().rstrip("/")
    if key in seen:
        return "is there twice"
    seen.add(key)
    return ""


def _is_unsafe(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    odd = any(unicodedata.category(one) in {"Cc", "Cs"} for one in name)
    rooted = not name or name.startswith(("/", "\\")) or bool(_DRIVE.match(name))
    return odd or rooted or ".." in parts or "\\" in name


def _broken(name: str, error: Exception) -> InvalidInputError:
    return InvalidInputError(
        f"{name} is no ZIP that can be read: {error}",
        hint="fetch or export it again; nothing was changed",
    )
