"""The files that a training leaves in its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app.training.training import Training

MOST: Final = 500


def files(training: Training, run_id: str) -> list[dict[str, Any]]:
    """Return {"name", "bytes"} of each file in a run's folder, by name, with forward slashes.

    Raises:
        UnknownRunError: There is no such run.
    """
    folder = training.folder(run_id)
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [
        {"name": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size}
        for path in found[:MOST]
        if not path.name.startswith(".")
    ]


def file(training: Training, run_id: str, name: str) -> Path:
    """Return where one of those files lies.

    Raises:
        UnknownRunError: There is no such run.
        NotFoundError: It has no such file.
    """
    if name not in {one["name"] for one in files(training, run_id)}:
        raise NotFoundError(f"the run has no file {name!r}", hint="see the list of its files")
    return training.folder(run_id) / name
