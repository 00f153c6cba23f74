"""Objects in pictures: drawn, changed, looked through."""

from __future__ import annotations

import asyncio
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response

from sightline.app.objects import answer, changes_from
from sightline.server.deps import Bench, ImageId, ProjectName
from sightline.server.forms import read_json, takes
from sightline.server.schemas.common import MAX_ID
from sightline.server.schemas.objects import (
    Draw,
    Drawn,
    ImageObjects,
    NextOpen,
    ObjectSummary,
)

router = APIRouter(prefix="/api", tags=["objects"])
After = Annotated[int | None, Query(ge=1, le=MAX_ID, description="id of the image to go on from")]
View = Annotated[str, Query(max_length=100, description="id of a view; empty: by arrival")]
Way = Annotated[int, Query(alias="dir", ge=-1, le=1, description="1: onwards, -1: backwards")]


@router.get("/images/{image_id}/objects", response_model=ImageObjects)
def image_objects(image_id: ImageId, bench: Bench) -> Response:
    """Return an image with all that is drawn in it."""
    body = orjson.dumps(bench.objects.form(image_id))
    return Response(body, media_type="application/json")


@router.post("/projects/{name}/objects", response_model=Drawn, openapi_extra=takes(Draw))
async def draw(name: ProjectName, request: Request, bench: Bench) -> Response:
    """Draw, change and delete objects. All of it is on the disk when the answer comes, or nothing.

    A stale `version` is refused with 409; `current` holds what is drawn in those images now.
    """
    body = await read_json(request, Draw)
    changes = changes_from([one.model_dump() for one in body.changes])
    future = bench.objects.submit(name, changes, body.description)
    done = await asyncio.shield(asyncio.wrap_future(future))
    return Response(orjson.dumps(answer(done)), media_type="application/json")


@router.get("/projects/{name}/objects/summary", response_model=ObjectSummary)
def object_summary(name: ProjectName, bench: Bench) -> object:
    """Say how far the drawing is, and how many objects each class has."""
    return bench.objects.summary(bench.projects.get(name))


@router.get("/projects/{name}/annotate/next", response_model=NextOpen)
def next_open(
    name: ProjectName, bench: Bench, after: After = None, view: View = "", step: Way = 1
) -> object:
    """Return the next image whose drawing is not finished, going on at the other end."""
    return bench.objects.next_open(bench.projects.get(name), after, view=view, step=step)
