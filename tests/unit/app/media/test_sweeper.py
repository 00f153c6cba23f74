"""A sweep comes at the start, then at intervals, whatever happens."""

from __future__ import annotations

import threading
from typing import Any, cast

from sightline.app.media.sweeper import Sweeper
from sightline.core.errors import StorageError


class Shelf:
    """Fails at the first sweep."""

    def __init__(self) -> None:
        self.sweeps = 0
        self.third = threading.Event()

    def sweep(self) -> list[str]:
        """Count."""
        self.sweeps += 1
        if self.sweeps == 3:
            self.third.set()
        if self.sweeps == 1:
            raise StorageError("the disk is gone")
        return ["one"]


def test_it_sweeps_again_after_a_failure_until_it_is_stopped() -> None:
    shelf = Shelf()
    sweeper = Sweeper(lambda: cast("Any", shelf), every_s=0.001)

    sweeper.start()
    assert shelf.third.wait(60)
    sweeper.stop()
    swept = shelf.sweeps

    assert swept >= 3
    assert not [one for one in threading.enumerate() if one.name == "media-sweeper"]
