"""A bound on how long a client may take to say what it wants.

uvicorn bounds the rest between two requests alone: who sends its head byte by byte, or nothing at
all, would hold a connection for ever (Slowloris). Bodies are bounded where they are read.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEAD_S: Final = 10.0
"""From a connection, or the first byte of the next request on it, to the end of its head."""
_ANSWER: Final = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
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

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait."""
        super().connection_made(transport)
        self._arm()

    def data_received(self, data: bytes) -> None:
        """Take bytes in, and see whether they complete a head."""
        super().data_received(data)
        if self.transport.get_protocol() is not self:  # a WebSocket by now
            self._disarm()
        elif self.cycle is not None and self.cycle is not self._begun:
            self._begun = self.cycle
            self._disarm()
        elif self._timer is None and (self.cycle is None or self.cycle.response_complete):
            self._arm()

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
        self.transport.write(_ANSWER)
        self.transport.close()


def patient(head_s: float) -> type[asyncio.Protocol]:
    """Return the protocol with another bound, seconds."""
    found: type[asyncio.Protocol] = type("Patient", (Patient,), {"head_s": head_s})
    return found
