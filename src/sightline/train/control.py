"""What somebody asks of a training while it runs: one small file in its folder, which it reads.

Whoever asks writes the whole wish; the training only reads it, so that neither waits for the other
and a wish outlives the server. What came of it stands in the events and in the checkpoint's place.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.core.files import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE: Final = "control.json"
LOOK_S: Final = 0.25
"""How often a training looks; between two looks a step pays one look at the clock."""
PAUSE_S: Final = 0.1
MOST: Final = 1e3
"""Largest factor on the learning rate, and one over the smallest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a training should go on."""

    pause: bool = False
    stop_after_epoch: bool = False
    lr_factor: float = 1.0
    """Multiplies the learning rate of the schedule."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


def read_wish(run_dir: Path) -> Wish:
    """Return what is asked of a run; a file that is missing or makes no sense asks for nothing."""
    try:
        found = read_json(run_dir / FILE)
    except (OSError, InvalidInputError):
        return Wish()
    if not isinstance(found, dict):
        return Wish()
    factor = found.get("lr_factor", 1.0)
    return Wish(
        pause=found.get("pause") is True,
        stop_after_epoch=found.get("stop_after_epoch") is True,
        lr_factor=float(factor) if usable(factor) else 1.0,
    )


def write_wish(run_dir: Path, wish: Wish) -> None:
    """Ask for all of this, in place of what was asked for before."""
    write_json(run_dir / FILE, wish.to_dict())


def usable(factor: object) -> bool:
    """Say whether a learning rate can be multiplied by this."""
    if isinstance(factor, bool) or not isinstance(factor, int | float):
        return False
    return math.isfinite(factor) and 1 / MOST <= factor <= MOST


def set_off(run_dir: Path) -> None:
    """Forget what was asked of an earlier session; the factor on the learning rate stays."""
    wish = read_wish(run_dir)
    if wish.pause or wish.stop_after_epoch:
        with suppress(OSError):
            write_wish(run_dir, Wish(lr_factor=wish.lr_factor))


class Lookout:
    """Looks at the wish now and then; costs a step a look at the clock."""

    def __init__(
        self,
        run_dir: Path,
        *,
        clock: Callable[[], float] = time.perf_counter,
        every_s: float = LOOK_S,
    ) -> None:
        self._run_dir, self._clock, self._every_s = run_dir, clock, every_s
        self._next = -math.inf
        self._seen = 0

    def due(self) -> bool:
        """Say whether it is time to look."""
        return self._clock() >= self._next

    def new(self) -> Wish | None:
        """Return the wish when its file has changed since the last look, else None."""
        self._next = self._clock() + self._every_s
        try:
            seen = (self._run_dir / FILE).stat().st_mtime_ns
        except OSError:
            return None
        if seen == self._seen:
            return None
        self._seen = seen
        return read_wish(self._run_dir)
