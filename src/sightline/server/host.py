"""uvicorn as Sightline runs it."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import uvicorn

_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)
)
KEEP_ALIVE_S: Final = 75
"""How long an idle connection is kept: longer than the pools of most clients keep theirs, so that
none sends a request on a connection that is being closed."""


class Host(uvicorn.Server):
    """Tells when it is ready, ends the event streams first, and returns after a signal."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        before_end: Callable[[], Awaitable[None]],
        on_ready: Callable[[], None],
        on_signal: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """Remember what to do when.

        Args:
            config: uvicorn's.
            before_end: Ends what would not end by itself.
            on_ready: Hears that requests are answered.
            on_signal: Hears the first signal to stop, and returns for how many seconds new
                connections are still taken; a second signal stops at once.
        """
        super().__init__(config)
        self._before_end = before_end
        self._on_ready = on_ready
        self._on_signal = on_signal
        self._ends_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell that requests are answered."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what would not end by itself, then the rest."""
        await self._before_end()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, after a while when that is asked for."""
        if self._ends_at is None:
            self._ends_at = time.monotonic() + self._on_signal()
            return
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Tell whether to stop."""
        if self._ends_at is not None and time.monotonic() >= self._ends_at:
            self.should_exit = True
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at a signal and come back: what is still to be closed is closed after this."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self.handle_exit) for one in _SIGNALS}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
