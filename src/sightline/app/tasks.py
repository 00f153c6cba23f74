"""The kinds of long work, and what each does with the workbench that its worker opened."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.assist.batch import Wish
from sightline.app.datasets.exports import asked
from sightline.app.datasets.object_exports import wished
from sightline.app.detection.gather import Judging
from sightline.app.explaining.explaining import Asked
from sightline.app.forms.wish import FormWish
from sightline.formats.objects.table import FORMATS
from sightline.jobs.kinds import JobKind

if TYPE_CHECKING:
    from sightline.app.explaining.runs import What
    from sightline.app.workbench import Workbench
    from sightline.jobs.context import JobContext

TRAIN_ENV: Final = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "8000000000",
    "MALLOC_TOP_PAD_": "268435456",
    "OMP_WAIT_POLICY": "PASSIVE",
}
"""glibc then keeps the tensors' memory instead of faulting it in anew at every step, and threads
that wait for each other sleep instead of spinning: beside other programs that is worth 8x."""

KINDS: Final = (
    JobKind(
        name="ingest",
        factory="sightline.app.tasks:ingest",
        title="Add pictures",
        resumable=True,
        lane="io",
    ),
    JobKind(
        name="embed",
        factory="sightline.app.tasks:embed",
        title="Embed pictures",
        resumable=True,
    ),
    JobKind(
        name="pull",
        factory="sightline.app.tasks:pull",
        title="Pull a model",
        resumable=True,
        lane="io",
    ),
    JobKind(
        name="push",
        factory="sightline.app.tasks:push",
        title="Push a model",
        resumable=True,
        lane="io",
    ),
    JobKind(
        name="verify-models",
        factory="sightline.app.tasks:verify_models",
        title="Check models",
        lane="io",
    ),
    JobKind(
        name="map",
        factory="sightline.app.tasks:map_",
        title="Make a map",
        resumable=True,
        env={"OMP_WAIT_POLICY": "PASSIVE"},
    ),
    JobKind(
        name="analyse",
        factory="sightline.app.tasks:analyse",
        title="Analyse the data",
        resumable=True,
    ),
    JobKind(
        name="compare",
        factory="sightline.app.tasks:compare",
        title="Compare pictures",
    ),
    JobKind(
        name="train",
        factory="sightline.app.tasks:train",
        title="Train a network",
        resumable=True,
        env=TRAIN_ENV,
    ),
    JobKind(
        name="lr-range",
        factory="sightline.app.tasks:lr_range",
        title="Find a learning rate",
        env=TRAIN_ENV,
    ),
    JobKind(
        name="sweep",
        factory="sightline.app.tasks:sweep",
        title="Search settings",
        resumable=True,
        env=TRAIN_ENV,
    ),
    JobKind(
        name="predict",
        factory="sightline.app.tasks:predict_all",
        title="Predict all pictures",
        resumable=True,
        env=TRAIN_ENV,
    ),
    JobKind(
        name="explain",
        factory="sightline.app.tasks:explain",
        title="Explain a run",
        resumable=True,
        env=TRAIN_ENV,
    ),
    JobKind(
        name="export",
        factory="sightline.app.tasks:export",
        title="Export a model",
        env=TRAIN_ENV,
    ),
    JobKind(
        name="suggest",
        factory="sightline.app.tasks:suggest",
        title="Suggest objects",
        resumable=True,
        env={"OMP_WAIT_POLICY": "PASSIVE"},
    ),
    JobKind(
        name="detect",
        factory="sightline.app.learned_tasks:detect",
        title="Find by text",
        resumable=True,
        env={"OMP_WAIT_POLICY": "PASSIVE"},
    ),
    JobKind(
        name="train-head",
        factory="sightline.app.learned_tasks:train_head",
        title="Train a head",
        resumable=True,
        env=TRAIN_ENV,
    ),
    JobKind(
        name="benchmark-heads",
        factory="sightline.app.learned_tasks:benchmark_heads",
        title="Compare heads",
        resumable=True,
        env=TRAIN_ENV,
    ),
    JobKind(
        name="build",
        factory="sightline.app.tasks:build",
        title="Build pictures",
        resumable=True,
        lane="io",
    ),
    JobKind(
        name="tweak",
        factory="sightline.app.tasks:tweak",
        title="Tweak objects",
        resumable=True,
    ),
    JobKind(
        name="auto-class",
        factory="sightline.app.learned_tasks:auto_class",
        title="Check classes",
        resumable=True,
    ),
    JobKind(
        name="segment",
        factory="sightline.app.learned_tasks:segment",
        title="Boxes to polygons",
        resumable=True,
    ),
    JobKind(
        name="evaluate-objects",
        factory="sightline.app.tasks:evaluate_objects",
        title="Evaluate predicted objects",
    ),
    JobKind(
        name="evaluate-model",
        factory="sightline.app.forms.tasks:evaluate_model",
        title="Judge a model",
        env={"OMP_WAIT_POLICY": "PASSIVE"},
    ),
    JobKind(
        name="bench-model",
        factory="sightline.app.forms.tasks:bench_model",
        title="Measure a model",
        env={"OMP_WAIT_POLICY": "PASSIVE"},
    ),
    JobKind(
        name="annotate-clip",
        factory="sightline.app.streams.tasks:annotate_clip",
        title="Draw into a clip",
    ),
    JobKind(
        name="export-labels",
        factory="sightline.app.tasks:export_labels",
        title="Export labels",
        lane="io",
    ),
    JobKind(
        name="import-labels",
        factory="sightline.app.tasks:import_labels",
        title="Import labels",
        lane="io",
    ),
)


def ingest(bench: Workbench, job: JobContext, **options: Any) -> dict[str, Any]:
    """Register pictures; what is registered already is passed over, so it resumes."""
    project = options.pop("project")
    source = Path(options.pop("source"))
    return bench.pictures.ingest(project, source, progress=job, **options)


def embed(bench: Workbench, job: JobContext, *, project: str, engine: str) -> dict[str, Any]:
    """Embed the images that have no embedding yet."""
    found = bench.projects.get(project)
    result = bench.encoders.embed(found, engine or None, here=True, progress=job)
    bench.heads.refit(found)
    return result


def analyse(
    bench: Workbench, job: JobContext, *, project: str, refresh: bool, near: bool
) -> dict[str, Any]:
    """Look at the pictures of a project; what was looked at stays, so it resumes."""
    found, again = bench.projects.get(project), refresh and not job.resumed
    return bench.analysis.make(found, refresh=again, near=near, here=True, progress=job)


def compare(
    bench: Workbench,
    job: JobContext,
    *,
    project: str,
    method: str | None = None,
    at_least: float | None = None,
) -> dict[str, Any]:
    """Work out how odd each image is, or which are nearly the same."""
    found = bench.projects.get(project)
    if method is not None:
        odd = bench.neighbours.oddness(found, method, progress=job)
        return {"images": int(np.count_nonzero(np.isfinite(odd)))}
    alike = bench.neighbours.alike(found, at_least, progress=job)
    return {"pairs": len(alike.left)}


def pull(bench: Workbench, job: JobContext, *, name: str) -> dict[str, Any]:
    """Fetch a published model; what has come is not fetched again, so it resumes."""
    return bench.pulling.pull(name, progress=job)


def push(
    bench: Workbench, job: JobContext, *, model: str, repo: str, private: bool
) -> dict[str, Any]:
    """Push a model to a hub; what has arrived is not sent again, so it resumes."""
    return bench.pushing.push(model, repo, private=private, progress=job)


def verify_models(bench: Workbench, job: JobContext, *, model: str) -> dict[str, Any]:
    """Compare models' files with the hashes on their cards; an empty `model`: all."""
    return bench.model_shelf.verify(model, progress=job)


