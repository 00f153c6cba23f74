"""Narrations as they happen."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path, Query, WebSocket
from fastapi.responses import FileResponse, Response
from starlette.concurrency import run_in_threadpool

from sightline.app.streams.overlays import LAYERS, PX, Drawn, OverlayWish, draw, layers_of
from sightline.app.streams.texts import TYPES, TextFormat
from sightline.core.errors import OverloadedError
from sightline.server.deps import Bench, Drawing
from sightline.server.describing import Conversation, Crowd, Manners
from sightline.server.pictures import PICTURE
from sightline.server.router import Router
from sightline.server.schemas.common import MAX_ID
from sightline.server.schemas.describe import DescribeStream, DescribeText, NewAnnotated
from sightline.server.schemas.jobs import Job

router = Router(tags=["narration"])

_FILE: dict[int | str, dict[str, Any]] = {200: {"description": "the file"}}
SpokenLang = Annotated[
    str | None, Query(max_length=20, description="of the newest narration in this language")
]
MediaId = Annotated[str, Path(max_length=100, description="of a medium")]


@router.websocket("/ws/describe")
async def describe(socket: WebSocket) -> None:
    """Follow a narration: open with a media id, then texts come, and frames may be sent."""
    bench = socket.app.state.bench
    settings = bench.settings
    crowd: Crowd = socket.app.state.crowd
    manners = Manners(
        engine=settings.narrate_engine,
        lang=settings.narrate_lang,
        heartbeat_s=settings.stream_heartbeat_s,
        frame_bytes=settings.stream_frame_mb * 1_000_000,
    )
    client = socket.client.host if socket.client else "here"
    talk = Conversation(socket, bench.streams, manners)
    try:
        with crowd.enter(client):
            await talk.run()
    except OverloadedError as error:
        await talk.refuse(error)


@router.get("/api/streams", response_model=list[DescribeStream])
async def streams(bench: Bench) -> object:
    """Return the narrations that run, or that somebody follows."""
    return await run_in_threadpool(bench.streams.shown)  # its lock may be held for a while


@router.get(
    "/api/media/{media_id}/overlays/{number}.{kind}", response_class=Response, responses=PICTURE
)
async def overlay(
    *,
    bench: Bench,
    turnstile: Drawing,
    media_id: MediaId,
    number: Annotated[int, Path(ge=1, le=MAX_ID, description="id of a text")],
    kind: Literal["webp", "png"],
    layers: Annotated[str, Query(max_length=100, description="heat,masks,boxes")] = ",".join(
        LAYERS
    ),
    opacity: Annotated[float, Query(ge=0, le=1, description="of all of it")] = 1.0,
    px: Annotated[int, Query(ge=16, le=PX, description="pixels of the long side")] = 640,
) -> Response:
    """Return what was seen with a text, to lay over the frame; 410 once it has expired."""
    wish = OverlayWish(kind=kind, layers=layers_of(layers), opacity=opacity, px=px)
    keep_s = bench.settings.overlay_keep_s

    def make() -> Drawn:
        return draw(bench.streams.record(media_id, number), wish, keep_s=keep_s)

    drawn = await turnstile.run(make)
    headers = {"cache-control": f"private, max-age={int(drawn.left_s)}"}
    return Response(drawn.data, media_type=drawn.media_type, headers=headers)


@router.get("/api/media/{media_id}/texts", response_model=list[DescribeText])
async def texts(
    bench: Bench,
    media_id: MediaId,
    lang: SpokenLang = None,
    after: Annotated[int, Query(ge=0, le=MAX_ID, description="only above this id")] = 0,
) -> object:
    """Return what the newest narration of a medium told, as the socket did."""
    return await run_in_threadpool(bench.texts.told, media_id, lang=lang, after=after)


@router.get("/api/media/{media_id}/texts.{kind}", response_class=Response, responses=_FILE)
async def texts_file(
    bench: Bench, media_id: MediaId, kind: TextFormat, lang: SpokenLang = None
) -> Response:
    """Download what was told: JSON lines, or subtitles for the clip."""
    content = await run_in_threadpool(bench.texts.file, media_id, kind, lang=lang)
    named = {"content-disposition": f'attachment; filename="{media_id}.{kind}"'}
    return Response(content, media_type=TYPES[kind], headers=named)


@router.post("/api/media/{media_id}/annotated", response_model=Job, status_code=202)
async def annotate(bench: Bench, media_id: MediaId, wish: NewAnnotated) -> object:
    """Let a job draw what was seen into a copy of a clip; then it can be downloaded here."""
    return await run_in_threadpool(
        bench.annotated.start, media_id, lang=wish.lang, captions=wish.captions
    )


@router.get("/api/media/{media_id}/annotated", response_class=FileResponse, responses=_FILE)
async def annotated(bench: Bench, media_id: MediaId) -> FileResponse:
    """Download the annotated clip."""
    from sightline.imaging.clip_writer import MEDIA_TYPE

    path = await run_in_threadpool(bench.annotated.file, media_id)
    return FileResponse(path, media_type=MEDIA_TYPE, filename=f"{media_id}.mp4")
