"""Trainings."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from sightline.app.training import spec_check
from sightline.app.training.start_weights import is_path
from sightline.core.errors import InvalidInputError
from sightline.server.deps import Bench, ProjectName, Ref, Roots
from sightline.server.paths import confine
from sightline.server.router import Router
from sightline.server.schemas.common import MAX_ID
from sightline.server.schemas.jobs import Job
from sightline.server.schemas.learning import (
    Curves,
    NewRun,
    PredictAll,
    PredictedBy,
    QuickOffer,
    QuickTrain,
    Run,
    RunDetail,
    Started,
)
from sightline.server.schemas.load import LoadSample
from sightline.server.schemas.training import SpecCheck, SpecChecked
from sightline.train.spec_track import track_path

router = Router(prefix="/api", tags=["training"])


@router.get("/train/schema")
def train_schema(bench: Bench) -> dict[str, Any]:
    """Return the JSON Schema of a training spec."""
    return bench.training.schema()


@router.get("/projects/{name}/runs", response_model=list[Run])
def list_runs(name: ProjectName, bench: Bench) -> object:
    """List the trainings of a project, newest first."""
    return bench.training.all(bench.projects.get(name))


@router.get("/projects/{name}/spec")
def suggest_spec(
    name: ProjectName,
    bench: Bench,
    network: Annotated[str | None, Query(max_length=200, description="the network to suit")] = None,
) -> dict[str, Any]:
    """Return the spec that fits the project's data; what a form starts from."""
    return bench.training.suggest(bench.projects.get(name), network)


@router.post("/projects/{name}/spec/check", response_model=SpecChecked)
def check_spec(name: ProjectName, body: SpecCheck, bench: Bench, roots: Roots) -> object:
    """Return the whole spec that a start would take, or what to mend, key by key."""
    return spec_check.check(
        bench.training,
        bench.projects.get(name),
        body.spec if body.text is None else body.text,
        kind=body.format,
        mode=body.mode,
        parent=body.parent,
        allowed=lambda spec: confine_weights(spec, roots),
    )


@router.post("/projects/{name}/runs", status_code=202, response_model=Started)
def start_run(name: ProjectName, body: NewRun, bench: Bench, roots: Roots) -> object:
    """Start a training from new weights, go on with one, or fine-tune from one."""
    confine_weights(body.spec, roots)
    project = bench.projects.get(name)
    return bench.training.start(
        project,
        body.spec,
        mode=body.mode,
        parent=body.parent,
        predict_all=body.predict_all,
    )


@router.get("/projects/{name}/quick-train", response_model=QuickOffer)
def quick_offer(name: ProjectName, bench: Bench) -> object:
    """Say what quick training offers: networks, what suits them, and what they cost."""
    return bench.quick.offer(bench.projects.get(name))


@router.post("/projects/{name}/quick-train", status_code=202, response_model=Started)
def quick_train(name: ProjectName, body: QuickTrain, bench: Bench) -> object:
    """Train on the labels as they are; at the end the model predicts every image."""
    return bench.quick.start(bench.projects.get(name), **body.model_dump())


@router.get("/projects/{name}/predictions", response_model=list[PredictedBy])
def list_predictions(name: ProjectName, bench: Bench) -> object:
    """List the models that have been asked about the images; `against` may name them."""
    return bench.predictions.all(bench.projects.get(name))


@router.post("/projects/{name}/predictions", status_code=202, response_model=Job)
def predict_all(name: ProjectName, body: PredictAll, bench: Bench) -> object:
    """Ask a model that was trained here about the images that it has not seen."""
    return bench.predictions.start(bench.projects.get(name), body.model)


@router.get("/runs/{run_id}", response_model=RunDetail)
def get_run(run_id: Ref, bench: Bench) -> object:
    """Return a training with what it was asked to do."""
    return bench.training.get(run_id)


@router.get("/runs/{run_id}/curves", response_model=Curves)
def run_curves(
    run_id: Ref, bench: Bench, after: Annotated[int, Query(ge=0, le=MAX_ID)] = 0
) -> object:
    """Return what a training has measured after a step."""
    return bench.training.curves(run_id, after=after)


@router.get("/runs/{run_id}/load", response_model=list[LoadSample])
def run_load(run_id: Ref, bench: Bench) -> object:
    """Return how busy the machine was while a run trained, oldest first."""
    return bench.training.load(run_id)


@router.get("/runs/{run_id}/report")
def run_report(run_id: Ref, bench: Bench) -> dict[str, Any]:
    """Return the report of a training that has ended."""
    return bench.training.report(run_id)


@router.post("/runs/{run_id}/stop", response_model=Run)
def stop_run(run_id: Ref, bench: Bench) -> object:
    """Stop a training at its next step; `resume` goes on there."""
    return bench.training.stop(run_id)


def confine_weights(spec: dict[str, Any], roots: Roots) -> None:
    """Refuse weights and trackers outside of the allowed folders; names and servers pass."""
    track = spec.get("track")
    place = track_path(str(track.get("mlflow", ""))) if isinstance(track, dict) else ""
    if place:
        confine(place, roots)
    model = spec.get("model")
    weights = model.get("weights") if isinstance(model, dict) else None
    if not isinstance(weights, str):
        return
    if len(weights) > 4_096 or "\0" in weights:  # noqa: PLR2004 - no system has longer paths
        raise InvalidInputError("model.weights is no path", hint="name a model or a file")
    if is_path(weights):
        confine(weights, roots)
