"""What a release consists of: every file with its size and hash, read without trust."""

from __future__ import annotations

import hashlib
import json
import re
import stat
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT: Final = "sightline-release-1"
MAX_BYTES: Final = 16 << 20
MAX_FILES: Final = 20_000
MAX_FILE_BYTES: Final = 512 << 20
STORE: Final = ".sightline-update"
"""Folder, below the program's, that holds what updating needs."""
NEVER: Final = frozenset(
    {STORE, ".git", ".venv", ".env", "workspace", "node_modules", "__pycache__", "build", "dist"}
)
"""Names that no release may hold, at any depth: what a person owns, or a machine made."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_VERSION: Final = re.compile(r"\d{1,6}(\.\d{1,6}){0,3}([.+-]?[A-Za-z0-9.]{1,32})?")
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_ODD: Final = frozenset('<>:"|?*\\') | {chr(one) for one in range(32)}


@dataclass(frozen=True, slots=True)
class File:
    """A file of a release."""

    path: str
    """Relative, with slashes."""
    bytes: int
    sha256: str
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """A release."""

    version: str
    files: tuple[File, ...]
    notes: str = ""
    """What changed, for people."""
    python: str = ""
    """Least version of Python, as 3.11; empty: not said."""

    def by_path(self) -> dict[str, File]:
        """Return the files by their paths."""
        return {file.path: file for file in self.files}

    def to_bytes(self) -> bytes:
        """Return it as canonical JSON: equal releases, equal bytes."""
        values = {
            "format": FORMAT,
            "version": self.version,
            "notes": self.notes,
            "python": self.python,
            "files": [asdict(file) for file in self.files],
        }
        return (json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def read_manifest(data: bytes) -> Manifest:
    """Return a manifest that may come from anywhere, checked.

    Raises:
        InvalidInputError: It is no manifest, or names a path that no release may have.
    """
    if len(data) > MAX_BYTES:
        raise _refused(f"it has {len(data):,} bytes, more than {MAX_BYTES:,}")
    try:
        values = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _refused(f"it is not JSON ({error})") from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise _refused(f"its format is not {FORMAT}")
    version, rows = values.get("version"), values.get("files")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise _refused(f"its version is {str(version)[:40]!r}")
    if not isinstance(rows, list) or not 0 < len(rows) <= MAX_FILES:
        raise _refused(f"it does not hold 1 to {MAX_FILES:,} files")
    files = tuple(_file(row) for row in rows)
    folded = {file.path.casefold() for file in files}
    if len(folded) != len(files):
        raise _refused("a path occurs twice")
    if any(above in folded for file in files for above in _above(file.path.casefold())):
        raise _refused("a path is both a file and a folder")
    return Manifest(version, files, _text(values, "notes"), _text(values, "python"))


def make_manifest(root: Path, version: str, notes: str = "", python: str = "") -> Manifest:
    """Return the manifest of a folder, without what no release may hold; links are passed over.

    Raises:
        InvalidInputError: There is nothing, or a path or the version is not allowed.
    """
    files = tuple(
        File(
            path.relative_to(root).as_posix(),
            path.stat().st_size,
            hash_of(path),
            bool(path.stat().st_mode & stat.S_IXUSR),
        )
        for path in sorted(_walk(root))
    )
    return read_manifest(Manifest(version, files, notes, python).to_bytes())


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def newer(one: str, other: str) -> bool:
    """Say whether version `one` comes after `other`, by their numbers."""
    return _numbers(one) > _numbers(other)


def _numbers(version: str) -> tuple[int, ...]:
    head = re.match(r"\d+(\.\d+)*", version)
    found = tuple(int(part) for part in head[0].split(".")) if head else ()
    return found + (0,) * (4 - len(found))


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in NEVER or path.is_symlink():
            continue
        if path.is_dir():
            yield from _walk(path)
        elif path.is_file():
            yield path


def _file(row: Any) -> File:
    if not isinstance(row, dict):
        raise _refused("a file of it is no object")
    path, size, digest = row.get("path"), row.get("bytes"), row.get("sha256")
    if not isinstance(path, str) or not _allowed(path):
        raise _refused(f"the path {str(path)[:100]!r} is not allowed")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_FILE_BYTES:
        raise _refused(f"the size of {path} is {str(size)[:40]}")
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise _refused(f"the hash of {path} is no SHA-256")
    return File(path, size, digest, row.get("executable") is True)


def _allowed(path: str) -> bool:
    """Say whether a path stays below its folder on every system, and out of what nobody touches."""
    parts = path.split("/")
    plain = all(part not in {"", ".", ".."} and part == part.strip(" ") for part in parts)
    safe = not (_ODD & set(path)) and not _DRIVE.match(path) and len(path) <= 400  # noqa: PLR2004
    return plain and safe and not any(part.casefold() in NEVER for part in parts)


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _text(values: dict[str, Any], key: str) -> str:
    found = values.get(key, "")
    return found if isinstance(found, str) else ""


def _refused(why: str) -> InvalidInputError:
    return InvalidInputError(
        f"this is no release's manifest: {why}", hint="check the address; nothing was changed"
    )
