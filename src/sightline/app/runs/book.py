"""What is known of trainings: their rows, folders, curves and reports."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from sightline.app.runs.rows import lifted, shown, standing
from sightline.core.errors import ConflictError, NotFoundError, UnknownJobError
from sightline.core.files import read_json
from sightline.jobs.line import waiting

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from sightline.app.projects import Projects
    from sightline.jobs.runner import JobRunner
    from sightline.store.projects import Project
    from sightline.store.runs import Run
    from sightline.store.store import Store

FINAL: Final = {"done", "failed", "cancelled", "interrupted"}


class RunBook:
    """The runs of a workspace, to be read."""

    def __init__(self, store: Store, jobs: JobRunner, projects: Projects) -> None:
        self._store = store
        self._jobs = jobs
        self._projects = projects

    def all(
        self, project: Project | None = None, *, states: Collection[str] | None = None
    ) -> list[dict[str, Any]]:
        """Return runs, newest first; `states`: only those in one of them."""
        rows = self._store.runs.list(None if project is None else project.id, states=states)
        return [self.row(row) for row in rows]

    def row(self, run: Run) -> dict[str, Any]:
        """Return a run as lists show it, with what its folder and its job say."""
        found: dict[str, Any] = {"place": None, "session": run.mode}
        if run.state not in FINAL and run.job_id is not None:
            with suppress(UnknownJobError):
                found |= self._going(run, run.job_id)
        return shown(run) | standing(run, self.run_dir(run)) | found

    def _going(self, run: Run, job_id: str) -> dict[str, Any]:
        """Return the place in the queue and the mode of what goes on: a run may be taken up."""
        order = [*waiting(self._jobs, job_id)] if run.state == "queued" else []
        job = self._jobs.table.get(job_id)
        again = job.attempt > 1 or job.arguments.get("resumed") is True
        return {
            "place": order.index(job_id) + 1 if job_id in order else None,
            "session": "resume" if again else run.mode,
        }

    def get(self, run_id: str) -> dict[str, Any]:
        """Return one run with its spec.

        Raises:
            UnknownRunError: There is none.
        """
        run = self._store.runs.get(run_id)
        return self.row(run) | lifted(run.spec) | {"error": run.error}

    def result(self, run_id: str) -> dict[str, Any]:
        """Return what a finished training came to.

        Raises:
            ConflictError: It has not finished.
        """
        run = self._store.runs.get(run_id)
        if run.state != "done":
            fault = (run.error or {}).get("message", f"it is {run.state}")
            raise ConflictError(f"the training has no result: {fault}", hint="train again")
        metrics = run.metrics or {}
        return {
            "run": run.id,
            "model": run.model_id,
            "epochs": run.epoch,
            "metrics": metrics,
            "seconds": metrics.get("seconds", 0.0),
        }

    def report(self, run_id: str) -> dict[str, Any]:
        """Return the report of a finished run.

        Raises:
            NotFoundError: There is none yet.
        """
        path = self.folder(run_id) / "report.json"
        if not path.exists():
            raise NotFoundError("this run has no report", hint="a report is made when it ends")
        found: dict[str, Any] = read_json(path)
        return found

    def curves(self, run_id: str, *, after: int = 0) -> dict[str, Any]:
        """Return the points of a run's curves with a step above `after`, and its epochs."""
        from sightline.train.board import read_curves

        found = read_curves(self.folder(run_id), after)
        return dict(found)

    def load(self, run_id: str) -> list[dict[str, Any]]:
        """Return how busy the machine was while a run trained, oldest first, 300 times at most."""
        from sightline.train.load import read_load

        return read_load(self.folder(run_id))

    def folder(self, run_id: str) -> Path:
        """Return the folder of a run by its id.

        Raises:
            UnknownRunError: There is none.
        """
        return self.run_dir(self._store.runs.get(run_id))

    def run_dir(self, run: Run) -> Path:
        """Return the folder of a run."""
        folder = self._projects.folder(self._store.projects.by_id(run.project_id))
        return folder / "runs" / run.id