def map_(
    bench: Workbench,
    job: JobContext,
    *,
    project: str,
    method: str,
    mode: str,
    options: dict[str, Any],
) -> dict[str, Any]:
    """Lay a project's images out on a plane; finished stages are kept until it is done."""
    found, scratch = bench.projects.get(project), job.folder / "map"
    result = bench.maps.make(
        found, method, mode=mode, options=options, progress=job, scratch=scratch
    )
    shutil.rmtree(scratch, ignore_errors=True)
    return result


def train(
    bench: Workbench, job: JobContext, *, run: str, predict_all: bool = False, resumed: bool = False
) -> dict[str, Any]:
    """Train a run from its last checkpoint, or its beginning; then ask it about every image."""
    del resumed  # said for whoever looks at the job; the run's folder knows where to go on
    result = bench.training.perform(run, job)
    if not predict_all:
        return result
    project = bench.projects.get(bench.training.get(run)["project"])
    asked = bench.predictions.perform(project, result["model"], progress=job)
    return result | {"predicted": asked["predicted"]}


def lr_range(
    bench: Workbench,
    job: JobContext,
    *,
    project: str,
    spec: dict[str, Any],
    **options: Any,
) -> dict[str, Any]:
    """Raise the learning rate step by step; nothing is kept but the answer."""
    return bench.lr_range.perform(bench.projects.get(project), spec, progress=job, **options)


