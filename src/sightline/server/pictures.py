"""Bytes of pictures as HTTP wants them: entity tags, caching, and work spared for who left."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from fastapi import Request
from fastapi.responses import Response

from sightline.core.errors import CancelledError

T = TypeVar("T")

PICTURE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "a picture",
        "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "the picture that the caller has is still right"},
}
_FOR_EVER: Final = "private, max-age=31536000, immutable"
_ASK_AGAIN: Final = "private, no-cache"


def headers_of(etag: str, *, forever: bool) -> dict[str, str]:
    """Return the caching headers of a picture.

    An address alone does not say which workspace answers it: another one on the same port has the
    same ids. So a browser asks again (304 costs one look-up), unless the address carries a `v`.
    """
    return {"etag": etag, "cache-control": _FOR_EVER if forever else _ASK_AGAIN}


def is_known(request: Request, etag: str) -> bool:
    """Tell whether the caller holds this very picture (If-None-Match)."""
    given = request.headers.get("if-none-match", "")
    known = {one.strip().removeprefix("W/") for one in given.split(",")}
    return etag in known or "*" in known


def answer(request: Request, data: bytes, media_type: str, etag: str, *, forever: bool) -> Response:
    """Return the bytes, or 304 when the caller has them."""
    headers = headers_of(etag, forever=forever)
    if is_known(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=media_type, headers=headers)


async def wait_for(request: Request, work: Future[T]) -> T:
    """Return what `work` makes; cancel it when the caller leaves first.

    Raises:
        CancelledError: The caller left.
    """
    if work.done():
        return work.result()
    made = asyncio.ensure_future(asyncio.wrap_future(work))
    gone = asyncio.ensure_future(_gone(request))
    try:
        waiting: set[asyncio.Future[Any]] = {made, gone}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if made.done():
            return made.result()
        raise CancelledError("nobody waits for this picture any more")
    finally:
        gone.cancel()
        made.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue
