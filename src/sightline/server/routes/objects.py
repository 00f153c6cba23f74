"""Objects in pictures: drawn, changed, looked through."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final, Literal

import orjson
from fastapi import Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from sightline.app.objects.objects import answer, changes_from
from sightline.core.objects import ObjectChange
from sightline.server.deps import Bench, Drawing, ImageId, Limit, ProjectName
from sightline.server.forms import read_json, takes
from sightline.server.pictures import PICTURE, headers_of, is_known
from sightline.server.pictures import answer as picture
from sightline.server.router import Router
from sightline.server.schemas.common import MAX_CLASS_ID, MAX_ID
from sightline.server.schemas.objects import (
    CheckedPage,
    Checks,
    Draw,
    Drawn,
    GalleryPage,
    ImageObjects,
    NextOpen,
    ObjectSummary,
    Reclass,
    Reclassed,
    WaitingGone,
    WaitingPage,
)

router = Router(prefix="/api", tags=["objects"])
MANY: Final = 100
"""Objects that are read in a thread: everybody else would wait meanwhile."""
After = Annotated[int | None, Query(ge=1, le=MAX_ID, description="id of the image to go on from")]
View = Annotated[str, Query(max_length=100, description="id of a view; empty: by arrival")]
Way = Annotated[int, Query(alias="dir", ge=-1, le=1, description="1: onwards, -1: backwards")]

OfClass = Annotated[int | None, Query(ge=1, le=MAX_CLASS_ID, description="null: of all classes")]
Kind = Annotated[
    Literal["", "box", "obb", "polygon", "mask", "keypoints", "point"],
    Query(description="empty: of any shape"),
]
Order = Annotated[
    Literal["image", "small", "large"],
    Query(description="as the images came, or by area"),
]
Cursor = Annotated[
    str, Query(pattern=r"^[0-9]{0,9}$", description="`next` of the part before, or any place")
]
CheckName = Literal["tiny", "huge", "outside", "duplicate", "overlap"]
Side = Annotated[float, Query(ge=-1e7, le=1e7, description="pixels of the upright picture")]
Px = Annotated[int, Query(ge=16, le=1024, description="pixels of the long side, at most")]
Version = Annotated[str, Query(max_length=100, description="kept for ever when it is given")]


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
    count = sum(len(one.put) for one in body.changes)
    changes = await run_in_threadpool(_read, body) if count > MANY else _read(body)
    future = bench.objects.submit(name, changes, body.description)
    done = await asyncio.shield(asyncio.wrap_future(future))
    return Response(orjson.dumps(answer(done)), media_type="application/json")


def _read(body: Draw) -> list[ObjectChange]:
    return changes_from([one.model_dump() for one in body.changes])


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


@router.get("/projects/{name}/objects", response_model=GalleryPage)
def gallery(
    *,
    name: ProjectName,
    bench: Bench,
    class_id: OfClass = None,
    kind: Kind = "",
    order: Order = "image",
    cursor: Cursor = "",
    limit: Limit = 200,
) -> object:
    """Return a part of the objects of a class, or of all."""
    return bench.object_review.gallery(
        bench.projects.get(name),
        class_id=class_id,
        kind=kind,
        order=order,
        offset=int(cursor or 0),
        limit=limit,
    )


@router.post("/projects/{name}/objects/class", response_model=Reclassed)
def reclass(name: ProjectName, body: Reclass, bench: Bench) -> object:
    """Give objects another class, or delete them, as one step that undo takes back."""
    named = [one.model_dump() for one in body.objects]
    return bench.object_review.reclass(bench.projects.get(name), named, body.class_id)


@router.get("/projects/{name}/checks", response_model=Checks)
def checks(name: ProjectName, bench: Bench) -> object:
    """Count the objects that look like slips of the hand."""
    return bench.object_review.counts(bench.projects.get(name))


@router.get("/projects/{name}/checks/{kind}", response_model=CheckedPage)
def checked(
    name: ProjectName, kind: CheckName, bench: Bench, cursor: Cursor = "", limit: Limit = 200
) -> object:
    """Return a part of the objects that a check is about, the worst first, and why."""
    return bench.object_review.findings(
        bench.projects.get(name), kind, offset=int(cursor or 0), limit=limit
    )


@router.get("/projects/{name}/waiting-labels", response_model=WaitingPage)
def waiting(
    name: ProjectName,
    bench: Bench,
    after: Annotated[int, Query(ge=0, le=MAX_ID, description="`next` of the part before")] = 0,
    limit: Limit = 200,
) -> object:
    """List labels that wait for pictures which are not here."""
    return bench.waiting.get(bench.projects.get(name), after=after, limit=limit)


@router.delete("/projects/{name}/waiting-labels", response_model=WaitingGone)
def forget_waiting(name: ProjectName, bench: Bench) -> object:
    """Throw away all labels that wait."""
    return bench.waiting.forget(bench.projects.get(name))


@router.get("/images/{image_id}/crop", response_class=Response, responses=PICTURE)
async def crop(
    *,
    request: Request,
    image_id: ImageId,
    bench: Bench,
    drawing: Drawing,
    x1: Side,
    y1: Side,
    x2: Side,
    y2: Side,
    px: Px = 160,
    v: Version = "",
) -> Response:
    """Return a part of a picture, never made larger than it is."""
    box = (x1, y1, x2, y2)
    etag = await drawing.run(lambda: bench.pictures.crop_etag(image_id, box, px))
    if is_known(request, etag):
        return Response(status_code=304, headers=headers_of(etag, forever=bool(v)))
    made = await drawing.run(lambda: bench.pictures.crop(image_id, box, px))
    return picture(request, made.data, made.media_type, etag, forever=bool(v))
