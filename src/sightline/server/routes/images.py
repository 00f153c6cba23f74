"""Images: their facts and their bytes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from sightline.server import shape
from sightline.server.deps import Bench, Drawing, ImageId, Limit, Look, ProjectName
from sightline.server.pictures import PICTURE, answer, headers_of, is_known, wait_for
from sightline.server.router import Router
from sightline.server.schemas.images import Image, ImageChange, Near, Page

router = Router(prefix="/api", tags=["images"])
Version = Annotated[str, Query(max_length=100, description="kept for ever when it is given")]
Asked = Annotated[
    int | None, Query(ge=1, le=8_192, description="the same as px, as earlier tools call it")
]
Size = Annotated[int, Query(ge=1, le=8_192, description="pixels of the long side")]


@router.get("/projects/{name}/images", response_model=Page)
def list_images(
    name: ProjectName,
    bench: Bench,
    cursor: Annotated[
        str, Query(pattern=r"^[0-9]{0,9}$", description="`next` of the page before")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> object:
    """Return all images by ordinal, a page at a time; for scripts."""
    return bench.queues.page(bench.projects.get(name), cursor, limit)


@router.get("/images/{image_id}", response_model=Image)
def get_image(image_id: ImageId, bench: Bench) -> object:
    """Return an image with all that is known of it."""
    return shape.image(bench, image_id)


@router.get("/images/{image_id}/similar", response_model=list[Near])
def similar_images(
    image_id: ImageId,
    bench: Bench,
    limit: Annotated[int, Query(ge=1, le=1_000, description="how many")] = 12,
) -> object:
    """Return the images that look most like one, from near to far, without itself."""
    return bench.neighbours.of_image(image_id, limit)


@router.get("/images/{image_id}/history", response_model=list[ImageChange])
def image_history(image_id: ImageId, bench: Bench, limit: Limit = 100) -> object:
    """List what stands on an image, newest first: who changed what to what."""
    return bench.labels.image_history(image_id, limit=limit)


@router.head("/thumb/{image_id}", include_in_schema=False)
@router.get("/thumb/{image_id}", response_class=Response, responses=PICTURE)
async def thumb(
    *,
    request: Request,
    image_id: ImageId,
    bench: Bench,
    drawing: Drawing,
    px: Size = 256,
    size: Asked = None,
    v: Version = "",
) -> Response:
    """Return a thumbnail of the nearest size that is made (64 to 1024 pixels)."""
    found = await drawing.run(lambda: bench.pictures.thumb(image_id, size or px))
    made = await wait_for(request, found)
    return answer(request, made.data, made.media_type, made.etag, forever=bool(v))


@router.head("/view/{image_id}", include_in_schema=False)
@router.get("/view/{image_id}", response_class=Response, responses=PICTURE)
async def view(
    *,
    request: Request,
    image_id: ImageId,
    bench: Bench,
    drawing: Drawing,
    px: Size = 1024,
    v: Version = "",
    tone: Look,
) -> Response:
    """Return a picture that any browser shows, at most `px` pixels long.

    With any of stretch, low, high, channel, slice and hdu these count instead of the project's
    tone, for this answer only.
    """
    etag = await drawing.run(lambda: bench.pictures.view_etag(image_id, px, tone))
    if is_known(request, etag):
        return Response(status_code=304, headers=headers_of(etag, forever=bool(v)))
    made = await drawing.run(lambda: bench.pictures.view(image_id, px, tone))
    return answer(request, made.data, made.media_type, etag, forever=bool(v))


@router.head("/file/{image_id}", include_in_schema=False)
@router.get("/file/{image_id}", response_class=FileResponse, responses=PICTURE)
def file(
    request: Request, image_id: ImageId, bench: Bench, v: Version = "", size: Asked = None
) -> Response:
    """Return the original file; ranges are understood. With a `size` it leads to `/api/view`."""
    if size is not None:
        return RedirectResponse(f"/api/view/{image_id}?px={size}", 307)
    found = bench.pictures.original(image_id)
    headers = headers_of(found.etag, forever=bool(v))
    if is_known(request, found.etag):
        return Response(status_code=304, headers=headers)
    is_image = found.media_type.startswith("image/") and "svg" not in found.media_type
    return FileResponse(
        found.path,
        headers={**headers, "content-security-policy": "default-src 'none'; sandbox"},
        media_type=found.media_type if is_image else "application/octet-stream",
        filename=found.path.name,
        content_disposition_type="inline" if is_image else "attachment",
    )
