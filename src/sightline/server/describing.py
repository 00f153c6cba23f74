"""One socket of a narration: what a client says is heard while texts are told.

Hearing and telling are two tasks, so that a client that sends without end does not keep texts from
it, and one that never reads does not keep its frames from being taken.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import anyio.to_thread
from pydantic import BaseModel, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from sightline.app.streams.parts import Wish, said
from sightline.core.clock import now
from sightline.core.errors import (
    InvalidInputError,
    OverloadedError,
    SightlineError,
    TooLargeError,
)
from sightline.server.closing import (
    DONE,
    IDLE,
    Farewell,
    bad_message,
    farewell_of,
    reason_of,
)
from sightline.server.schemas.describe import DescribeControl, DescribeOpen

if TYPE_CHECKING:
    from sightline.app.streams.streams import Following, Streams

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

OPENING_S: Final = 10.0
"""So long the first message is waited for."""
STALL_S: Final = 30.0
"""So long a client may leave a message unread."""
TEXT_BYTES: Final = 65_536
LAG: Final = 32
"""A client that is so many texts behind gets the newest."""
_RATE: Final = 120.0
"""Messages a second that a client may send."""
_BURST: Final = 240.0
_PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What a client may expect, and what is expected of it."""

    engine: str
    lang: str
    heartbeat_s: float
    frame_bytes: int


