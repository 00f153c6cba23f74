"""Trainings: planned here, done by a job, kept as runs whose best weights become a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from sightline.app.runs.book import FINAL, RunBook
from sightline.app.runs.rows import Watcher, answers_of, like
from sightline.app.runs.rows import run_id as new_id
from sightline.app.training.data import asked_task, data, sizes
from sightline.core.errors import (
    CancelledError,
    ConflictError,
    InvalidInputError,
    SightlineError,
    UnknownRunError,
)
from sightline.core.tone import tone_text
from sightline.train.control import set_off

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sightline.app.projects import Projects
    from sightline.core.progress import Progress
    from sightline.core.samples import SampleSet
    from sightline.jobs.runner import JobRunner
    from sightline.store.jobs import Job
    from sightline.store.model_plan import CardFields
    from sightline.store.projects import Project
    from sightline.store.runs import Run
    from sightline.store.store import Store
    from sightline.train.cache import PixelCache
    from sightline.train.run import TrainResult
    from sightline.train.spec import TrainSpec

Shape: TypeAlias = "Callable[[Project, SampleSet, TrainSpec], SampleSet]"
"""Gives the labelled images of a project the splits and files that a spec asks for."""
MODES: Final[dict[str, Literal["new", "finetune"]]] = {"new": "new", "finetune": "finetune"}


class Training(RunBook):
    """The runs of a workspace: planned, done, ended."""

    def __init__(self, store: Store, jobs: JobRunner, person: str, projects: Projects) -> None:
        super().__init__(store, jobs, projects)
        self._person = person
        self.shape: Shape | None = None
        """Set by whoever knows folds and builds."""
        self.pixel_cache: PixelCache | None = None

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a training spec; `resumable` names what a resume may change."""
        from sightline.train.spec import RESUMABLE, TrainSpec

        return TrainSpec.model_json_schema() | {"resumable": list(RESUMABLE)}

    def networks(self, text: str = "") -> list[dict[str, Any]]:
        """Return the networks that can be trained; see `app.networks`."""
        from sightline.app.training.networks import networks

        return networks(self._store.models, text)

    def read_spec(self, file: Path | None, overrides: Sequence[str]) -> dict[str, Any]:
        """Return what a file and `a.b=c` overrides say, as nested values.

        Raises:
            InvalidInputError: A key is unknown or a value wrong; the message names it.
        """
        from sightline.train.spec_io import apply_overrides, read_values

        values = read_values(file) if file is not None else {}
        return apply_overrides(values, overrides)

    def data(self, project: Project, spec: dict[str, Any]) -> SampleSet:
        """Return the labelled images that a spec learns from.

        Raises:
            InvalidInputError: There are none, or they are labelled for another task.
        """
        return data(self._store, project, self._projects.task(project), spec)

    def suggest(self, project: Project, network: str | None = None) -> dict[str, Any]:
        """Return the spec that fits a project's data, and a network where one is named."""
        return self._complete(project, {"model": {"name": network}} if network else {})

    def planned(
        self, project: Project, spec: dict[str, Any], *, mode: str = "new", parent: str | None
    ) -> dict[str, Any]:
        """Return the whole spec that `start` would take.

        Raises:
            InvalidInputError: The spec or the data cannot be trained; the message says why.
            UnknownRunError: There is no run to resume or to start from.
            ConflictError: The run to start from has not finished.
        """
        if mode == "new":
            return self._complete(project, spec)
        run = self._find(project, parent, finished=mode == "finetune")
        if mode == "resume":
            return self._complete(project, spec, base=run.spec)
        return self._complete(project, like(run, spec))

    def found(self, project: Project, ref: str | None) -> Run:
        """Return the run that would be resumed.

        Raises:
            UnknownRunError: There is none.
        """
        return self._find(project, ref)

    def start(
        self,
        project: Project,
        spec: dict[str, Any],
        *,
        mode: str = "new",
        parent: str | None = None,
        predict_all: bool = False,
    ) -> dict[str, Any]:
        """Plan a run and hand it to a job; `resume` goes on with the run itself.

        `predict_all`: the job then asks the model about every image of the project.

        Raises:
            InvalidInputError: The spec or the data cannot be trained; the message says why.
            UnknownRunError: There is no run to resume or to start from.
            ConflictError: The run is going on.
        """
        if mode == "resume":
            return self._resume(project, spec, parent, predict_all=predict_all)
        if mode not in {"new", "finetune"}:
            raise InvalidInputError(f"no mode {mode!r}", hint="new, resume or finetune")
        source = self._find(project, parent, finished=True) if mode == "finetune" else None
        full = self._complete(project, spec if source is None else like(source, spec))
        run = self._store.runs.create(
            project,
            new_id(),
            mode=mode,
            parent=None if source is None else source.id,
            network=full["model"]["name"],
            spec=full,
            epochs=full["epochs"],
        )
        return self._hand_over(project, run, predict_all=predict_all)

    def perform(self, run_id: str, progress: Progress) -> dict[str, Any]:
        """Do a run from its last checkpoint, or its beginning, to its end. Called by its job.

        Raises:
            SightlineError: It cannot be done; the run then says why.
        """
        run = self._store.runs.get(run_id)
        if run.state == "done":
            return self.result(run_id)
        project = self._store.projects.by_id(run.project_id)
        set_off(self.run_dir(run))
        self._store.runs.change(run_id, state="running", error=None)
        try:
            result = self._train(project, run, progress)
        except CancelledError:
            self._store.runs.change(run_id, state="cancelled")
            raise
        except SightlineError as error:
            fault = {"code": error.code, "message": str(error), "hint": error.hint}
            self._store.runs.change(run_id, state="failed", error=fault)
            raise
        except BaseException as error:
            fault = {"code": "internal", "message": str(error), "hint": "see the job's log"}
            self._store.runs.change(run_id, state="failed", error=fault)
            raise
        return self._finish(project, run, result)

    def note_end(self, job: Job) -> None:
        """Write down the end of a run whose worker could not: killed, or never started."""
        run_id = job.arguments.get("run")
        if job.kind != "train" or not isinstance(run_id, str):
            return
        try:
            run = self._store.runs.get(run_id)
        except UnknownRunError:
            return
        if run.state not in FINAL and run.job_id in {None, job.id}:
            self._store.runs.change(run_id, state=job.state, error=job.error)

    def stop(self, run_id: str) -> dict[str, Any]:
        """Stop a run at its next step; `resume` goes on there."""
        run = self._store.runs.get(run_id)
        if run.state in FINAL or run.job_id is None:
            raise ConflictError(f"the run is {run.state}", hint="there is nothing to stop")
        self._jobs.cancel(run.job_id)
        return self.row(self._store.runs.get(run_id))

    def _train(self, project: Project, run: Run, progress: Progress) -> TrainResult:
        from sightline.train import manifest
        from sightline.train.checkpoint import best_path, last_path
        from sightline.train.migrate import saved_spec
        from sightline.train.run import train

        parent = None if run.parent is None else self.run_dir(self._store.runs.get(run.parent))
        folder = self.run_dir(run)
        begun = last_path(folder).exists()
        if not begun:  # it died before it could be resumed: it makes the same weights again
            best_path(folder).unlink(missing_ok=True)
        spec = saved_spec(run.spec)
        return train(
            spec,
            manifest.load(folder) if begun else self.samples(project, spec),
            folder,
            mode="resume" if begun else MODES[run.mode],
            parent=None if begun else parent,
            progress=Watcher(progress, self._store, run.id),
            run_id=run.id,
            cache=self.pixel_cache,
        )

    def samples(self, project: Project, spec: TrainSpec) -> SampleSet:
        """Return what a training of this spec learns from, its folds and groups applied."""
        found = self.data(project, {"task": spec.task})
        return found if self.shape is None else self.shape(project, found, spec)

    def _finish(self, project: Project, run: Run, result: TrainResult) -> dict[str, Any]:
        from sightline.train import manifest
        from sightline.train.track import attach_card

        metrics = {**result.metrics, "seconds": result.seconds}
        said: CardFields = {
            "name": f"{project.name}-{run.network}",
            "format": "torch",
            "preprocess": result.preprocess,
            "network": run.network,
            "project": project.name,
            "run": run.id,
            "metrics": metrics,
        }
        said.update(answers_of(result, manifest.load(self.run_dir(run)).class_ids))
        card = self._store.models.add(result.weights_path, **said)
        self._store.runs.change(
            run.id, state="done", epoch=result.epochs, metrics=metrics, model_id=card.id
        )
        self._store.tell("model", None, {"id": card.id, "change": "added"})
        attach_card(run.spec, self.run_dir(run), self._store.models.path_of(card).parent)
        return self.result(run.id)

    def _resume(
        self, project: Project, spec: dict[str, Any], parent: str | None, *, predict_all: bool
    ) -> dict[str, Any]:
        run = self._find(project, parent)
        if run.state not in FINAL:
            raise ConflictError(f"run {run.id} is {run.state}", hint="wait for it, or stop it")
        full = self._complete(project, spec, base=run.spec)
        run = self._store.runs.change(
            run.id, spec=full, epochs=full["epochs"], state="queued", finished_at=None
        )
        return self._hand_over(project, run, predict_all=predict_all, resumed=True)

    def _hand_over(
        self, project: Project, run: Run, *, predict_all: bool, resumed: bool = False
    ) -> dict[str, Any]:
        asked = {"run": run.id} | ({"predict_all": True} if predict_all else {})
        asked |= {"resumed": True} if resumed else {}
        job = self._jobs.start("train", asked, project=project.name, actor=self._person)
        self._store.runs.change(run.id, job_id=job.id)
        return {"run": run.id, "job": job.to_dict()}

    def _complete(
        self, project: Project, spec: dict[str, Any], *, base: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return a whole, checked spec: what is asked for over `base`, else over what fits."""
        from sightline.app.training.start_weights import with_weights
        from sightline.train.migrate import saved_spec
        from sightline.train.spec_io import build_spec
        from sightline.train.suggest import plan_spec

        if base is not None:
            full = build_spec(spec, base=saved_spec(base))
        else:
            tone = tone_text(self._projects.tone(project.id))
            wanted = {"tone": tone, **with_weights(spec, self._store.models)}
            wanted.setdefault("task", asked_task(self._projects.task(project), wanted))
            full = plan_spec(wanted, self.data(project, wanted), sizes(self._store, project))
            self.samples(project, full)
        return full.model_dump(mode="json")

    def _find(self, project: Project, ref: str | None, *, finished: bool = False) -> Run:
        """Return a run to go on with; `finished`: to start from its best weights.

        Raises:
            UnknownRunError: There is none.
            ConflictError: It has not finished.
        """
        if ref is not None:
            run = self._store.runs.get(ref)
            if run.project_id != project.id:
                raise UnknownRunError(
                    f"run {ref} is of another project", hint="see `sightline runs list`"
                )
            if finished and run.state != "done":
                raise ConflictError(f"run {ref} is {run.state}", hint="let it finish: resume it")
            return run
        for run in self._store.runs.list(project.id):
            begun = (self.run_dir(run) / "checkpoints").is_dir()
            if run.state == "done" or (begun and not finished):
                return run
        raise UnknownRunError(
            f"{project.name} has no run with a checkpoint", hint="train with --mode new first"
        )
