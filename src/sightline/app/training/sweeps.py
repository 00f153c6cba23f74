"""Searches for settings: asked for here, done by a job, kept with their trials."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, Final

from sightline.app.runs.rows import run_id as new_id
from sightline.core.clock import now
from sightline.core.errors import ConflictError, InvalidInputError, NotFoundError
from sightline.core.files import read_json, write_json
from sightline.core.names import check_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sightline.app.projects import Projects
    from sightline.app.training.training import Training
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.store.projects import Project
    from sightline.train.sweep import Search

JOB: Final = "sweep"
MOST_TRIALS: Final = 10_000
ALIVE: Final = ("queued", "running")


class Sweeps:
    """The searches of a workspace's projects."""

    def __init__(
        self, projects: Projects, training: Training, jobs: JobRunner, person: str
    ) -> None:
        self._projects = projects
        self._training = training
        self._jobs = jobs
        self._person = person

    def start(
        self,
        project: Project,
        spec: dict[str, Any],
        *,
        trials: int,
        knobs: Sequence[str] = (),
        prune: bool = True,
    ) -> dict[str, Any]:
        """Plan a search and hand it to a job.

        Args:
            project: Whose labels.
            spec: As of a single training; what is not turned stays so in all trials.
            trials: How many trainings, 1 to 10,000.
            knobs: What is turned, as `train.knobs.parse_knob` reads it; none: the usual ones.
            prune: End trials that fall behind.

        Returns:
            As `get`, with `job`.

        Raises:
            InvalidInputError: The spec, a knob or the number of trials is not valid.
        """
        from sightline.train.knobs import check_knobs, parse_knob, usual_knobs
        from sightline.train.migrate import saved_spec
        from sightline.train.sweep import check_comparable

        if not 1 <= trials <= MOST_TRIALS:
            raise InvalidInputError(f"{trials} trials", hint=f"1 to {MOST_TRIALS:,}")
        full = self._training.planned(project, spec, parent=None)
        base = saved_spec(full)
        turned = tuple(parse_knob(one) for one in knobs) or usual_knobs(base)
        check_knobs(turned, base)
        check_comparable(self._training.samples(project, base))
        ref = new_id()
        folder = self._folder(project) / ref
        folder.mkdir(parents=True)
        self._write(
            folder,
            {
                "id": ref,
                "created_at": now(),
                "trials": trials,
                "prune": prune,
                "monitor": base.early_stopping.monitor,
                "knobs": [one.text() for one in turned],
                "spec": full,
                "job": None,
            },
        )
        return self._hand_over(project, folder)

    def go_on(self, project: Project, ref: str, *, trials: int | None = None) -> dict[str, Any]:
        """Do what a search that was stopped still lacks, or more trials than it was asked for.

        Raises:
            NotFoundError: There is no such search.
            ConflictError: It is going on.
        """
        folder = self._find(project, ref)
        self._refuse_if_alive(folder)
        kept = read_json(folder / "sweep.json")
        if trials is not None:
            self._write(folder, kept | {"trials": trials})
        return self._hand_over(project, folder)

    def perform(self, project: Project, ref: str, progress: Progress) -> dict[str, Any]:
        """Do a search. Called by its job, again after a stop.

        Raises:
            SightlineError: It cannot be done.
        """
        from sightline.train.sweep import sweep

        folder = self._find(project, ref)
        search = _search(read_json(folder / "sweep.json"))
        data = self._training.samples(project, search.base)
        sweep(search, data, folder, progress=progress, cache=self._training.pixel_cache)
        return self.get(project, ref)

    def all(self, project: Project) -> list[dict[str, Any]]:
        """Return the searches, newest first, without their trials."""
        return [
            {key: value for key, value in self._shown(folder).items() if key != "rows"}
            for folder in self._folders(project)
        ]

    def get(self, project: Project, ref: str) -> dict[str, Any]:
        """Return one search with its trials (`rows`) and the best one's whole spec (`best`).

        Raises:
            NotFoundError: There is none; `newest` is one too.
        """
        return self._shown(self._find(project, ref))

    def stop(self, project: Project, ref: str) -> dict[str, Any]:
        """Stop a search at its next step; `go_on` goes on there.

        Raises:
            ConflictError: It is not going on.
        """
        folder = self._find(project, ref)
        job = read_json(folder / "sweep.json")["job"]
        if not self._alive(job):
            raise ConflictError("the search is not going on", hint="there is nothing to stop")
        self._jobs.cancel(job)
        return self.get(project, ref)

    def delete(self, project: Project, ref: str) -> dict[str, Any]:
        """Delete a search and its trials; what was trained from it stays.

        Raises:
            ConflictError: It is going on.
        """
        folder = self._find(project, ref)
        self._refuse_if_alive(folder)
        shutil.rmtree(folder)
        return {"id": folder.name}

    def _hand_over(self, project: Project, folder: Path) -> dict[str, Any]:
        asked = {"project": project.name, "sweep": folder.name}
        job = self._jobs.start(JOB, asked, project=project.name, actor=self._person)
        self._write(folder, read_json(folder / "sweep.json") | {"job": job.id})
        return self.get(project, folder.name)

    def _shown(self, folder: Path) -> dict[str, Any]:
        from sightline.train.knobs import with_values
        from sightline.train.sweep import trials_of

        kept: dict[str, Any] = read_json(folder / "sweep.json")
        rows = trials_of(folder)
        best = next((row for row in rows if row["best"]), None)
        done = sum(row["state"] != "running" for row in rows)
        state, error = self._state(kept["job"], whole=done >= kept["trials"])
        found = None
        if best is not None:
            spec = with_values(_search(kept).base, best["values"]).model_dump(mode="json")
            found = {key: best[key] for key in ("number", "value", "values")} | {"spec": spec}
        return (
            kept
            | {"state": state, "finished": done, "error": error}
            | {
                "best": found,
                "rows": rows,
            }
        )

    def _state(self, ref: str | None, *, whole: bool) -> tuple[str, dict[str, Any] | None]:
        """Return how a search stands, and why it failed where it did."""
        ended = "done" if whole else "stopped"
        if ref is None or whole:
            return ended, None
        try:
            job = self._jobs.get(ref)
        except NotFoundError:
            return ended, None
        if job.state in {*ALIVE, "failed"}:
            return job.state, job.error
        return ended, None

    def _alive(self, job: str | None) -> bool:
        if job is None:
            return False
        try:
            return self._jobs.get(job).state in ALIVE
        except NotFoundError:
            return False

    def _refuse_if_alive(self, folder: Path) -> None:
        if self._alive(read_json(folder / "sweep.json")["job"]):
            raise ConflictError("the search is going on", hint="wait for it, or stop it")

    def _find(self, project: Project, ref: str) -> Path:
        if ref == "newest":
            found = next(self._folders(project), None)
        else:
            path = self._folder(project) / check_name(ref, "search")
            found = path if (path / "sweep.json").is_file() else None
        if found is None:
            raise NotFoundError(
                f"{project.name} has no search {ref!r}",
                hint=f"sightline sweep {project.name} --trials 20",
            )
        return found

    def _folders(self, project: Project) -> Iterator[Path]:
        files = sorted(self._folder(project).glob("*/sweep.json"), reverse=True)
        return (file.parent for file in files)

    def _folder(self, project: Project) -> Path:
        return self._projects.folder(project) / "sweeps"

    def _write(self, folder: Path, values: Mapping[str, Any]) -> None:
        write_json(folder / "sweep.json", dict(values))


def _search(kept: Mapping[str, Any]) -> Search:
    from sightline.train.knobs import parse_knob
    from sightline.train.migrate import saved_spec
    from sightline.train.sweep import Search

    return Search(
        base=saved_spec(kept["spec"]),
        knobs=tuple(parse_knob(one) for one in kept["knobs"]),
        trials=int(kept["trials"]),
        prune=bool(kept["prune"]),
    )
