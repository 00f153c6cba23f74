"""The verbs of the command line as functions: `sightline.open(W).ingest(...)` and so on.

Each takes names and paths as a person gives them and returns what `--json` prints.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.app.assist.answers import Pointed, Question
from sightline.app.datasets.exports import asked
from sightline.app.datasets.object_exports import wished
from sightline.app.datasets.object_imports import wanted_of, without_objects
from sightline.app.explaining.explaining import Asked
from sightline.app.forms.wish import FormWish
from sightline.app.runs.compare import compare
from sightline.core.errors import SightlineError
from sightline.core.progress import Silent
from sightline.formats.objects.table import FORMATS
from sightline.jobs.follow import follow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sightline.app.analysis.analysis import Analysis
    from sightline.app.assist.assist import Assist
    from sightline.app.datasets.exports import Exports
    from sightline.app.datasets.imports import Imports
    from sightline.app.datasets.object_exports import ObjectExports
    from sightline.app.datasets.object_imports import ObjectImports
    from sightline.app.detection.evaluation import DetectionEvaluation
    from sightline.app.detection.gather import Judging
    from sightline.app.detection.suggesting import Suggesting
    from sightline.app.embedding.encoders import Encoders
    from sightline.app.embedding.neighbours import Neighbours
    from sightline.app.explaining.explaining import Explaining
    from sightline.app.forms.forms import Forms
    from sightline.app.labels.labelling import Labelling
    from sightline.app.live_head.heads import Heads
    from sightline.app.maps.map import Maps
    from sightline.app.models.models import Models
    from sightline.app.pictures.builds import Builds
    from sightline.app.pictures.pictures import Pictures
    from sightline.app.projects import Projects
    from sightline.app.queues.queues import Queues
    from sightline.app.training.advising import Advising
    from sightline.app.training.augmenting import Augmenting
    from sightline.app.training.presets import Presets
    from sightline.app.training.training import Training
    from sightline.core.geometry.shapes import Bounds
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner


class JobFailedError(SightlineError):
    """A job ended with an error, which this passes on."""

    code = "job_failed"


class Verbs:
    """What the workbench can do, one method for each verb."""

    projects: Projects
    pictures: Pictures
    presets: Presets
    labels: Labelling
    encoders: Encoders
    detections: DetectionEvaluation
    heads: Heads
    queues: Queues
    maps: Maps
    training: Training
    augmenting: Augmenting
    models: Models
    explaining: Explaining
    exports: Exports
    forms: Forms
    imports: Imports
    object_exports: ObjectExports
    object_imports: ObjectImports
    neighbours: Neighbours
    analysis: Analysis
    advising: Advising
    builds: Builds
    assist: Assist
    suggesting: Suggesting
    jobs: JobRunner

    def ingest(
        self, source: Path | str, project: str, *, progress: Progress | None = None, **options: Any
    ) -> dict[str, Any]:
        """Register pictures; see `Pictures.ingest` for the options."""
        return self.pictures.ingest(project, Path(source), progress=progress, **options)

    def set_labels(self, project: str, csv: Path | str) -> dict[str, Any]:
        """Label from a table with the columns path,label."""
        return self.imports.set_table(self.projects.get(project), Path(csv))

    def export_labels(
        self,
        project: str,
        out: Path | str,
        *,
        form: str = "zip",
        images: str | None = None,
        splits: Sequence[str] = (),
        statuses: Sequence[str] = (),
        progress: Progress | None = None,
        **objects: Any,
    ) -> dict[str, Any]:
        """Write the labels for others to use; see `Exports.export`.

        For formats of objects see `ObjectExports.export`; `objects`: reviews, classes, every.
        """
        if form in FORMATS:
            drawn = wished(form, images, splits=splits, **objects)
            found = self.projects.get(project)
            return self.object_exports.export(found, Path(out), drawn, progress=progress)
        wish = asked(form, images, splits, statuses)
        return self.exports.export(self.projects.get(project), Path(out), wish, progress=progress)

    def import_labels(
        self,
        project: str,
        source: Path | str,
        *,
        progress: Progress | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """Take in the labels of a data set; see `Imports.read` for the options.

        A data set of objects takes those of `object_imports.Wanted`.
        """
        found = self.projects.get(project)
        if self.object_imports.takes(Path(source), str(options.get("form", "auto"))):
            wanted = wanted_of(options)
            return self.object_imports.read(found, Path(source), wanted, progress=progress)
        options = without_objects(options)
        return self.imports.read(found, Path(source), progress=progress, **options)

    def train_head(self, project: str, *, progress: Progress | None = None) -> dict[str, Any]:
        """Fit and calibrate the head on the labels so far."""
        return self.heads.train(self.projects.get(project), progress=progress)

    def queue(
        self,
        project: str,
        strategy: str = "auto",
        *,
        limit: int = 20,
        seed: int = 0,
        progress: Progress | None = None,
        **options: Any,
    ) -> list[dict[str, Any]]:
        """Return the images most worth labelling or checking next.

        `options` as a person writes them: band="0.3-0.8", class_="cat", measure="entropy",
        method="lof", against="resnet50", like=["17", "photos/a.jpg"], text="a red car".
        """
        found = self.projects.get(project)
        asked = self.queues.options(found, **options)
        return self.queues.pull(
            found, strategy, limit=limit, seed=seed, options=asked, progress=progress
        )

    def assist_image(
        self,
        project: str,
        image: str | int | Path,
        *,
        box: Bounds | None = None,
        points: Sequence[tuple[float, float, bool]] = (),
        engine: str = "auto",
    ) -> dict[str, Any]:
        """Return {candidates, ms} for a box or points in an image, by id or path."""
        subject = self.assist.subject(self.projects.get(project), str(image))
        pointed = Pointed(box=box, points=tuple(points))
        found = self.assist.ask(subject, engine, Question(prompts=(pointed,), output="all"))
        shown = ("box", "polygon", "rle", "score")
        rows = [{name: one[name] for name in shown} for one in found["candidates"]]
        return {"candidates": rows, "ms": found["ms"]}

    def suggest(
        self, project: str, engine: str, *, progress: Progress | None = None, **options: Any
    ) -> dict[str, Any]:
        """Ask a detector what is in pictures; see `Suggesting.suggest` for the options."""
        return self.suggesting.suggest(
            self.projects.get(project), engine, progress=progress, **options
        )

    def evaluate_objects(
        self,
        project: str,
        predictions: str | Path,
        *,
        wish: Judging | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Judge predicted objects by the drawn ones; see `DetectionEvaluation.make`."""
        found = self.projects.get(project)
        return self.detections.make(found, str(predictions), wish, progress=progress)

    def similar(
        self,
        project: str,
        images: Sequence[str | int | Path],
        *,
        limit: int = 20,
        progress: Progress | None = None,
    ) -> list[dict[str, Any]]:
        """Return the images nearest to one or several pictures, by id or path."""
        found = self.projects.get(project)
        return self.neighbours.similar(found, images, limit=limit, progress=progress)

    def map(
        self,
        project: str,
        method: str = "umap",
        *,
        mode: str = "auto",
        progress: Progress | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """Lay the images out on a plane in a process of its own, wait, and return what was made.

        Raises:
            MissingExtraError: A library is not installed.
            JobFailedError: It failed; message and hint are the job's.
        """
        job = self.maps.start(self.projects.get(project), method, mode=mode, **options)
        return self.wait(job["id"], progress=progress)

    def analyse(
        self,
        project: str,
        *,
        refresh: bool = False,
        near: bool = True,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Analyse the data of a project in a process of its own and return what was found.

        Raises:
            JobFailedError: It failed; message and hint are the job's.
        """
        found = self.projects.get(project)
        self.wait(self.analysis.start(found, refresh=refresh, near=near)["id"], progress=progress)
        return self.analysis.get(found)

    def advice(self, project: str) -> dict[str, Any]:
        """Return the preset that suits a project, with reasons."""
        return self.advising.advice(self.projects.get(project))

    def pictures_of(self, project: str, finding: str, *, limit: int = 20) -> list[dict[str, Any]]:
        """Return the pictures that a finding of the analysis is about, in the order of its queue.

        Raises:
            InvalidInputError: There is no such finding, or it is not about pictures.
        """
        found = self.projects.get(project)
        one = self.analysis.one(found, finding)
        view = self.queues.make_view(found, one["queue"], filters=one["filter"])
        return list(self.queues.window(view["id"], 0, limit)["items"])

    def train(
        self,
        project: str,
        spec: dict[str, Any] | None = None,
        *,
        mode: str = "new",
        parent: str | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Train a network on the labels in a process of its own and wait for it.

        Raises:
            JobFailedError: It failed; message and hint are the job's.
        """
        found = self.projects.get(project)
        made = self.training.start(found, spec or {}, mode=mode, parent=parent)
        self.wait(made["job"]["id"], progress=progress)
        return self.training.result(made["run"])

    def augment(
        self,
        project: str,
        out: Path | str | None = None,
        *,
        spec: dict[str, Any] | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """Show how a training would vary pictures: a contact sheet (PNG) at `out`.

        `options`: those of `app.augmenting.Wish`: image_ids, count, views, epoch, pick.
        """
        return self.augmenting.write(
            self.projects.get(project), None if out is None else Path(out), spec or {}, **options
        )

    def preset(self, name: str, project: str | None = None) -> dict[str, Any]:
        """Return the whole spec of a preset, for a project's data where one is named."""
        found = None if project is None else self.projects.get(project)
        return self.presets.specs(name, found)[0]

    def export(
        self,
        model: str,
        *,
        form: str = "onnx",
        out: Path | str | None = None,
        progress: Progress | None = None,
        **wish: Any,
    ) -> dict[str, Any]:
        """Make a form of a model that answers as it does; `wish`: see `app.forms.wish.FormWish`."""
        target = "" if out is None else str(out)
        return self.forms.export(model, FormWish(form=form, out=target, **wish), progress=progress)

    def predict(
        self, model: str, paths: Iterable[Path | str], *, top: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield what a model says of each picture."""
        return self.models.predict(model, paths, top=top)

    def explain(
        self,
        model: str,
        image: str | int | Path,
        *,
        asked: Asked | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """Say where a model's answer about a picture comes from; torch is loaded here.

        Args:
            model: Id or name of a model that was trained here.
            image: A file, or the id of an image of a project.
            asked: How; else `options` as in method="hirescam", layer="layer3", class_name="cat".
            options: See `Asked`.
        """
        wish, named = asked or Asked(**options), str(image)
        if named.isdecimal() and not Path(named).exists():
            return self.explaining.image(model, int(named), wish, here=True)
        return self.explaining.file(model, Path(named), wish)

    def build(
        self, project: str, *, progress: Progress | None = None, **spec: Any
    ) -> dict[str, Any]:
        """Make the labelled pictures, edited, at one size, in a process of its own; see `Builds`.

        Raises:
            JobFailedError: It failed; message and hint are the job's.
        """
        job = self.builds.start(self.projects.get(project), **spec)
        return self.wait(job["id"], progress=progress)

    def report(self, run: str) -> dict[str, Any]:
        """Return how good a trained network is."""
        return self.training.report(run)

    def runs(self, project: str | None = None) -> Sequence[dict[str, Any]]:
        """Return trainings, newest first."""
        return self.training.all(None if project is None else self.projects.get(project))

    def compare_runs(self, runs: Sequence[str]) -> dict[str, Any]:
        """Return two or more trainings side by side; see `runs_compare.compare`."""
        return compare(self.training, runs)

    def wait(self, job_id: str, *, progress: Progress | None = None) -> dict[str, Any]:
        """Wait for a job, passing its progress on, and return its result.

        A progress that raises leaves the job running.

        Raises:
            JobFailedError: It failed, or was stopped.
        """
        told = progress or Silent()
        for event in follow(self.jobs, job_id):
            kind = event.pop("kind", "")
            event.pop("t", None)
            if kind == "progress":
                told.advance(event["done"], event["total"], event.get("note", ""))
            else:
                told.tell(kind, **event)
            told.check()
        job = self.jobs.get(job_id)
        if job.state != "done":
            fault = job.error or {"message": f"the job was {job.state}", "hint": "see its log"}
            raise JobFailedError(fault["message"], hint=fault.get("hint", ""))
        return job.result or {}
