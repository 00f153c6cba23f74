"""Narrations as they happen."""

from __future__ import annotations

from fastapi import APIRouter, WebSocket

from sightline.core.errors import OverloadedError
from sightline.server.closing import farewell_of, reason_of
from sightline.server.deps import Bench
from sightline.server.describing import Conversation, Crowd, Manners
from sightline.server.schemas.describe import DescribeStream

router = APIRouter(tags=["narration"])


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
    try:
        with crowd.enter(client):
            await Conversation(socket, bench.streams, manners).run()
    except OverloadedError as error:
        await socket.accept()
        await socket.close(farewell_of(error).code, reason_of(str(error)))


@router.get("/api/streams", response_model=list[DescribeStream])
async def streams(bench: Bench) -> object:
    """Return the narrations that run, or that somebody follows."""
    return bench.streams.shown()
