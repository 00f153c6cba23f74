"""What a reader is given: files by name, what a person said of them, and pictures by their stem."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

from sightline.core.errors import TooLargeError
from sightline.formats.archive import FolderContainer, guarded
from sightline.formats.records import split_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sightline.formats.archive import Container

PICTURES: Final = frozenset(
    {".bmp", ".gif", ".heic", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
)
USUAL: Final = 1 << 16
"""Bytes that are asked for first: room for the most that may come takes time to make."""
MOST_TEXT: Final = 64 << 20
"""Bytes of one text file that is read whole."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a person says of a data set that it does not say itself."""

    classes: tuple[str, ...] = ()
    """Names in the order of the numbers in the files; empty: as the data set says."""
    task: str = ""
    """For formats that write several kinds alike: detect, segment, obb or pose."""
    pictures: frozenset[str] = PICTURES
    """How the names of pictures end, in lower case."""


@dataclass(slots=True)
class Source:
    """The files of a data set."""

    files: Container
    names: list[str]
    near: Path | None = None
    """The folder that the data set lies in on this machine; None: it came as a ZIP."""
    options: ReadOptions = field(default_factory=ReadOptions)
    _pictures: dict[str, list[str]] | None = None

    def ending(self, *suffixes: str) -> list[str]:
        """Return the files whose names end so, in lower case."""
        return [one for one in self.names if one.lower().endswith(suffixes)]

    def head(self, name: str, most: int = 1 << 16) -> bytes:
        """Return the first bytes of a file."""
        with guarded(self.files.name, name), self.files.open(name) as file:
            return file.read(most)

    def text(self, name: str) -> str:
        """Return a text whatever its line ends and byte order mark; odd bytes become `?`.

        Raises:
            TooLargeError: It is larger than any file of labels.
            InvalidInputError: It is damaged.
        """
        return as_text(self.bytes(name))

    def bytes(self, name: str) -> bytes:
        """Return a file whole.

        Raises:
            TooLargeError: It is larger than any file of labels.
            InvalidInputError: It is damaged.
        """
        if isinstance(self.files, FolderContainer):
            data = self.files.read(name, MOST_TEXT + 1)
        else:
            with guarded(self.files.name, name), self.files.open(name) as file:
                data = file.read(USUAL)
                if len(data) == USUAL:
                    data += file.read(MOST_TEXT + 1 - USUAL)
        if len(data) > MOST_TEXT:
            raise TooLargeError(f"{name} is larger than {MOST_TEXT >> 20} MB", hint="part it")
        return data

    def picture_of(self, stem: str) -> str:
        """Return the picture in the data set whose path without its ending is `stem`, or nearest.

        Nearest: the one of that bare name, if one only has it. Empty: there is none.
        """
        if self._pictures is None:
            self._pictures = _by_stem(self.names, self.options.pictures)
        same = self._pictures.get(f"/{stem}", ())
        if same:
            return same[0]
        called = self._pictures.get(stem.rpartition("/")[2], ())
        return called[0] if len(called) == 1 else ""


class OneFile:
    """A single file as a container."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path

    def names(self) -> list[str]:
        """Return its name."""
        return [self._path.name]

    def open(self, name: str) -> IO[bytes]:
        """Open it."""
        del name
        return self._path.open("rb")


def as_text(data: bytes) -> str:
    """Return bytes as text: UTF-8 or UTF-16 by its mark, odd bytes as `?`."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def stem_of(path: str) -> str:
    """Return a path without its ending."""
    start, slash, last = path.rpartition("/")
    stem = last.rpartition(".")[0] or last
    return f"{start}{slash}{stem}"


def split_of(path: str) -> str:
    """Return the split that a folder of a path names, the innermost first; empty: none."""
    return _split_of_folder(path.rpartition("/")[0])


@functools.lru_cache(maxsize=1024)
def _split_of_folder(folder: str) -> str:
    parts = folder.split("/")
    return next((split for one in reversed(parts) if (split := split_name(one))), "")


def twins_of(names: Iterable[str]) -> frozenset[str]:
    """Return the bare names, without their endings, that occur more than once."""
    seen: set[str] = set()
    twice: set[str] = set()
    for name in names:
        bare = stem_of(name.rpartition("/")[2])
        (twice if bare in seen else seen).add(bare)
    return frozenset(twice)


def _by_stem(names: list[str], suffixes: frozenset[str]) -> dict[str, list[str]]:
    """Return pictures by "/path/stem" and by their bare stem."""
    found: dict[str, list[str]] = {}
    for name in names:
        dot = name.rfind(".")
        if dot < 0 or name[dot:].lower() not in suffixes:
            continue
        stem = name[:dot]
        found.setdefault(f"/{stem}", []).append(name)
        found.setdefault(stem.rpartition("/")[2], []).append(name)
    return found
