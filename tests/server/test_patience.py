"""Heads and bodies that are too slow or too long, on the protocol itself."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.server import ServerState

from sightline.server import serve
from sightline.server.patience import HEAD_BYTES, HEAD_S, Patient, patient
from sightline.settings import Settings


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.said = b""
        self.closed = False

    def write(self, data: Any) -> None:
        self.said += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self.protocol

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Line:
    """A connection; an answer may be given before its request is whole."""

    def __init__(self, **bounds: Any) -> None:
        async def app(_scope: Any, _receive: Any, send: Any) -> None:
            await self.answer.wait()
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        config = uvicorn.Config(app, lifespan="off", log_config=None, interface="asgi3")
        config.load()
        kind: Any = patient(**bounds)
        self.answer = asyncio.Event()
        self.wire = Wire()
        self.protocol = kind(config=config, server_state=ServerState(), app_state={})
        self.wire.set_protocol(self.protocol)
        self.protocol.connection_made(self.wire)

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            if not self.wire.closed:
                self.protocol.data_received(piece)

    async def answered(self) -> None:
        self.answer.set()
        await asyncio.gather(*self.protocol.server_state.tasks)

    def waits(self) -> set[float]:
        """Return after how many seconds something would end the connection."""
        timers = (self.protocol._timer, self.protocol.timeout_keep_alive_task)
        now = asyncio.get_running_loop().time()
        return {round(one.when() - now) for one in timers if one is not None}

    def give_up(self) -> bytes:
        """Let that time pass and return what is said then."""
        said = len(self.wire.said)
        self.protocol._timer.cancel()
        self.protocol._give_up()
        assert self.wire.closed
        return self.wire.said[said:]


def sent(*pieces: bytes) -> tuple[bool, bytes]:
    """Return whether a connection was closed after bytes came piece by piece, and what was said."""

    async def run() -> tuple[bool, bytes]:
        line = Line()
        line.send(*pieces)
        found = line.wire.closed, line.wire.said
        line.protocol.connection_lost(None)
        for task in line.protocol.server_state.tasks:
            task.cancel()
        return found

    return asyncio.run(run())


def test_a_head_that_has_no_end_is_refused() -> None:
    for start in (b"GET /", b"GET / HTTP/1.1\r\na: "):
        closed, said = sent(start, *[b"x" * 10_000] * 20)
        assert closed
        assert said.startswith(b"HTTP/1.1 431 ")


def test_a_long_head_that_ends_and_a_longer_body_pass() -> None:
    head = b"POST / HTTP/1.1\r\ncontent-length: 1000000\r\na: "
    found = sent(head, b"x" * (HEAD_BYTES - 10), b"\r\n\r\n", *[b"x" * 100_000] * 10)
    assert found == (False, b"")


def test_a_connection_that_says_nothing_is_closed_without_a_word_or_kept() -> None:
    async def run() -> None:
        line = Line()
        assert line.waits() == {HEAD_S}
        assert line.give_up() == b""
        kept = Line(spare_s=None)
        assert kept.waits() == set()
        kept.send(b"G")
        assert kept.waits() == {HEAD_S}

    asyncio.run(run())


def test_a_head_that_stops_coming_is_told_so() -> None:
    async def run() -> None:
        line = Line(head_s=20)
        line.send(b"GET / HTTP/1.1\r\n")
        assert line.waits() == {20}
        assert line.give_up().startswith(b"HTTP/1.1 408 ")

    asyncio.run(run())


def test_a_body_that_comes_after_its_answer_leaves_the_connection_as_open_as_any() -> None:
    async def run() -> None:
        line = Line()
        line.send(b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\n")
        await line.answered()
        keep_alive = line.waits()
        line.send(b"a")
        assert line.waits() == {HEAD_S}
        line.send(b"bc")
        assert line.waits() == keep_alive != {HEAD_S}
        line.send(b"GET / HTTP/1.1\r\n\r\n")
        assert line.waits() == set()
        await line.answered()
        assert line.wire.said.count(b"HTTP/1.1 401") == 2

    asyncio.run(run())


def test_a_body_without_an_end_after_its_answer_is_cut_off_without_a_second_one() -> None:
    async def run() -> None:
        line = Line()
        line.send(b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\n")
        await line.answered()
        line.send(b"a")
        assert line.give_up() == b""

    asyncio.run(run())


def test_the_page_s_server_bounds_heads_and_keeps_what_browsers_open_beforehand() -> None:
    app = FastAPI()
    app.state.bench = SimpleNamespace(settings=Settings())
    kind: Any = serve._config(app).http
    assert issubclass(kind, Patient)
    assert (kind.head_s, kind.spare_s) == (HEAD_S, None)
