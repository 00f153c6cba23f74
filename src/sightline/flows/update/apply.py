"""Carry out an update: everything is fetched and checked first, then replaced, and can be undone.

Below the program's folder lies `.sightline-update/`: `staging` (what was fetched, by hash),
`backup` (what was replaced), `undo.json` (what the last update did, and how far it is) and
`installed.json` (the release that is here). A process that is killed between two files leaves
`undo.json` saying so, and the next call puts everything back.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import ConflictError, InvalidInputError, NotFoundError, StorageError
from sightline.core.files import fsync_dir, read_json, write_atomic, write_json
from sightline.flows.update.manifest import STORE, File, Manifest, hash_of, read_manifest
from sightline.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sightline.core.progress import Progress
    from sightline.flows.update.plan import Plan

    Get = Callable[[File, Path], object]

SPARE_BYTES: Final = 64 << 20


def apply(
    root: Path, manifest: Manifest, plan: Plan, *, get: Get, progress: Progress
) -> dict[str, Any]:
    """Make the program's folder what the plan says.

    Args:
        root: The program's folder.
        manifest: The release that the plan leads to.
        plan: Of `make_plan`.
        get: Fetches a file of the release to a path; what it brings is checked here.
        progress: Is told bytes; may stop the work until the first file is replaced.

    Returns:
        The plan as JSON, with `backup`: where the former files are.

    Raises:
        InvalidInputError: A file is not the one that the manifest names, or this Python is too old.
        StorageError: The disk is full or refuses; nothing is changed then.
        ConflictError: Another update is under way, or a folder is in the way.
        CancelledError: Somebody asked to stop.
    """
    _check_python(manifest.python)
    _check_places(root, plan)
    with _alone(root):
        recover(root)
        _check_space(root, plan)
        staged = _stage(root, plan, get, progress)
        _back_up(root, manifest, plan)
        try:
            for file in plan.fetch:
                _put(staged[file.path], root / file.path, executable=file.executable)
            for path in plan.remove:
                (root / path).unlink(missing_ok=True)
            _note(root, state="done")
            write_atomic(root / STORE / "installed.json", manifest.to_bytes())
        except BaseException:
            _restore(root)
            raise
        shutil.rmtree(root / STORE / "staging", ignore_errors=True)
    return plan.to_dict() | {"backup": str(root / STORE / "backup")}


def rollback(root: Path) -> dict[str, Any]:
    """Put back what the last update replaced; files changed since are kept beside as NAME.kept.

    Raises:
        NotFoundError: There is nothing to undo.
        ConflictError: An update is under way.
    """
    with _alone(root):
        if not _undo(root).is_file():
            raise NotFoundError("there is no update to undo", hint="only the last one can be")
        note = read_json(_undo(root))
        kept = _keep_changes(root, note)
        _restore(root)
    return {"from": note["to"], "to": note["from"], "kept": kept}


def recover(root: Path) -> bool:
    """Put back what an update that was killed had replaced; say whether there was one."""
    if not unfinished(root):
        return False
    _restore(root)
    return True


def unfinished(root: Path) -> bool:
    """Say whether an update was killed while it replaced files."""
    path = _undo(root)
    return path.is_file() and read_json(path).get("state") != "done"


def installed(root: Path) -> Manifest | None:
    """Return the release that an update left here; None: none is known.

    Raises:
        InvalidInputError: The note was damaged.
    """
    path = root / STORE / "installed.json"
    return read_manifest(path.read_bytes()) if path.is_file() else None


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    (root / STORE).mkdir(exist_ok=True)
    lock = FileLock(root / STORE / "lock")
    if not lock.try_acquire():
        raise ConflictError("another update is under way", hint="wait for it")
    try:
        yield
    finally:
        lock.release()


def _check_python(least: str) -> None:
    wanted = tuple(int(part) for part in least.split(".") if part.isdigit())
    if wanted and sys.version_info[: len(wanted)] < wanted:
        raise InvalidInputError(
            f"the release needs Python {least}, this is {sys.version.split()[0]}",
            hint="install a newer Python, then start again",
        )


def _check_places(root: Path, plan: Plan) -> None:
    """Refuse a path that leads out of the folder through a link, or onto a folder."""
    home = root.resolve()
    for path in [*(file.path for file in plan.fetch), *plan.remove]:
        target = root / path
        if not target.parent.resolve().is_relative_to(home) or target.is_symlink():
            raise ConflictError(f"{path} goes through a link", hint="nothing was changed; mend it")
        above = next((one for one in target.parents if one.is_file()), None)
        if target.is_dir() or above is not None:
            raise ConflictError(
                f"{above or target} is in the way of {path}", hint="move it away, then try again"
            )


def _check_space(root: Path, plan: Plan) -> None:
    old = sum((root / path).stat().st_size for path in _touched(plan) if (root / path).is_file())
    needed = sum(file.bytes for file in plan.fetch) + old + SPARE_BYTES
    free = shutil.disk_usage(root).free
    if needed > free:
        raise StorageError(
            f"{needed:,} bytes are needed, {free:,} are free", hint="free some space, try again"
        )


def _stage(root: Path, plan: Plan, get: Get, progress: Progress) -> dict[str, Path]:
    """Fetch what is missing and check all of it; what was fetched before is not fetched again."""
    folder = root / STORE / "staging"
    folder.mkdir(exist_ok=True)
    staged, done, total = {}, 0, sum(file.bytes for file in plan.fetch)
    for file in plan.fetch:
        progress.check()
        target = folder / file.sha256
        if not (target.is_file() and hash_of(target) == file.sha256):
            get(file, target)
        if target.stat().st_size != file.bytes or hash_of(target) != file.sha256:
            target.unlink()
            raise InvalidInputError(
                f"{file.path} is not the file that the release names: its hash differs",
                hint="nothing was changed; try again, and tell the publisher if it stays so",
            )
        staged[file.path] = target
        done += file.bytes
        progress.advance(done, total, file.path)
    return staged


def _back_up(root: Path, manifest: Manifest, plan: Plan) -> None:
    """Copy all that will be replaced, then note what an undo has to do."""
    folder = root / STORE / "backup"
    shutil.rmtree(folder, ignore_errors=True)
    had = [path for path in _touched(plan) if (root / path).is_file()]
    for path in had:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / path, folder / path)
        _flush(folder / path)
    note = root / STORE / "installed.json"
    if note.is_file():
        shutil.copy2(note, root / STORE / "installed.before.json")
    else:
        (root / STORE / "installed.before.json").unlink(missing_ok=True)
    write_json(
        _undo(root),
        {
            "state": "replacing",
            "from": plan.here,
            "to": manifest.version,
            "had": had,
            "added": [file.path for file in plan.add],
            "hashes": {file.path: file.sha256 for file in plan.fetch},
        },
    )


def _put(source: Path, target: Path, *, executable: bool) -> None:
    """Give a checked file its place, wholly or not at all; the staged copy stays."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name[:60]}.update")
    try:
        shutil.copyfile(source, part)
        part.chmod(0o755 if executable else 0o644)
        _flush(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    fsync_dir(target.parent)


def _restore(root: Path) -> None:
    note = read_json(_undo(root))
    for path in note["had"]:
        backup = root / STORE / "backup" / path
        executable = bool(backup.stat().st_mode & 0o100)
        _put(backup, root / path, executable=executable)
    for path in note["added"]:
        (root / path).unlink(missing_ok=True)
    before = root / STORE / "installed.before.json"
    if before.is_file():
        before.replace(root / STORE / "installed.json")
    else:
        (root / STORE / "installed.json").unlink(missing_ok=True)
    _undo(root).unlink()


def _keep_changes(root: Path, note: dict[str, Any]) -> list[str]:
    kept = []
    for path, digest in note["hashes"].items():
        target = root / path
        if target.is_file() and hash_of(target) != digest:
            shutil.copy2(target, target.with_name(f"{target.name}.kept"))
            kept.append(f"{path}.kept")
    return kept


def _touched(plan: Plan) -> list[str]:
    return [*(file.path for file in plan.change), *plan.remove]


def _note(root: Path, *, state: str) -> None:
    write_json(_undo(root), read_json(_undo(root)) | {"state": state})


def _undo(root: Path) -> Path:
    return root / STORE / "undo.json"


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