class Crowd:
    """How many sockets each client has open."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    @contextmanager
    def enter(self, client: str) -> Iterator[None]:
        """Count a socket while it is open.

        Raises:
            OverloadedError: The client has too many.
        """
        if self._open[client] >= self._most:
            raise OverloadedError(
                f"{self._most} narrations are followed from {client} already",
                hint="close one, or raise the setting stream_clients",
            )
        self._open[client] += 1
        try:
            yield
        finally:
            self._open[client] -= 1
            self._open += Counter()  # drops those at 0


class Conversation:
    """Talks with one client, from its first message to the close."""

    def __init__(self, socket: WebSocket, streams: Streams, manners: Manners) -> None:
        self._socket, self._streams, self._manners = socket, streams, manners
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._allowance, self._counted_s = _BURST, time.monotonic()
        self._paused = False

    async def run(self) -> None:
        """Talk until either side ends it."""
        await self._socket.accept()
        try:
            farewell = await self._talk()
        except WebSocketDisconnect:
            return
        except SightlineError as error:
            farewell = farewell_of(error)
        except Farewell as told:
            farewell = told
        await self._close(farewell)

    async def refuse(self, error: SightlineError) -> None:
        """Say why nothing is told, and close."""
        await self._socket.accept()
        await self._close(farewell_of(error))

    async def _talk(self) -> Farewell:
        opening = await self._opening()
        wish = self._wish(opening)
        following = await _away(partial(self._streams.follow, wish, self._wake))
        try:
            return await self._both(following, wish)
        finally:
            with anyio.CancelScope(shield=True):
                await _away(following.leave)

    async def _both(self, following: Following, wish: Wish) -> Farewell:
        """Hear and tell until one of them ends."""
        tasks = [
            asyncio.create_task(self._hear(following)),
            asyncio.create_task(self._tell(following, wish)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for one in ended:
            if isinstance(one, Farewell | WebSocketDisconnect | SightlineError):
                raise one
        return next(one for one in ended if isinstance(one, Farewell))

    async def _opening(self) -> DescribeOpen:
        try:
            async with asyncio.timeout(OPENING_S):
                message = await self._message()
        except TimeoutError:
            raise Farewell(
                IDLE,
                InvalidInputError("no opening message came", hint='send {"media_id": "..."}'),
            ) from None
        if isinstance(message, bytes):
            raise InvalidInputError("frames come after the opening message", hint="open first")
        return _parsed(DescribeOpen, message)

    def _wish(self, opening: DescribeOpen) -> Wish:
        facts = opening.model_dump(exclude={"type", "engine", "lang"})
        engine, lang = opening.engine or self._manners.engine, opening.lang or self._manners.lang
        return Wish(engine=engine, lang=lang, **facts)

    async def _hear(self, following: Following) -> Farewell:
        """Do what the client asks for."""
        while True:
            message = await self._message()
            if isinstance(message, bytes):
                media_id = following.session.wish.media_id
                await _away(partial(self._streams.push, media_id, message))
                continue
            await self._obey(_parsed(DescribeControl, message), following)

    async def _obey(self, control: DescribeControl, following: Following) -> None:
        if control.type == "ping":
            await self._send({"type": "heartbeat", "timestamp": now()})
        elif control.type == "stop":
            if await _away(following.stop):
                self._paused = False  # the summary is still heard
                self._news.set()
        elif control.type == "set":
            changes = control.model_dump(exclude={"type"}, exclude_unset=True)
            await _away(partial(following.change, self._wake, **changes))
            self._news.set()
        else:
            self._paused = control.type == "pause"
            await _away(partial(following.pause, on=self._paused))
            self._news.set()

    async def _tell(self, following: Following, wish: Wish) -> Farewell:
        """Send states and texts as they come, and heartbeats between."""
        ring = following.session.ring
        upto, first = ring.last_id, ring.first_id
        seen = wish.last_seen
        reset = seen is not None and seen > upto
        if reset:
            following.seen = 0
        missed = max(first - seen - 1, 0) if seen is not None and not reset else 0
        shown = await self._state(following, {}, missed=missed, reset=reset)
        while True:
            self._news.clear()
            session = following.session
            over = session.over and not self._paused  # who pauses is told the end when going on
            shown = await self._state(following, shown)
            await self._texts(following, upto)
            if over:
                await self._send(
                    {"type": "end", "state": session.state, "error": said(session.error)}
                )
                return Farewell(DONE) if session.error is None else farewell_of(session.error)
            try:
                async with asyncio.timeout(self._manners.heartbeat_s):
                    await self._news.wait()
            except TimeoutError:
                await self._send({"type": "heartbeat", "timestamp": now()})

    async def _texts(self, following: Following, upto: int) -> None:
        """Send what is new; after the replay up to `upto`, who is too slow gets the newest."""
        while not self._paused:
            behind = following.session.ring.last_id - max(following.seen, upto)
            if following.seen >= upto and behind > LAG:
                left_out, texts = await _away(following.newest)
                if left_out:
                    await self._send({"type": "skipped", "texts": left_out})
            else:
                texts = await _away(partial(following.texts, _PAGE))
            if not texts:
                return
            for text in texts:
                await self._send(text)

    async def _state(
        self, following: Following, shown: Mapping[str, Any], **more: Any
    ) -> dict[str, Any]:
        """Send how it stands unless that is what was sent last; return what is compared."""
        facts = following.session.facts()
        told = {name: facts[name] for name in _COMPARED}
        if told != shown:
            await self._send({"type": "state", "missed": 0, "reset": False} | facts | more)
        return told

    async def _message(self) -> str | bytes:
        """Return the next message of the client, of decent length, at a decent rate."""
        event = await self._socket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", 1005))
        self._count()
        data: str | bytes = event.get("bytes") or event.get("text") or ""
        most = self._manners.frame_bytes if isinstance(data, bytes) else TEXT_BYTES
        if len(data) > most:
            raise TooLargeError(
                f"a message of {len(data)} bytes is over the limit of {most}",
                hint="send smaller frames, or raise the setting stream_frame_mb",
            )
        return data

    def _count(self) -> None:
        at = time.monotonic()
        gained = (at - self._counted_s) * _RATE
        self._allowance, self._counted_s = min(self._allowance + gained, _BURST) - 1, at
        if self._allowance < 0:
            raise OverloadedError(
                f"more than {_RATE:g} messages a second", hint="send fewer frames"
            )

    def _wake(self) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody is there to be woken
            self._loop.call_soon_threadsafe(self._news.set)

    async def _send(self, message: Mapping[str, Any]) -> None:
        text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
        try:
            async with asyncio.timeout(STALL_S):
                await self._socket.send_text(text)
        except TimeoutError:
            raise Farewell(
                IDLE, InvalidInputError("messages are not read", hint="read them as they come")
            ) from None

    async def _close(self, farewell: Farewell) -> None:
        """Say why, then close; a client that is gone already is not told."""
        if self._socket.client_state is WebSocketState.DISCONNECTED:
            return
        error = farewell.error
        with suppress(RuntimeError, OSError, WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(1.0):
                if error is not None:
                    fault = {"type": "error"} | (said(error) or {})
                    await self._socket.send_text(json.dumps(fault, ensure_ascii=False))
                reason = reason_of(str(error) if error is not None else "done")
                await self._socket.close(farewell.code, reason)


_COMPARED: Final = (
    "session",
    "state",
    "engine",
    "asked_engine",
    "asked_lang",
    "notes",
    "every_s",
    "frame_rate",
    "viewers",
    "error",
    "trouble",
)


def _parsed(schema: type[M], text: str) -> M:
    try:
        return schema.model_validate_json(text)
    except ValidationError as error:
        raise bad_message(error) from error


async def _away(work: Callable[[], T]) -> T:
    """Do what may wait for a disk in a thread."""
    return await anyio.to_thread.run_sync(work)
