"""Edits of pictures, and builds."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response

from sightline.server.deps import Bench, Drawing, ImageId, ProjectName, Ref
from sightline.server.pictures import PICTURE, answer, headers_of, is_known
from sightline.server.router import Router
from sightline.server.schemas.edits import (
    BuildDeleted,
    BuildInfo,
    BulkEdit,
    ImageEdit,
    Names,
    NewBuild,
    NewEdit,
    NewNames,
)
from sightline.server.schemas.jobs import Job
from sightline.server.schemas.labels import Outcome

router = Router(prefix="/api", tags=["builds"])
Size = Annotated[int, Query(ge=1, le=2_048, description="pixels of the long side")]
Version = Annotated[str, Query(max_length=100, description="kept for ever when it is given")]


@router.get("/images/{image_id}/edit", response_model=ImageEdit)
def get_edit(image_id: ImageId, bench: Bench) -> object:
    """Return what builds do to a picture."""
    return bench.edits.get(image_id)


@router.put("/images/{image_id}/edit", response_model=ImageEdit)
def put_edit(image_id: ImageId, body: NewEdit, bench: Bench) -> object:
    """Set what builds do to a picture; the file stays as it is. Undo takes it back."""
    return bench.edits.put(image_id, body.given(), version=body.version)


@router.delete("/images/{image_id}/edit", response_model=ImageEdit)
def reset_edit(image_id: ImageId, bench: Bench) -> object:
    """Let builds take a picture as it is."""
    return bench.edits.put(image_id, {})


@router.get("/edited/{image_id}", response_class=Response, responses=PICTURE)
async def edited_picture(
    *,
    request: Request,
    image_id: ImageId,
    bench: Bench,
    drawing: Drawing,
    px: Size = 256,
    v: Version = "",
) -> Response:
    """Return a picture as builds see it, at most `px` pixels long."""
    etag = await drawing.run(lambda: bench.edits.picture_etag(image_id, px))
    if is_known(request, etag):
        return Response(status_code=304, headers=headers_of(etag, forever=bool(v)))
    made = await drawing.run(lambda: bench.edits.picture(image_id, px))
    return answer(request, made.data, made.media_type, made.etag, forever=bool(v))


@router.post("/projects/{name}/edits", response_model=Outcome)
def edit_many(name: ProjectName, body: BulkEdit, bench: Bench) -> object:
    """Edit a whole view, or many images, as one step that undo takes back."""
    return bench.edits.change(bench.projects.get(name), **body.wish())


@router.post("/projects/{name}/names", response_model=Names)
def rename(name: ProjectName, body: NewNames, bench: Bench) -> object:
    """Name many images by a pattern, in builds and exports; one step that undo takes back.

    A dry run lists the names, and those that would be there twice, which are refused.
    """
    return bench.edits.rename(bench.projects.get(name), **body.model_dump())


@router.post("/projects/{name}/builds", status_code=202, response_model=Job)
def start_build(name: ProjectName, body: NewBuild, bench: Bench) -> object:
    """Make the labelled pictures, edited, at one size, with a manifest."""
    return bench.builds.start(bench.projects.get(name), **body.model_dump())


@router.get("/projects/{name}/builds", response_model=list[BuildInfo])
def list_builds(name: ProjectName, bench: Bench) -> object:
    """List the builds, those in the making first, then the newest."""
    return bench.builds.all(bench.projects.get(name))


@router.delete("/projects/{name}/builds/{ref}", response_model=BuildDeleted)
def delete_build(name: ProjectName, ref: Ref, bench: Bench) -> object:
    """Move a build to the trash."""
    return bench.builds.delete(bench.projects.get(name), ref)
