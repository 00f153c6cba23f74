"""What is told of a training while it goes on: at first, now and then, and at the end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.progress import Progress

EVERY_S: Final = 0.25
"""Looking at what is held out costs time, so it is done no more often."""
EVENT: Final = "metric"


class Watch:
    """Tells convergence, at most so often, and lets a person stop it."""

    def __init__(self, progress: Progress, total: int, what: str) -> None:
        self._progress = progress
        self._total = total
        self._what = what
        self._last = -float("inf")
        self.steps = 0

    def step(self, done: int, values: Callable[[], dict[str, Any]], *, last: bool = False) -> None:
        """Say that so many steps are done; `values` is asked only when it is told.

        Raises:
            CancelledError: Somebody asked it to stop.
        """
        self._progress.check()
        self.steps = done
        now = time.monotonic()
        if last or now - self._last >= EVERY_S:
            self._last = now
            self._progress.advance(done, self._total, self._what)
            self._progress.tell(EVENT, phase=self._what, step=done, total=self._total, **values())
