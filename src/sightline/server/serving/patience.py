"""Bounds on how long, and in how many bytes, a client may say what it wants.

uvicorn bounds the rest between two requests alone: who sends its head byte by byte, or nothing at
all, would hold a connection for ever (Slowloris), and a head without an end would fill the memory
before anybody asks for a key. Bodies are bounded where they are read.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEAD_S: Final = 10.0
"""From a connection, or the first byte of the next request on it, to the end of its head."""
HEAD_BYTES: Final = 65_536
"""Of a head, beyond what came with its first bytes."""
_ANSWER: Final = "HTTP/1.1 {}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_SLOW: Final = _ANSWER.format("408 Request Timeout").encode()
_LONG: Final = _ANSWER.format("431 Request Header Fields Too Large").encode()
_Base: Any = AutoHTTPProtocol
log = logging.getLogger("sightline.server.wire")
"""Garbage on the wire is answered with 400 and no news; real faults are errors."""
log.setLevel(logging.ERROR)


class Patient(_Base):  # type: ignore[misc]
    """uvicorn's protocol with such a bound."""

    head_s = HEAD_S

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.logger = log
        self._timer: asyncio.TimerHandle | None = None
        self._begun: object = None
        """The last request whose head has come in."""
        self._heads = 0
        """Requests that have begun,"""
        self._in_head = False
        """whether the last one's head is still coming in,"""
        self._head_bytes = 0
        """and how much of it has, after its first bytes."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait."""
        super().connection_made(transport)
        self._arm()

    def data_received(self, data: bytes) -> None:
        """Take bytes in, and see whether they complete a head."""
        head = self._heads if self._in_head else None
        super().data_received(data)
        if self._in_head and head == self._heads:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(_LONG)
                return
        if self.transport.get_protocol() is not self:  # a WebSocket by now
            self._disarm()
        elif self.cycle is not None and self.cycle is not self._begun:
            self._begun = self.cycle
            self._disarm()
        elif self._timer is None and (self.cycle is None or self.cycle.response_complete):
            self._arm()

    def on_message_begin(self) -> None:
        """Begin to count; the parser in C calls this, the one in Python has a bound of its own."""
        self._heads += 1
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Count no more."""
        self._in_head = False
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._disarm()
        super().connection_lost(exc)

    def _arm(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self.head_s, self._give_up)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        self._refuse(_SLOW)

    def _refuse(self, answer: bytes) -> None:
        self._disarm()
        if self.cycle is None or self.cycle.response_complete:  # else it would cut an answer in two
            self.transport.write(answer)
        self.transport.close()


def patient(head_s: float) -> type[asyncio.Protocol]:
    """Return the protocol with another bound, seconds."""
    found: type[asyncio.Protocol] = type("Patient", (Patient,), {"head_s": head_s})
    return found
