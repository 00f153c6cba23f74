"""Forms that are written outside the workspace: whole, or not at all."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sightline.core.errors import ConflictError
from sightline.core.files import fsync_dir, write_atomic, write_json
from sightline.store.models import CARD_FILE, storing

if TYPE_CHECKING:
    from sightline.app.forms.made import Made


def check_free(target: Path, *, file: bool) -> None:
    """Refuse a place that a form cannot have.

    Args:
        target: Where it goes; a file, or a folder that holds a form already, is replaced.
        file: It is a single file.

    Raises:
        ConflictError: A folder is where the file goes, or other files are where the folder goes.
    """
    if file and target.is_dir():
        raise ConflictError(f"{target} is a folder", hint="name a file, as NAME.onnx")
    if file or not target.exists() or (target / CARD_FILE).is_file():
        return
    if not target.is_dir() or any(target.iterdir()):
        raise ConflictError(
            f"{target} is there already and is no model", hint="name a folder that is new or empty"
        )


def write_outside(made: Made, target: Path) -> Path:
    """Write a form to a .onnx file, or to a folder that is a model, and return it.

    Raises:
        ConflictError: The place is taken.
        StorageError: The disk refuses; what was there is as it was.
    """
    single = made.card.format == "onnx"
    check_free(target, file=single)
    with storing():
        target.parent.mkdir(parents=True, exist_ok=True)
        if single:
            write_atomic(target, made.file.read_bytes())
            return target
        temp = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", dir=target.parent))
        try:
            _fill(made, temp / "new")
            _put(temp / "new", target, temp / "old")
        finally:
            shutil.rmtree(temp, ignore_errors=True)
    return target


def _fill(made: Made, folder: Path) -> None:
    folder.mkdir()
    for one in made.files:
        write_atomic(folder / one.name, one.read_bytes())
    digests = {one["name"]: one["blake3"] for one in made.report["files"]}
    card = replace(
        made.card,
        id=f"{made.card.origin}-{made.card.format}"[:80],
        blake3=digests[made.file.name],
        files={name: digest for name, digest in digests.items() if name != made.file.name},
        report=made.report,
    )
    write_json(folder / CARD_FILE, card.to_dict())


def _put(folder: Path, target: Path, aside: Path) -> None:
    """Let a folder take the place of another, which comes back if that fails."""
    if target.exists():
        target.rename(aside)
    try:
        folder.rename(target)
    except BaseException:
        if aside.exists():
            aside.rename(target)
        raise
    fsync_dir(target.parent)
