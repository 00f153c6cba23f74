"""Data sets: labels out of a project, and into it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from sightline.app import Workbench
from sightline.app.datasets.exports import asked
from sightline.app.datasets.object_imports import wanted_of
from sightline.app.datasets.uploads import PREFIX
from sightline.core.errors import InvalidInputError
from sightline.server.deps import Bench, ProjectName, Roots
from sightline.server.forms import FILES_BODY, is_multipart, read_json, uploaded
from sightline.server.paths import confine
from sightline.server.router import Router
from sightline.server.schemas.common import Split, Status
from sightline.server.schemas.datasets import (
    ExportFile,
    ExportFormat,
    Images,
    ImportFormat,
    ImportMode,
    ImportReport,
    NewExport,
    NewImport,
)
from sightline.server.schemas.jobs import Job
from sightline.server.schemas.object_files import ObjectImportReport
from sightline.store.projects import Project

router = Router(prefix="/api/projects/{name}", tags=["data sets"])
DOWNLOAD: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "the file",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/export", response_class=FileResponse, responses=DOWNLOAD)
def export(
    *,
    name: ProjectName,
    bench: Bench,
    format: ExportFormat = "zip",  # noqa: A002  the name in the address
    images: Images | None = None,
    split: Annotated[Sequence[Split], Query()] = (),
    status: Annotated[Sequence[Status], Query()] = (),
) -> FileResponse:
    """Download the labels as they are now. With many pictures, a job (POST) is better."""
    project = bench.projects.get(name)
    wish = asked(format, images, split, status)
    folder = tempfile.TemporaryDirectory(prefix="export-", dir=bench.workspace / "cache")
    try:
        target = Path(folder.name, bench.exports.file_name(project, wish))
        bench.exports.pack(project, target, wish)
    except BaseException:
        folder.cleanup()
        raise
    return _download(target, BackgroundTask(folder.cleanup))


@router.post("/export", status_code=202, response_model=Job)
def start_export(name: ProjectName, body: NewExport, bench: Bench) -> object:
    """Write a data set as one file, which its result names (`file`)."""
    wish = asked(body.format, body.images, body.splits, body.statuses)
    return bench.exports.start(bench.projects.get(name), wish)


@router.get("/exports", response_model=list[ExportFile])
def list_exports(name: ProjectName, bench: Bench) -> object:
    """List the finished exports, newest first; each format keeps its newest."""
    return bench.exports.files(bench.projects.get(name))


@router.get("/exports/{file}", response_class=FileResponse, responses=DOWNLOAD)
def download_export(name: ProjectName, file: str, bench: Bench) -> FileResponse:
    """Download a finished export."""
    return _download(bench.exports.file(bench.projects.get(name), file), None)


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/NewImport"}},
            "multipart/form-data": FILES_BODY,
        },
    }
}


@router.post(
    "/import",
    status_code=202,
    response_model=Job | ImportReport | ObjectImportReport,
    openapi_extra=_BODY,
    responses={
        200: {
            "model": ImportReport | ObjectImportReport,
            "description": "a dry run: what would be changed",
        },
        202: {"model": Job, "description": "the job that does it"},
    },
)
async def import_labels(
    *,
    name: ProjectName,
    request: Request,
    response: Response,
    bench: Bench,
    roots: Roots,
    format: Annotated[ImportFormat, Query(description="of an upload")] = "auto",  # noqa: A002
    mode: Annotated[ImportMode, Query(description="of an upload")] = "merge",
    dry_run: Annotated[bool, Query(description="of an upload")] = True,
    add_images: Annotated[bool, Query(description="of an upload")] = False,
) -> object:
    """Take in labels, or say what they would change (`dry_run`).

    The source is a path that the server can see, or one uploaded file. An upload is looked at
    unless it says `dry_run=false`; its report's `source` stands for it in a second request.
    """
    project = await run_in_threadpool(bench.projects.get, name)
    if is_multipart(request):
        source = await keep_upload(request, bench)
        body = NewImport(
            source=source, format=format, mode=mode, dry_run=dry_run, add_images=add_images
        )
    else:
        body = await read_json(request, NewImport)
    path = await run_in_threadpool(path_of, body.source, bench, roots)
    response.status_code = 200 if body.dry_run else 202
    return await run_in_threadpool(_take_in, bench, project, path, body)


def path_of(source: str, bench: Workbench, roots: tuple[Path, ...]) -> Path:
    """Return where a source lies: an upload, or a path that the server may read.

    Raises:
        NotFoundError: The upload is gone.
        ForbiddenError: The path lies elsewhere.
    """
    return bench.uploads.path(source) if source.startswith(PREFIX) else confine(source, roots)


def _take_in(bench: Workbench, project: Project, path: Path, body: NewImport) -> object:
    options: dict[str, Any] = {
        "form": body.format,
        "mode": body.mode,
        "add_images": body.add_images,
    }
    if bench.object_imports.takes(path, body.format):
        wanted = wanted_of(options | {"dry_run": body.dry_run, "mapping": body.mapping})
        if not body.dry_run:
            return bench.object_imports.start(project, path, wanted)
        return bench.object_imports.read(project, path, wanted) | {"source": body.source}
    if body.dry_run:
        report = bench.imports.read(project, path, dry_run=True, **options)
        return report | {"source": body.source}
    return bench.imports.start(project, path, **options)


async def keep_upload(request: Request, bench: Workbench) -> str:
    """Keep the one file of a form and return what stands for it."""
    async with uploaded(request) as files:
        if len(files) > 1:
            raise InvalidInputError(
                "an import takes one file", hint="pack several into a ZIP, or name their folder"
            )
        name, file = files[0]
        return await run_in_threadpool(bench.uploads.keep, name, file.file)


def _download(path: Path, after: BackgroundTask | None) -> FileResponse:
    return FileResponse(
        path,
        media_type="application/octet-stream",
        filename=path.name,
        background=after,
        headers={"cache-control": "private, no-store"},
    )
