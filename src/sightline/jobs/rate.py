"""How fast it goes and when it will be done."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW_S: Final = 8.0


class RateMeter:
    """Steps per second over an exponential window: steps and seconds fade alike.

    So the first value is already right (no bias from a start at zero), a pause lowers the rate,
    and a change of speed shows within the window.
    """

    def __init__(
        self, *, window_s: float = WINDOW_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._window_s = window_s
        self._clock = clock
        self._last: tuple[float, int, int | None] | None = None
        self._steps = 0.0
        self._seconds = 0.0

    def update(self, done: int, total: int | None) -> tuple[float | None, float | None]:
        """Take in how far it is; return (steps per second, seconds to go), None when unknown.

        Going back, or to another total, starts a new measurement.
        """
        at, last = self._clock(), self._last
        self._last = (at, done, total)
        if last is None or done < last[1] or total != last[2]:
            self._steps = self._seconds = 0.0
            return None, None
        fade = math.exp(-(at - last[0]) / self._window_s)
        self._steps = self._steps * fade + (done - last[1])
        self._seconds = self._seconds * fade + (at - last[0])
        if self._seconds <= 0 or self._steps <= 0:
            return None, None
        rate = self._steps / self._seconds
        return rate, None if total is None else max(0.0, (total - done) / rate)
