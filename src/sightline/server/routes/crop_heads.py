"""Heads for boxes and whole images: listed, used, handed on."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from sightline.app import Workbench
from sightline.core.errors import InvalidInputError
from sightline.formats.names import safe_part
from sightline.server.deps import Bench, ProjectName, Ref, Roots
from sightline.server.forms import is_multipart, read_json
from sightline.server.paths import confine
from sightline.server.router import Router
from sightline.server.routes.datasets import DOWNLOAD
from sightline.server.schemas.crop_heads import (
    ActivateHead,
    HeadsInUse,
    NewHead,
    RemovedHead,
    TrainedHead,
)

router = Router(prefix="/api", tags=["heads"])
FILES: Final = ("files", "meta", "labelmap")
_FILE: Final = {"type": "string", "format": "binary"}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/NewHead"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        **dict.fromkeys(FILES, _FILE),
                        "encoder": {"type": "string"},
                        "name": {"type": "string"},
                    },
                }
            },
        },
    }
}


@router.get("/heads", response_model=list[TrainedHead])
def list_heads(bench: Bench) -> object:
    """List the heads, newest first, with what keeps one from being used."""
    return bench.crop_heads.all()


@router.post("/heads", status_code=201, response_model=TrainedHead, openapi_extra=_BODY)
async def add_head(request: Request, bench: Bench, roots: Roots) -> object:
    """Take in a head: a ZIP or safetensors of ours, or a pickle of another tool, never run.

    An upload holds the head in `files`; of a pickle also `meta` and `labelmap`, if there are any.
    """
    if not is_multipart(request):
        body = await read_json(request, NewHead)
        paths = {"files": body.path, "meta": body.meta, "labelmap": body.labelmap}
        given = {key: confine(path, roots) for key, path in paths.items() if path}
        return await run_in_threadpool(_take, bench, given, body.name, body.encoder)
    async with request.form(max_files=len(FILES), max_fields=10) as form:
        with tempfile.TemporaryDirectory(prefix="head-") as folder:
            given = await run_in_threadpool(_kept, form, Path(folder))
            name, encoder = (str(form.get(key) or "") for key in ("name", "encoder"))
            return await run_in_threadpool(_take, bench, given, name, encoder)


@router.get("/heads/{ref}", response_model=TrainedHead)
def get_head_model(ref: Ref, bench: Bench) -> object:
    """Return one head."""
    card = bench.crop_heads.card(ref)
    return next(one for one in bench.crop_heads.all() if one["id"] == card.id)


@router.get("/heads/{ref}/file", response_class=Response, responses=DOWNLOAD)
def download_head(ref: Ref, bench: Bench) -> Response:
    """Download a head as a ZIP that another workspace takes in."""
    name, data = bench.head_files.pack(ref)
    told = f'attachment; filename="{safe_part(name).encode("ascii", "replace").decode()}"'
    return Response(
        data,
        media_type="application/zip",
        headers={"content-disposition": told, "cache-control": "private, no-store"},
    )


@router.delete("/heads/{ref}", response_model=RemovedHead)
def remove_head(ref: Ref, bench: Bench) -> object:
    """Move a head to the trash; projects that used it use none from then on."""
    return bench.crop_heads.remove(ref)


@router.get("/projects/{name}/heads/active", response_model=HeadsInUse)
def heads_in_use(name: ProjectName, bench: Bench) -> object:
    """Return the heads that a project uses, or what is wrong with them."""
    return bench.crop_heads.status(bench.projects.get(name))


@router.post("/projects/{name}/heads/activate", response_model=HeadsInUse)
def activate_head(name: ProjectName, body: ActivateHead, bench: Bench) -> object:
    """Let a project use a head from now on, for its boxes, its images, or both."""
    project = bench.projects.get(name)
    bench.crop_heads.activate(project, body.head or "", body.use)
    return bench.crop_heads.status(project)


def _kept(form: FormData, folder: Path) -> dict[str, Path]:
    """Write the files of a form into a folder, and return them by their field."""
    found: dict[str, Path] = {}
    for field in FILES:
        file = form.get(field)
        if isinstance(file, UploadFile):
            inside = folder / field
            inside.mkdir()
            found[field] = inside / safe_part(_plain(file.filename))
            with found[field].open("wb") as out:
                while part := file.file.read(1 << 20):
                    out.write(part)
    if "files" not in found:
        raise InvalidInputError(
            "the form holds no head", hint="send the ZIP or the pickle in the field `files`"
        )
    return found


def _plain(given: str | None) -> str:
    return (given or "").replace("\\", "/").rpartition("/")[2] or "head"


def _take(bench: Workbench, given: Mapping[str, Path], name: str, encoder: str) -> dict[str, Any]:
    return bench.head_files.add(
        given["files"],
        meta=given.get("meta"),
        labelmap=given.get("labelmap"),
        encoder=encoder,
        name=name,
    )