def sweep(bench: Workbench, job: JobContext, *, project: str, sweep: str) -> dict[str, Any]:
    """Do the trainings of a search that it still lacks."""
    return bench.sweeps.perform(bench.projects.get(project), sweep, job)


def predict_all(bench: Workbench, job: JobContext, *, project: str, model: str) -> dict[str, Any]:
    """Ask a model about the images that it has not seen, so that it resumes."""
    return bench.predictions.perform(bench.projects.get(project), model, progress=job)


def explain(
    bench: Workbench, job: JobContext, *, run: str, what: What, method: str, layer: str
) -> dict[str, Any]:
    """Explain a run's mistakes or its classes; what is made already is passed over."""
    asked = Asked(method=method, layer=layer)
    return bench.explained_runs.perform(run, what, asked, progress=job)


def export(bench: Workbench, job: JobContext, *, model: str, **wish: Any) -> dict[str, Any]:
    """Make a form of a model; what it loses too much by is refused."""
    return bench.forms.export(model, FormWish.of(wish), progress=job)


def suggest(
    bench: Workbench, job: JobContext, *, project: str, engine: str, **options: Any
) -> dict[str, Any]:
    """Ask a detector about pictures; those it was asked about are passed over, so it resumes."""
    found = bench.projects.get(project)
    return bench.suggesting.suggest(found, engine, progress=job, **options)


def build(
    bench: Workbench, job: JobContext, *, project: str, name: str, spec: dict[str, Any]
) -> dict[str, Any]:
    """Make the pictures of a build; finished ones are not made again, so it resumes."""
    return bench.builds.perform(bench.projects.get(project), name, spec, progress=job)


def tweak(
    bench: Workbench, job: JobContext, *, project: str, image_ids: list[int], **wish: Any
) -> dict[str, Any]:
    """Make the objects of a class tight; what is worked out stays, so it resumes."""
    found, scratch = bench.projects.get(project), job.folder / "tweak.jsonl"
    asked = Wish(image_ids=tuple(image_ids), **wish)
    return bench.tweaking.perform(found, asked, scratch=scratch, progress=job)


def evaluate_objects(
    bench: Workbench, job: JobContext, *, project: str, predictions: str, **options: Any
) -> dict[str, Any]:
    """Judge predicted objects by the drawn ones."""
    found = bench.projects.get(project)
    report = bench.detections.make(found, predictions, Judging.of(options), progress=job)
    short = ("id", "predictions", "images", "map", "map50", "f1")
    return {key: report[key] for key in short}


def export_labels(
    bench: Workbench, job: JobContext, *, project: str, form: str, **options: Any
) -> dict[str, Any]:
    """Write a data set into the project's exports."""
    if form in FORMATS:
        drawn = wished(form, **options)
        return bench.object_exports.perform(bench.projects.get(project), drawn, progress=job)
    wish = asked(form, options["images"], options["splits"], options["statuses"])
    return bench.exports.perform(bench.projects.get(project), wish, progress=job)


def import_labels(
    bench: Workbench, job: JobContext, *, project: str, source: str, **options: Any
) -> dict[str, Any]:
    """Take in the labels of a data set."""
    return bench.import_labels(project, source, progress=job, **options)
