"""What puts pictures into a project."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from sightline.app import Workbench
from sightline.server.deps import Bench, ProjectName, Roots
from sightline.server.forms import FILES_BODY, uploaded
from sightline.server.paths import confine
from sightline.server.router import Router
from sightline.server.schemas.jobs import Job
from sightline.server.schemas.projects import Ingest, IngestReport, UploadReport
from sightline.store.projects import Project

router = Router(prefix="/api/projects/{name}", tags=["ingest"])


@router.post(
    "/ingest",
    status_code=202,
    response_model=Job | IngestReport,
    responses={
        200: {"model": IngestReport, "description": "a dry run: what would be done"},
        202: {"model": Job, "description": "the job that does it"},
    },
)
def ingest(
    name: ProjectName, body: Ingest, bench: Bench, roots: Roots, response: Response
) -> object:
    """Take in a folder that the server can see, or say what would be taken in (`dry_run`)."""
    bench.projects.get(name)
    source = confine(body.source, roots)
    copy = body.mode == "copy"
    if not body.dry_run:
        return bench.pictures.start_ingest(
            name,
            source,
            labels=body.labels,
            copy=copy,
            extensions=body.extensions,
            pages=body.pages,
        )
    response.status_code = 200
    return bench.pictures.ingest(
        name,
        source,
        labels=body.labels,
        copy=copy,
        extensions=body.extensions,
        pages=body.pages,
        dry_run=True,
    )


@router.post(
    "/upload",
    response_model=UploadReport,
    openapi_extra={"requestBody": {"content": {"multipart/form-data": FILES_BODY}}},
)
async def upload(name: ProjectName, request: Request, bench: Bench) -> object:
    """Take in uploaded pictures; each is copied into the project."""
    project = await run_in_threadpool(bench.projects.get, name)
    async with uploaded(request) as files:
        return await run_in_threadpool(_take_in, bench, project, files)


def _take_in(bench: Workbench, project: Project, files: list[tuple[str, UploadFile]]) -> object:
    """Give each file its name in a folder of its own, and hand them over."""
    with tempfile.TemporaryDirectory(prefix="upload-", dir=bench.workspace / "cache") as temp:
        kept = []
        for number, (name, file) in enumerate(files):
            path = Path(temp, str(number), name)
            path.parent.mkdir()
            with path.open("wb") as out:
                shutil.copyfileobj(file.file, out)
            kept.append((name, path))
        return bench.pictures.upload(project, kept)
