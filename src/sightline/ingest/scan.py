"""Which files a folder holds, and which of them cannot be taken in."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sightline.core.errors import InvalidInputError
from sightline.imaging.sniff import ALL_EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

SYSTEM: Final = frozenset({"__macosx", "@eadir", "$recycle.bin", "system volume information"})
"""Folders that operating systems leave behind."""
OWN: Final = {
    "sightline.db": frozenset({"cache", "jobs", "models", "trash", "logs", "backups", "projects"}),
    "project.json": frozenset({"runs", "exports", "builds", "folds"}),
}
"""Beside a file of this name, these folders are Sightline's own and hold no pictures to take in."""
MAX_DEPTH: Final = 100


@dataclass(frozen=True, slots=True)
class Found:
    """A file whose name is that of a picture."""

    path: str
    """Absolute."""
    name: str
    """Relative to the source, with `/`."""
    bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that is left out, and why, in a few words."""

    path: str
    reason: str

    def to_dict(self) -> dict[str, str]:
        """Return it as JSON; bytes of the name that are not Unicode are shown as escapes."""
        return {"path": shown(self.path), "reason": self.reason}


@dataclass(slots=True)
class Scan:
    """What a walk found, in order of names."""

    root: Path
    files: list[Found] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    """Names, relative to the source, of `.txt` files, which may hold tags."""


def shown(path: str) -> str:
    """Return a path that can be printed and stored as UTF-8."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def wanted_extensions(extensions: Sequence[str] | None) -> frozenset[str]:
    """Return lower-case extensions with their dot; None means every kind that is read.

    Raises:
        InvalidInputError: None is left, or one holds a path separator.
    """
    if extensions is None:
        return ALL_EXTENSIONS
    wanted = frozenset(f".{one.strip().lstrip('*').lstrip('.').lower()}" for one in extensions)
    wanted -= {"."}
    if not wanted or any("/" in one or "\\" in one for one in wanted):
        raise InvalidInputError(
            f"no file has an extension of {list(extensions)}", hint="write them as .jpg,.png"
        )
    return wanted


def scan(source: Path, *, extensions: Sequence[str] | None = None) -> Scan:
    """Return the pictures below a folder, or the one file that `source` is.

    Links are followed, a folder is entered once; hidden and system files are passed over. A file
    named by itself is taken whatever its extension, unless `extensions` are given.

    Raises:
        InvalidInputError: There is no such file or folder.
    """
    wanted = wanted_extensions(extensions)
    if source.is_dir():
        found = Scan(source)
        _Walk(found, wanted).down(os.fspath(source))
        return found
    if not source.exists() and not source.is_symlink():
        raise InvalidInputError(f"there is no {source}", hint="check the path")
    found = Scan(source.parent)
    if extensions is None or source.suffix.lower() in wanted:
        _take(found, os.fspath(source), source.name)
    return found


class _Walk:
    """A walk down a tree, every folder once."""

    def __init__(self, found: Scan, wanted: frozenset[str]) -> None:
        self._found = found
        self._wanted = wanted
        self._seen: set[tuple[int, int]] = set()

    def down(self, folder: str, prefix: str = "", depth: int = 0) -> None:
        """Take what a folder holds; `prefix` is its name relative to the source, with a `/`."""
        try:
            state = os.stat(folder)  # noqa: PTH116  no Path per folder and file
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            self._found.skipped.append(Skipped(folder, _why(error)))
            return
        key = (state.st_dev, state.st_ino)
        if key in self._seen or depth > MAX_DEPTH:
            return
        self._seen.add(key)
        own = _own_folders(entry.name for entry in entries)
        for entry in entries:
            name = entry.name
            if name.startswith(".") or name.lower() in SYSTEM:
                continue
            if not _is_folder(entry):
                self._file(entry, prefix + name)
            elif name not in own:
                self.down(entry.path, f"{prefix}{name}/", depth + 1)

    def _file(self, entry: os.DirEntry[str], name: str) -> None:
        extension = os.path.splitext(name)[1].lower()  # noqa: PTH122  as above
        if extension in self._wanted:
            _take(self._found, entry.path, name, entry)
        elif extension == ".txt":
            self._found.texts.add(name)


def _own_folders(names: Iterable[str]) -> frozenset[str]:
    here = set(names)
    return frozenset(name for mark, own in OWN.items() if mark in here for name in own)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _take(found: Scan, path: str, name: str, entry: os.DirEntry[str] | None = None) -> None:
    """Add a file, or the reason why it cannot be taken."""
    try:
        state = os.stat(path) if entry is None else entry.stat()  # noqa: PTH116  as above
    except OSError as error:
        link = os.path.islink(path)  # noqa: PTH114  as above
        found.skipped.append(Skipped(path, "dead link" if link else _why(error)))
        return
    if not stat.S_ISREG(state.st_mode):
        found.skipped.append(Skipped(path, "not a file"))
    elif not _is_unicode(path):
        found.skipped.append(Skipped(path, "name cannot be decoded"))
    else:
        found.files.append(Found(path, name, state.st_size, state.st_mtime_ns))


def _is_unicode(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _why(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "no permission"
    if isinstance(error, FileNotFoundError):
        return "missing"
    return f"read error: {error.strerror}"


def batches(files: Sequence[Found], size: int) -> Iterator[Sequence[Found]]:
    """Yield the files in parts of at most `size`."""
    for start in range(0, len(files), size):
        yield files[start : start + size]
