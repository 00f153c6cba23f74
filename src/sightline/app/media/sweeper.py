"""A thread that erases media whose time is over."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from sightline.core.errors import SightlineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.media.shelf import MediaShelf

EVERY_S: Final = 60.0
logger = logging.getLogger(__name__)


class Sweeper:
    """Sweeps at the start and then every minute."""

    def __init__(self, shelf: Callable[[], MediaShelf], *, every_s: float = EVERY_S) -> None:
        self._shelf = shelf
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="media-sweeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, once a sweep that is going on is done."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while True:
            self.once()
            if self._stop.wait(self._every_s):
                return

    def once(self) -> None:
        """Sweep; a failure is logged, and the next sweep tries again."""
        try:
            gone = self._shelf().sweep()
        except (SightlineError, OSError) as error:
            logger.warning("expired media could not be erased: %s", error)
            return
        if gone:
            logger.info("%d media are erased: their time was over", len(gone))
