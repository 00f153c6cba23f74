"""Data sets of objects: boxes, polygons, masks and keypoints out of a project, and into it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query, Request, Response
from starlette.concurrency import run_in_threadpool

from sightline.app.datasets.object_exports import wished
from sightline.app.datasets.object_imports import wanted_of
from sightline.core.errors import InvalidInputError
from sightline.formats.objects.table import FORMATS
from sightline.server.deps import Bench, ProjectName, Roots
from sightline.server.forms import FILES_BODY, is_multipart, read_json
from sightline.server.router import Router
from sightline.server.routes.datasets import keep_upload, path_of
from sightline.server.schemas.datasets import ImportMode
from sightline.server.schemas.jobs import Job
from sightline.server.schemas.object_files import (
    NewObjectExport,
    NewObjectImport,
    ObjectFormatInfo,
    ObjectImportReport,
)

router = Router(prefix="/api", tags=["data sets"])
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/NewObjectImport"}},
            "multipart/form-data": FILES_BODY,
        },
    }
}


@router.get("/object-formats", response_model=list[ObjectFormatInfo])
def object_formats() -> object:
    """List the formats of objects."""
    return [
        {
            "name": one.name,
            "title": one.title,
            "holds": list(one.holds),
            "single": one.single,
            "scores": one.scores,
            "attributes": one.attributes,
            "reads": one.reads,
            "writes": one.writes,
        }
        for one in FORMATS.values()
    ]


@router.post(
    "/projects/{name}/object-imports",
    status_code=202,
    response_model=Job | ObjectImportReport,
    openapi_extra=_BODY,
    responses={
        200: {"model": ObjectImportReport, "description": "a dry run: what would be changed"},
        202: {"model": Job, "description": "the job that does it"},
    },
)
async def import_objects(
    *,
    name: ProjectName,
    request: Request,
    response: Response,
    bench: Bench,
    roots: Roots,
    format: Annotated[str, Query(description="of an upload", max_length=20)] = "auto",  # noqa: A002
    mode: Annotated[ImportMode, Query(description="of an upload")] = "merge",
    dry_run: Annotated[bool, Query(description="of an upload")] = True,
    add_images: Annotated[bool, Query(description="of an upload")] = False,
    rename: Annotated[
        Sequence[str], Query(description="of an upload: OLD=NEW", max_length=10_000)
    ] = (),
) -> object:
    """Take in objects, or say what they would change (`dry_run`).

    The source is a path that the server can see, or one uploaded file. An upload is looked at
    unless it says `dry_run=false`; its report's `source` stands for it in a second request.
    """
    project = await run_in_threadpool(bench.projects.get, name)
    if is_multipart(request):
        asked: dict[str, Any] = {"format": format, "mode": mode, "dry_run": dry_run}
        asked |= {"add_images": add_images, "mapping": dict(map(_pair, rename))}
        body = NewObjectImport.model_validate(asked | {"source": await keep_upload(request, bench)})
    else:
        body = await read_json(request, NewObjectImport)
    path = await run_in_threadpool(path_of, body.source, bench, roots)
    wanted = wanted_of({**body.model_dump(), "form": body.format})
    response.status_code = 200 if body.dry_run else 202
    if not body.dry_run:
        return await run_in_threadpool(bench.object_imports.start, project, path, wanted)
    report = await run_in_threadpool(bench.object_imports.read, project, path, wanted)
    return report | {"source": body.source}


@router.post("/projects/{name}/object-exports", status_code=202, response_model=Job)
def export_objects(name: ProjectName, body: NewObjectExport, bench: Bench) -> object:
    """Write a data set of objects as one ZIP, which its result names (`file`)."""
    wish = wished(
        body.format,
        body.images,
        splits=body.splits,
        reviews=body.reviews,
        classes=body.classes,
        every=body.every,
    )
    return bench.object_exports.start(bench.projects.get(name), wish)


def _pair(text: str) -> tuple[str, str]:
    old, sign, new = text.partition("=")
    if not sign or not old.strip():
        raise InvalidInputError(f"{text[:80]!r} renames nothing", hint="write OLD=NEW, or OLD=")
    return old.strip(), new.strip()
