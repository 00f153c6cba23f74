"""Copy pictures into a project: whole or not at all, never over other bytes."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sightline.core.errors import StorageError
from sightline.core.files import fsync_dir
from sightline.ingest.hashing import digest_of

if TYPE_CHECKING:
    from sightline.ingest.plan import Plan, Planned


def target_of(folder: Path, name: str) -> Path:
    """Return where the copy of a picture belongs; `name` is relative to its source, with `/`."""
    return folder.joinpath(*name.split("/"))


def copy_into(folder: Path, plan: Plan) -> tuple[dict[str, str], list[Planned]]:
    """Copy what is new below `folder`; return (path to copy, files that changed meanwhile).

    Raises:
        StorageError: The disk refuses.
    """
    copies: dict[str, str] = {}
    failed: list[Planned] = []
    folders: set[Path] = set()
    for one in plan.files:
        if one.kind not in {"new", "changed", "moved"}:
            continue
        source, target = Path(one.read.file.path), target_of(folder, one.read.file.name)
        try:
            place = _copy(source, target, one.read.digest)
        except OSError as error:
            raise StorageError(
                f"{target} cannot be written: {error.strerror}",
                hint="free some space, or ingest with --reference",
            ) from error
        if place is None:
            failed.append(one)
        else:
            copies[one.read.file.path] = os.fspath(place)
            folders.add(place.parent)
    for one_folder in folders:
        fsync_dir(one_folder)
    return copies, failed


def _copy(source: Path, target: Path, digest: str) -> Path | None:
    """Return where the bytes now lie; None when the source no longer has them."""
    for place in (target, target.with_name(f"{target.stem}-{digest[:8]}{target.suffix}")):
        if place.is_file() and digest_of(place) == digest:
            return place
        if not os.path.lexists(place):
            return place if _write(source, place, digest) else None
    return None


def _write(source: Path, place: Path, digest: str) -> bool:
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=place.parent)
    temp = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            try:
                file = source.open("rb")
            except OSError:
                return False
            with file:
                shutil.copyfileobj(file, out, 1 << 20)
                state = os.fstat(file.fileno())
            out.flush()
            os.fsync(out.fileno())
        if digest_of(temp) != digest:
            return False
        os.utime(temp, ns=(state.st_atime_ns, state.st_mtime_ns))
        temp.chmod(0o644)
        temp.replace(place)
        return True
    finally:
        temp.unlink(missing_ok=True)
