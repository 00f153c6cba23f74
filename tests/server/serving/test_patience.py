"""Heads that are too slow or too long, on the protocol itself."""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from sightline.server.serving.patience import HEAD_BYTES, patient


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


def sent(*pieces: bytes) -> tuple[bool, bytes]:
    """Return whether a connection was closed after bytes came piece by piece, and what was said."""

    async def slow(_scope: Any, _receive: Any, _send: Any) -> None:
        await asyncio.Event().wait()

    async def run() -> tuple[bool, bytes]:
        config = uvicorn.Config(slow, lifespan="off", log_config=None, interface="asgi3")
        config.load()
        kind: Any = patient(60)
        protocol = kind(config=config, server_state=ServerState(), app_state={})
        wire = Wire()
        wire.set_protocol(protocol)
        protocol.connection_made(wire)
        for piece in pieces:
            if not wire.closed:
                protocol.data_received(piece)
        found = wire.closed, wire.said
        protocol.connection_lost(None)
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
