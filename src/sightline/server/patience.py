"""Bounds on how long, and in how many bytes, a client may say what it wants.

uvicorn bounds the rest between two requests alone: who sends its head byte by byte, or nothing at
all, would hold a connection for ever (Slowloris), and a head without an end would fill the memory
before anybody asks for a key. Nor does it bound a body that was answered before its end (a key that
is not known, a full queue), after which it forgets to close an idle connection. Bodies that are
read are bounded where they are read.

Only a head that has begun is answered, with 408: what comes on a connection that has said nothing
would be taken for the answer to the request that its client is about to send.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEAD_S: Final = 10.0
"""From the first byte of a request to the end of its head."""
HEAD_BYTES: Final = 65_536
"""Of a head, beyond what came with its first bytes."""
_ANSWER: Final = "HTTP/1.1 {}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_SLOW: Final = _ANSWER.format("408 Request Timeout").encode()
_LONG: Final = _ANSWER.format("431 Request Header Fields Too Large").encode()
_Base: Any = AutoHTTPProtocol
_TOLD: Final = hasattr(_Base, "on_message_begin")
"""Whether the parser tells where requests begin and end: the one in C does; the one in Python has
a bound of its own on heads."""
log = logging.getLogger("sightline.server.wire")
"""Garbage on the wire is answered with 400 and no news; real faults are errors."""
log.setLevel(logging.ERROR)


class Patient(_Base):  # type: ignore[misc]
    """uvicorn's protocol with such a bound."""

    head_s = HEAD_S
    spare_s: float | None = HEAD_S
    """For a connection on which nothing has come yet; None: for ever."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.logger = log
        self._timer: asyncio.TimerHandle | None = None
        self._spare = False
        """Whether nothing has come yet."""
        self._begun: object = None
        """The last request whose head has come in."""
        self._heads = 0
        """Requests that have begun,"""
        self._in_head = False
        """whether the last one's head is still coming in,"""
        self._head_bytes = 0
        """and how much of it has, after its first bytes."""
        self._whole = False
        """Whether its body has come in, too."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait."""
        super().connection_made(transport)
        self._spare = True
        if self.spare_s is not None:
            self._arm(self.spare_s)

    def data_received(self, data: bytes) -> None:
        """Take bytes in, and see whether they complete a head."""
        if self._spare:
            self._spare = False
            self._disarm()
        head = self._heads if self._in_head else None
        super().data_received(data)
        if self._in_head and head == self._heads:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(_LONG)
                return
        self._look()

    def on_message_begin(self) -> None:
        """Begin to count."""
        self._heads += 1
        self._in_head, self._head_bytes, self._whole = True, 0, False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Count no more."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Remember that nothing of it is still to come."""
        self._whole = True
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._disarm()
        super().connection_lost(exc)

    def _look(self) -> None:
        """See what is waited for after bytes came."""
        if self.transport.get_protocol() is not self or self.transport.is_closing():
            self._disarm()  # a WebSocket by now, or at its end
        elif self.cycle is not None and self.cycle is not self._begun:
            self._begun = self.cycle
            self._disarm()
        elif self.cycle is not None and not self.cycle.response_complete:
            return
        elif self._whole:  # what was answered earlier has come in to its end
            self._disarm()
            self.timeout_keep_alive_task = asyncio.get_running_loop().call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        elif self._timer is None:
            self._arm(self.head_s)

    def _arm(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._give_up)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        is_head = self._in_head or not (self._spare or _TOLD)
        self._refuse(_SLOW if is_head else b"")

    def _refuse(self, answer: bytes) -> None:
        self._disarm()
        done = self.cycle is None or self.cycle.response_complete
        if answer and done:  # else it would cut an answer in two
            self.transport.write(answer)
        self.transport.close()


def patient(head_s: float = HEAD_S, *, spare_s: float | None = HEAD_S) -> type[asyncio.Protocol]:
    """Return the protocol with other bounds, seconds."""
    bounds = {"head_s": head_s, "spare_s": spare_s}
    found: type[asyncio.Protocol] = type("Patient", (Patient,), bounds)
    return found
