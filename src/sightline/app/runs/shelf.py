"""Trainings that have ended: notes and stars, the trash and the way back from it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from sightline.app.runs.book import FINAL
from sightline.core.errors import ConflictError, UnknownProjectError

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app.training.training import Training
    from sightline.store.runs import Run
    from sightline.store.store import Store


class RunShelf:
    """What a person keeps of trainings, and what goes."""

    def __init__(self, store: Store, training: Training) -> None:
        self._store = store
        self._training = training

    def note(
        self, run_id: str, *, notes: str | None = None, starred: bool | None = None
    ) -> dict[str, Any]:
        """Write notes or a star on a run; what is None stays.

        Raises:
            UnknownRunError: There is none.
        """
        self._store.runs.get(run_id)
        given = {"notes": notes, "starred": starred}
        values = {key: one for key, one in given.items() if one is not None}
        return self._training.row(self._store.runs.change(run_id, **values))

    def delete(self, run_id: str) -> dict[str, Any]:
        """Move a run to the trash, with its folder; its model stays.

        Raises:
            UnknownRunError: There is none.
            ConflictError: It is going on.
        """
        run = self._store.runs.get(run_id)
        if run.state not in FINAL:
            raise ConflictError("the run is going on", hint="stop it first")
        folder, target = self._training.run_dir(run), self._trashed(run_id)
        if folder.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(target, ignore_errors=True)
            shutil.move(folder, target)
        self._store.runs.to_trash(run_id)
        return {"id": run_id, "trashed": str(target)}

    def trash(self) -> list[dict[str, Any]]:
        """Return the runs in the trash, newest first."""
        return [
            self._training.row(run) | {"trashed_at": run.trashed_at}
            for run in self._store.runs.list(trashed=True)
        ]

    def restore(self, run_id: str) -> dict[str, Any]:
        """Bring a run back from the trash, with its folder.

        Raises:
            UnknownRunError: There is none in the trash.
            ConflictError: Its project is in the trash too.
        """
        run = self._store.runs.from_trash(run_id)
        target = self._trashed(run_id)
        try:
            folder = self._folder(run)
            if target.exists():
                folder.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(target, folder)
        except (OSError, ConflictError):
            self._store.runs.to_trash(run_id)
            raise
        return self._training.row(run)

    def empty(self) -> dict[str, Any]:
        """Erase every run in the trash for good. Models stay."""
        gone = self._store.runs.list(trashed=True)
        for run in gone:
            shutil.rmtree(self._trashed(run.id), ignore_errors=True)
            self._store.runs.forget(run.id)
        for stray in (self._store.workspace / "trash").glob("run-*"):
            shutil.rmtree(stray, ignore_errors=True)
        return {"erased": len(gone)}

    def _folder(self, run: Run) -> Path:
        project = self._store.projects.by_id(run.project_id)
        if project.trashed_from is not None:
            raise ConflictError(
                f"its project {project.trashed_from} is in the trash", hint="restore that first"
            )
        try:
            return self._training.run_dir(run)
        except UnknownProjectError as error:
            raise ConflictError(f"its project is gone: {error}", hint=error.hint) from error

    def _trashed(self, run_id: str) -> Path:
        return self._store.workspace / "trash" / f"run-{run_id}"
