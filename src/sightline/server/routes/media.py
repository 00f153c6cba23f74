"""Media: uploaded, listed, shown, kept, erased."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Path, Query, Request
from fastapi.responses import FileResponse, Response
from starlette.concurrency import run_in_threadpool

from sightline.app.media.rows import STILL_PX, TYPES, downloaded, still
from sightline.app.media.terms import blur_of, region_of
from sightline.core.media import Media
from sightline.server.deps import Bench
from sightline.server.lent_file import LentFile
from sightline.server.one_file import FILE_BODY, OneFile
from sightline.server.router import Router
from sightline.server.schemas.media import (
    ErasedMedia,
    FaceFinding,
    MediaInfo,
    MediaTerms,
    NewMedia,
    UploadTerms,
)

if TYPE_CHECKING:
    from sightline.app.media.receiving import Receiving

router = Router(prefix="/api", tags=["media"])
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "the file", "content": {"application/octet-stream": _BINARY}},
    206: {"description": "a range of it"},
}
_STILL: dict[int | str, dict[str, Any]] = {
    200: {"description": "the frame", "content": {"image/jpeg": _BINARY}}
}
MediaId = Annotated[str, Path(max_length=100, description="id of a medium")]


@router.post("/upload", status_code=201, response_model=MediaInfo, openapi_extra=FILE_BODY)
async def upload_media(
    request: Request, bench: Bench, about: Annotated[UploadTerms, Query()]
) -> object:
    """Take in a picture or a clip, known by its content; the answer carries its id."""
    regions = [region_of(one) for one in about.blur]
    options: dict[str, Any] = {
        "retention": about.retention,
        "hours": about.hours,
        "blur": blur_of(faces=about.blur_faces, regions=regions),
        "size": _announced(request),
    }
    file = OneFile(request)
    receiving: Receiving | None = None
    try:
        async for piece in file.pieces():
            if receiving is None:
                name = about.name or file.name
                begin = partial(bench.media.begin, name, **options)
                receiving = await run_in_threadpool(begin)
            await run_in_threadpool(receiving.write, piece)
        return await run_in_threadpool(_finish, receiving)
    finally:
        if receiving is not None:
            receiving.abort()


def _finish(receiving: Receiving | None) -> Media:
    assert receiving is not None, "there is always a piece, be it empty"
    return receiving.finish()


def _announced(request: Request) -> int:
    told = request.headers.get("content-length", "")
    return int(told) if told.isdecimal() and len(told) < 16 else 0  # noqa: PLR2004


@router.get("/status/{media_id}", response_model=MediaInfo)
def media_status(media_id: MediaId, bench: Bench) -> object:
    """Return how far a medium was looked at, and what was said of it last."""
    return bench.media.get(media_id)


@router.get("/media", response_model=list[MediaInfo])
def list_media(bench: Bench) -> object:
    """List all media, the newest first."""
    return bench.media.all()


@router.post("/media", status_code=201, response_model=MediaInfo)
def create_media(body: NewMedia, bench: Bench) -> object:
    """Make a camera, whose frames the browser sends, or a stream that is read here."""
    from sightline.app.media.addresses import check_allowed, parse_address

    kept: dict[str, Any] = {
        "retention": body.retention,
        "hours": body.hours,
        "blur": blur_of(faces=body.blur_faces, regions=body.blur),
    }
    if not body.source:
        return bench.media.camera(body.name or "camera", **kept)
    check_allowed(parse_address(body.source), bench.settings.media_sources)
    return bench.media.add_stream(body.source, body.name, **kept)


@router.get("/media/faces", response_model=FaceFinding)
def face_finding(bench: Bench) -> object:
    """Tell who finds the faces that are to be blurred, and how good that is."""
    return bench.media.faces.describe()


@router.get("/media/{media_id}", response_model=MediaInfo)
def get_media(media_id: MediaId, bench: Bench) -> object:
    """Return a medium."""
    return bench.media.get(media_id)


@router.get("/media/{media_id}/file", response_class=FileResponse, responses=_FILE)
def media_file(media_id: MediaId, bench: Bench) -> FileResponse:
    """Return the stored file, or a range of it."""
    with ExitStack() as stack:
        path, media = stack.enter_context(downloaded(bench.media, media_id))
        kind = TYPES.get(media.format, "application/octet-stream")
        headers = {"cache-control": "no-store"}
        return LentFile(path, stack.pop_all(), media_type=kind, headers=headers)


@router.get("/media/{media_id}/still", response_class=Response, responses=_STILL)
def media_still(
    media_id: MediaId,
    bench: Bench,
    at_s: Annotated[float, Query(ge=0, le=1e7, description="where in a clip, seconds")] = 0.0,
    px: Annotated[int, Query(ge=16, le=4_096, description="longest side")] = STILL_PX,
) -> Response:
    """Return a frame of a picture or clip as JPEG, blurred where that is wanted."""
    return Response(still(bench.media, media_id, at_s=at_s, px=px), media_type="image/jpeg")


@router.patch("/media/{media_id}", response_model=MediaInfo)
def change_media(media_id: MediaId, body: MediaTerms, bench: Bench) -> object:
    """Keep a medium longer, or less long."""
    return bench.media.keep(media_id, retention=body.retention, hours=body.hours)


@router.delete("/media/{media_id}", response_model=ErasedMedia)
def erase_media(media_id: MediaId, bench: Bench) -> object:
    """Erase a medium now, with all that was made of it."""
    return bench.media.erase(media_id)
