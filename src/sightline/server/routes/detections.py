"""Predicted objects judged by the drawn ones."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response
from starlette.concurrency import run_in_threadpool

from sightline.app import Workbench
from sightline.app.datasets.uploads import PREFIX
from sightline.app.detection.gather import Judging
from sightline.app.detection.sources import SUGGESTIONS
from sightline.core.errors import InvalidInputError
from sightline.server.deps import Bench, ProjectName, Ref, Roots
from sightline.server.forms import FILES_BODY, is_multipart, read_json, uploaded
from sightline.server.paths import confine
from sightline.server.router import Router
from sightline.server.schemas.detections import (
    DetectionErrors,
    DetectionEvaluationShort,
    DetectionReport,
    NewDetectionEvaluation,
)
from sightline.server.schemas.jobs import Job

router = Router(prefix="/api/projects/{name}", tags=["objects"])
Error = Annotated[
    str, Query(max_length=100, description="kind[:id of the true class[:id of the predicted one]]")
]
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/NewDetectionEvaluation"}},
            "multipart/form-data": FILES_BODY,
        },
    }
}


@router.get("/evaluations", response_model=list[DetectionEvaluationShort])
def list_evaluations(name: ProjectName, bench: Bench) -> object:
    """List the evaluations of predicted objects, newest first."""
    return bench.detections.list(bench.projects.get(name))


@router.post("/evaluations", status_code=202, response_model=Job, openapi_extra=BODY)
async def evaluate_predictions(
    name: ProjectName, request: Request, bench: Bench, roots: Roots
) -> object:
    """Judge predicted objects by the drawn ones, as a job; its result names the evaluation.

    The predictions are suggestions, a path that the server can see, or one uploaded file, which is
    judged with the defaults.
    """
    project = await run_in_threadpool(bench.projects.get, name)
    if is_multipart(request):
        body = NewDetectionEvaluation(predictions=await _kept(request, bench))
    else:
        body = await read_json(request, NewDetectionEvaluation)
    source = body.predictions
    if source.startswith(PREFIX):
        source = str(await run_in_threadpool(bench.uploads.path, source))
    elif not source.startswith(SUGGESTIONS):
        source = str(await run_in_threadpool(confine, source, roots))
    values = body.model_dump(exclude={"predictions"})
    if body.ids:
        values["ids"] = str(await run_in_threadpool(confine, body.ids, roots))
    return await run_in_threadpool(bench.detections.start, project, source, Judging.of(values))


@router.get("/evaluations/{key}", response_model=DetectionReport)
def get_evaluation(name: ProjectName, key: Ref, bench: Bench) -> object:
    """Return an evaluation of predicted objects; `newest` names the newest."""
    return bench.detections.get(bench.projects.get(name), _key(key))


@router.get("/evaluations/{key}/errors", response_model=DetectionErrors)
def evaluation_errors(
    *,
    name: ProjectName,
    key: Ref,
    bench: Bench,
    error: Error = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    start: Annotated[int, Query(ge=0, le=100_000_000)] = 0,
) -> object:
    """Return what is wrong, the surest first, each with the boxes of both sides."""
    project = bench.projects.get(name)
    return bench.detections.errors(project, _key(key), error, limit=limit, start=start)


@router.delete("/evaluations/{key}", status_code=204, response_class=Response)
def delete_evaluation(name: ProjectName, key: Ref, bench: Bench) -> Response:
    """Forget an evaluation."""
    bench.detections.delete(bench.projects.get(name), key)
    return Response(status_code=204)


def _key(key: str) -> str:
    return "" if key == "newest" else key


async def _kept(request: Request, bench: Workbench) -> str:
    async with uploaded(request) as files:
        if len(files) > 1:
            raise InvalidInputError("predictions are one file", hint="pack several into a ZIP")
        name, file = files[0]
        return await run_in_threadpool(bench.uploads.keep, name, file.file)
