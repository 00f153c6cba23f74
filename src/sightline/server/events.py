"""What happened, told to every browser as server-sent events.

One task tails the events table for all clients, woken by this process's own writes and looking
every fifth of a second for those of other processes. Each client reads what it missed from the
table and then follows the tail, so a reconnect with Last-Event-ID loses nothing. A client that
does not keep up is let go: its browser comes back with the last id that it has seen. Progress and
metrics pass through without an id; they are gone when they are gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from typing import Any, Final, Protocol

import anyio
import anyio.to_thread
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sightline.core.errors import OverloadedError

log = logging.getLogger("sightline.server")

PAGE: Final = 500
MAX_CLIENTS: Final = 64
_RETRY: Final = b"retry: 1000\n\n"
_HEARTBEAT: Final = b": still here\n\n"
_FAREWELL_S: Final = 1.0


class Fact(Protocol):
    """One row of the events table."""

    @property
    def id(self) -> int:
        """Its place in the order."""
        ...

    @property
    def kind(self) -> str:
        """The name of the event."""
        ...

    @property
    def payload(self) -> dict[str, Any]:
        """What the page gets."""
        ...


class Log(Protocol):
    """The events table, as the tail reads it."""

    def last_id(self) -> int:
        """Return the newest id, 0 when there is none."""
        ...

    def first_id(self) -> int:
        """Return the oldest id that is kept, 0 when there is none."""
        ...

    def since(self, after: int, limit: int = PAGE) -> list[Any]:
        """Return facts above an id, oldest first."""
        ...


def encode(kind: str, data: dict[str, Any], event_id: int | None = None) -> bytes:
    """Return one event as it goes over the wire."""
    head = f"id: {event_id}\n" if event_id is not None else ""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)
    return f"{head}event: {kind}\ndata: {body}\n\n".encode()


class Client:
    """One open stream with what it has yet to be sent."""

    def __init__(self, room: int) -> None:
        self.inbox: asyncio.Queue[tuple[int | None, bytes] | None] = asyncio.Queue()
        self.dropped = asyncio.Event()
        self._room = room

    def put(self, event_id: int | None, raw: bytes) -> None:
        """Hand over an event; a transient one is skipped when the client lags."""
        waiting = self.inbox.qsize()
        if event_id is None and waiting > self._room // 2:
            return
        if waiting >= self._room:
            self.dropped.set()
            return
        self.inbox.put_nowait((event_id, raw))

    def end(self) -> None:
        """Let the stream end after what is waiting."""
        self.inbox.put_nowait(None)


class EventHub:
    """Follows the log and passes events on. Lives in one event loop; `wake` and `tell` in any."""

    def __init__(
        self, source: Log, *, poll_s: float = 0.2, heartbeat_s: float = 15.0, room: int = 1_000
    ) -> None:
        self._log = source
        self._poll_s = poll_s
        self._heartbeat_s = heartbeat_s
        self._room = room
        self._clients: set[Client] = set()
        self._position: int | None = None
        self._tail: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._joining = asyncio.Lock()
        self._closed = False
        self._limiter: anyio.CapacityLimiter | None = None

    @property
    def clients(self) -> int:
        """How many streams are open."""
        return len(self._clients)

    def wake(self) -> None:
        """Say that this process wrote an event, so that nobody waits for the next look."""
        self._in_loop(self._news.set)

    def tell(self, kind: str, data: dict[str, Any]) -> None:
        """Send a transient event to whoever listens now."""
        if self._clients:
            self._in_loop(lambda: self._broadcast(None, encode(kind, data)))

    def _in_loop(self, work: Callable[[], None]) -> None:
        loop = self._loop
        if loop is not None and not self._closed:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(work)

    async def open(self, after: int | None) -> EventStream:
        """Return a stream that starts behind `after` (None: with what happens from now on).

        Raises:
            OverloadedError: Too many streams are open.
        """
        if len(self._clients) >= MAX_CLIENTS:
            raise OverloadedError(
                "too many event streams are open", hint="close some of Sightline's tabs"
            )
        self._loop = asyncio.get_running_loop()
        client = Client(self._room)
        # Before the answer begins: whoever has it is told all that happens from then on.
        last, opening = await self._start(after)
        async with self._joining:
            if self._position is None:
                self._position = await self._ask(self._log.last_id)
            if self._closed:
                raise OverloadedError("the server is stopping", hint="start it again")
            self._clients.add(client)
            if self._tail is None:
                self._tail = asyncio.create_task(self._follow(), name="events-tail")
        return EventStream(self, client, last, opening)

    async def newest(self) -> int:
        """Return the id of the newest event, 0 when there is none."""
        newest: int = await self._ask(self._log.last_id)
        return newest

    def leave(self, client: Client) -> None:
        """Forget a client; with the last one the tail rests."""
        self._clients.discard(client)
        if not self._clients and self._tail is not None:
            self._tail.cancel()
            self._tail = None
            self._position = None

    async def close(self) -> None:
        """End every stream at once and stop following."""
        self._closed = True
        for client in list(self._clients):
            client.end()
        tail, self._tail = self._tail, None
        if tail is not None:
            tail.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await tail

    async def frames(self, client: Client, last: int, opening: bytes) -> AsyncGenerator[bytes]:
        """Yield what a client is to be sent: what came after `last`, then heartbeats between."""
        yield opening
        full = True
        while full:  # a page with room left is up to date: the rest is in the inbox
            missed = await self._ask(partial(self._log.since, last, PAGE))
            full = len(missed) == PAGE
            if missed:
                yield b"".join(encode(fact.kind, fact.payload, fact.id) for fact in missed)
                last = missed[-1].id
        while True:
            try:
                async with asyncio.timeout(self._heartbeat_s):
                    got = await client.inbox.get()
            except TimeoutError:
                yield _HEARTBEAT
                continue
            if got is None:
                return
            event_id, raw = got
            if event_id is None:
                yield raw
            elif event_id > last:
                last = event_id
                yield raw

    async def _start(self, after: int | None) -> tuple[int, bytes]:
        """Return the id to go on from, and the first frame.

        An id that the table no longer holds, or never held, gets `reset`: read everything anew.
        """
        newest = await self._ask(self._log.last_id)
        if after is None:
            return newest, _RETRY + encode("hello", {}, newest)
        oldest = await self._ask(self._log.first_id)
        if after > newest or after + 1 < oldest:
            return newest, _RETRY + encode("reset", {}, newest)
        return after, _RETRY

    async def _follow(self) -> None:
        while True:
            try:
                await self._look()
            except Exception:
                log.exception("the event tail could not read; it tries again")
            # Not `wait_for`: before Python 3.12 it forgets that it was cancelled as news came.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll_s):
                    await self._news.wait()
            self._news.clear()

    async def _look(self) -> None:
        while self._position is not None:
            facts = await self._ask(partial(self._log.since, self._position, PAGE))
            for fact in facts:
                self._broadcast(fact.id, encode(fact.kind, fact.payload, fact.id))
                self._position = fact.id
            if len(facts) < PAGE:
                return

    def _broadcast(self, event_id: int | None, raw: bytes) -> None:
        for client in self._clients:
            client.put(event_id, raw)

    async def _ask(self, read: Callable[[], Any]) -> Any:
        """Read the table in a thread of our own: busy routes must not keep events waiting."""
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(2)
        return await anyio.to_thread.run_sync(read, limiter=self._limiter)


class Nudge:
    """Wakes the tail after each change, so that no page waits for the next look."""

    def __init__(self, app: ASGIApp, hub: EventHub) -> None:
        self._app = app
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        try:
            await self._app(scope, receive, send)
        finally:
            if scope["type"] == "http" and scope["method"] not in {"GET", "HEAD", "OPTIONS"}:
                self._hub.wake()


class EventStream(Response):
    """The answer to GET /api/events; it lasts until either side ends it."""

    media_type = "text/event-stream"

    def __init__(self, hub: EventHub, client: Client, last: int, opening: bytes) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._hub = hub
        self._client = client
        self._last, self._opening = last, opening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send frames until the client leaves, lags too far behind, or the server stops."""
        del scope
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with anyio.create_task_group() as group:
                group.start_soon(self._until_gone, receive, group.cancel_scope)
                group.start_soon(self._until_dropped, group.cancel_scope)
                await self._send_frames(send)
                group.cancel_scope.cancel()
        finally:
            self._hub.leave(self._client)
            with anyio.move_on_after(_FAREWELL_S, shield=True), contextlib.suppress(OSError):
                await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_frames(self, send: Send) -> None:
        try:
            frames = self._hub.frames(self._client, self._last, self._opening)
            async with aclosing(frames):
                async for frame in frames:
                    await send({"type": "http.response.body", "body": frame, "more_body": True})
        except Exception:
            log.exception("an event stream ended; its browser comes back")

    async def _until_gone(self, receive: Receive, scope: anyio.CancelScope) -> None:
        while (await receive())["type"] != "http.disconnect":
            continue
        scope.cancel()

    async def _until_dropped(self, scope: anyio.CancelScope) -> None:
        await self._client.dropped.wait()
        scope.cancel()
