"""How fast each client may ask: a token bucket for each (the meter of ITU-T I.371)."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MOST_CLIENTS: Final = 10_000
"""Those who asked least recently are forgotten: their buckets are full again by then, or nearly."""


class Buckets:
    """A bucket of `burst` tokens for each client, filled at `rate` a second. Not thread safe."""

    def __init__(
        self,
        rate: float,
        *,
        burst: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        most: int = MOST_CLIENTS,
    ) -> None:
        self._rate = rate
        self._burst = max(1.0, rate if burst is None else burst)
        self._clock = clock
        self._most = most
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Client to tokens, and when there were so many."""

    def take(self, client: str) -> float:
        """Take a token and return 0, or the seconds after which there will be one."""
        now = self._clock()
        tokens, at = self._held.get(client, (self._burst, now))
        tokens = min(self._burst, tokens + (now - at) * self._rate)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._rate
        self._held[client] = (tokens - 1 if wait == 0 else tokens, now)
        self._held.move_to_end(client)
        if len(self._held) > self._most:
            self._held.popitem(last=False)
        return wait
