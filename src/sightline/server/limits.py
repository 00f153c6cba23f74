"""How much one request may send, and how many may wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import anyio
import anyio.to_thread
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sightline.core.errors import OverloadedError, TooLargeError
from sightline.server.problems import of_error

T = TypeVar("T")


class BodyLimit:
    """Answers 413 as soon as a body is known to be too long; never reads it to the end."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        json_bytes: int,
        upload_bytes: int,
        larger: Mapping[str, int] | None = None,
    ) -> None:
        """Keep limits: of JSON, of files in forms, and of any body at the paths in `larger`."""
        self._app = app
        self._larger = larger or {}
        self._json_bytes = json_bytes
        self._upload_bytes = upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a counter in its body."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_upload = headers.get("content-type", "").lower().startswith("multipart/")
        limit = self._upload_bytes if is_upload else self._json_bytes
        limit = self._larger.get(scope["path"], limit)
        told = headers.get("content-length", "0")
        if not told.isdecimal() or int(told) > limit:
            await _too_large(limit)(scope, receive, send)
            return
        await _Counted(self._app, limit)(scope, receive, send)


class _Counted:
    """One request whose body is counted while it comes in."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit
        self._seen = 0
        self._started = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                self._seen += len(message.get("body", b""))
                if self._seen > self._limit:
                    return {"type": "http.disconnect"}
            return message

        async def guarded(message: Message) -> None:
            if self._seen > self._limit and not self._started:
                return
            self._started = True
            await send(message)

        try:
            await self._app(scope, counted, guarded)
        finally:
            if self._seen > self._limit and not self._started:
                await _too_large(self._limit)(scope, receive, send)


def _too_large(limit: int) -> ASGIApp:
    megabytes = limit / 1e6
    answer = of_error(
        TooLargeError(
            f"the request is larger than {megabytes:g} MB",
            hint="send less at once; for many pictures ingest their folder instead",
        )
    )
    answer.headers["connection"] = "close"
    return answer


class Turnstile:
    """Threads of their own for one kind of request, with a queue that ends.

    Its work cannot take the threads that everything else runs on.
    """

    def __init__(self, *, places: int, queue: int, what: str) -> None:
        self._places = places
        self._queue = queue
        self._what = what
        self._inside = 0
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """Do `work` in a thread when there is a place; wait for one while the queue has room.

        Raises:
            OverloadedError: The queue is full.
        """
        if self._inside >= self._places + self._queue:
            raise OverloadedError(
                f"too many {self._what} wait already", hint="try again in a second"
            )
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(self._places)
        self._inside += 1
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._inside -= 1
