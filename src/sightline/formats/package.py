"""A model's package: a ZIP of a few files, each with its hashes, in a manifest that names all.

The same files give the same bytes. `sha256sum -c SHA256SUMS` checks it without this program.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from blake3 import blake3

from sightline.core.errors import ConflictError, InvalidInputError, StorageError, TooLargeError
from sightline.core.files import fsync_dir
from sightline.formats.archive import ArchiveLimits, ZipContainer, guarded, read_json
from sightline.formats.sinks import ZipSink

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KIND: Final = "sightline-package"
VERSION: Final = 1
MANIFEST: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
LIMITS: Final = ArchiveLimits(files=1_000, bytes=8 << 30)
MOST_SMALL: Final = 16 << 20
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as the manifest has it."""

    bytes: int
    sha256: str
    blake3: str


class Package:
    """A package that has been looked at; its files are checked as they are read."""

    def __init__(self, container: ZipContainer, about: dict[str, Any]) -> None:
        self.about = about
        """The manifest."""
        self.files = {
            str(name): Listed(int(one["bytes"]), str(one["sha256"]), str(one["blake3"]))
            for name, one in about["files"].items()
        }
        self._container = container

    def copy(self, name: str, target: IO[bytes]) -> None:
        """Write a file to `target`.

        Raises:
            InvalidInputError: It is not the file that the manifest names.
        """
        wanted = self.files[name]
        sha256, digest, count = hashlib.sha256(), blake3(), 0
        with guarded(self._container.name, name), self._container.open(name) as source:
            while piece := source.read(_PIECE):
                count += len(piece)
                if count > wanted.bytes:
                    break
                sha256.update(piece)
                digest.update(piece)
                target.write(piece)
        found = Listed(count, sha256.hexdigest(), digest.hexdigest())
        if found != wanted:
            raise InvalidInputError(
                f"{name} is not the file that {self._container.name} was packed with",
                hint="fetch the package again; it was changed or damaged",
            )

    def read(self, name: str) -> bytes:
        """Return a small file whole.

        Raises:
            TooLargeError: It is none.
            InvalidInputError: As `copy`.
        """
        if self.files[name].bytes > MOST_SMALL:
            raise TooLargeError(
                f"{name} in {self._container.name} is over {MOST_SMALL >> 20} MB",
                hint="no card of a model is so large; pack it again",
            )
        out = io.BytesIO()
        self.copy(name, out)
        return out.getvalue()


def write_package(
    out: IO[bytes], files: Mapping[str, bytes | Path], about: Mapping[str, Any]
) -> dict[str, Listed]:
    """Write a package and return what its manifest says of the files.

    Args:
        out: Where to.
        files: Content by name.
        about: What the manifest says besides.
    """
    hashes = {name: _hashes(files[name]) for name in sorted(files)}
    sums = "".join(f"{one.sha256}  {name}\n" for name, one in hashes.items()).encode()
    hashes[SUMS] = _hashes(sums)
    listed = {
        name: {"bytes": one.bytes, "sha256": one.sha256, "blake3": one.blake3}
        for name, one in sorted(hashes.items())
    }
    manifest = {"kind": KIND, "version": VERSION, **about, "files": listed}
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    whole: dict[str, bytes | Path] = {**files, SUMS: sums, MANIFEST: text.encode()}
    with ZipSink(out) as sink:
        for name in sorted(whole):
            content = whole[name]
            if isinstance(content, Path):
                sink.place(name, content)
            else:
                sink.add(name, io.BytesIO(content), len(content))
    return hashes


@contextmanager
def opened_package(file: Path | IO[bytes], name: str = "") -> Iterator[Package]:
    """Give a package that is whole by its list of files.

    Raises:
        InvalidInputError: It is no ZIP, not safe, or no package; a file is missing or too many.
        TooLargeError: It is over the limits.
    """
    container = ZipContainer(file, name, limits=LIMITS)
    try:
        yield _looked_at(container)
    finally:
        container.close()


def _looked_at(container: ZipContainer) -> Package:
    names = set(container.names())
    if MANIFEST not in names:
        raise InvalidInputError(
            f"{container.name} is no package of a model: it has no {MANIFEST}",
            hint="make one: sightline package MODEL OUT.zip",
        )
    about = read_json(container, MANIFEST)
    try:
        if about["kind"] != KIND or about["version"] != VERSION:
            raise InvalidInputError(
                f"{container.name} is a {about['kind']} of version {about['version']}",
                hint=f"a {KIND} of version {VERSION} is read here",
            )
        found = Package(container, dict(about))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(
            f"the manifest of {container.name} is damaged: {error}", hint="fetch the package again"
        ) from error
    odd = names ^ {*found.files, MANIFEST}
    if odd:
        raise InvalidInputError(
            f"{container.name} and its manifest differ: {sorted(odd)[0]}",
            hint="fetch the package again; it was changed or damaged",
        )
    return found


def unpack_into(package: Package, out: Path) -> list[str]:
    """Write all files into a folder that appears whole; return their names.

    Raises:
        ConflictError: There is something already.
        InvalidInputError: A file is not the one that the manifest names; nothing is left.
        StorageError: The disk refuses.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConflictError(f"{out} is there already", hint="name a folder that is new or empty")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        temp = Path(tempfile.mkdtemp(prefix=f".{out.name[:40]}.", dir=out.parent))
    except OSError as error:
        raise _refused(error) from error
    try:
        for name in package.files:
            target = temp.joinpath(*name.split("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                package.copy(name, file)
        manifest = json.dumps(package.about, indent=2, ensure_ascii=False) + "\n"
        (temp / MANIFEST).write_text(manifest, "utf-8")
        temp.chmod(0o755)
        if out.is_dir():
            out.rmdir()
        temp.rename(out)
        fsync_dir(out.parent)
    except OSError as error:
        raise _refused(error) from error
    finally:
        shutil.rmtree(temp, ignore_errors=True)
    return sorted({*package.files, MANIFEST})


def _refused(error: OSError) -> StorageError:
    return StorageError(
        f"the package cannot be unpacked: {error.strerror}", hint="free some space, or go elsewhere"
    )


def _hashes(content: bytes | Path) -> Listed:
    if isinstance(content, bytes):
        return Listed(
            len(content), hashlib.sha256(content).hexdigest(), blake3(content).hexdigest()
        )
    with content.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    digest = blake3(max_threads=1).update_mmap(content).hexdigest()
    return Listed(content.stat().st_size, sha256, digest)
