"""Probabilities that do not jump from frame to frame."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

SETTLE_S: Final = 0.5
"""After so long two thirds of what is new count."""
MOSTLY: Final = 0.5
LEAST: Final = 0.005
"""What is less probable is forgotten."""


class Calm:
    """Exponential means of a classifier's answers over time.

    Answers that lie far apart in time are not mixed, so a slow look is believed as it is.
    """

    def __init__(self) -> None:
        self._means: dict[str, float] = {}
        self._time_s: float | None = None

    def take(
        self, time_s: float, classes: Sequence[tuple[str, float]]
    ) -> tuple[tuple[str, float], ...]:
        """Return names with calm probabilities, the likeliest first, for those of a frame.

        Names of earlier frames are among them until they are forgotten.
        """
        passed = math.inf if self._time_s is None else max(time_s - self._time_s, 0.0)
        self._time_s = time_s
        old = math.exp(-passed / SETTLE_S)
        now = dict(classes)
        names = dict.fromkeys([*now, *self._means])
        means = {
            name: old * self._means.get(name, 0.0) + (1 - old) * now.get(name, 0.0)
            for name in names
        }
        self._means = {name: mean for name, mean in means.items() if mean >= LEAST}
        return tuple(sorted(self._means.items(), key=lambda pair: -pair[1]))


class Steady:
    """Tags that were there for most of the last moments: one that flickers does not come and go."""

    def __init__(self) -> None:
        self._there = Calm()
        self._known: dict[str, float] = {}

    def take(
        self, time_s: float, tags: Sequence[tuple[str, float]]
    ) -> tuple[tuple[str, float], ...]:
        """Return the tags that are there, the likeliest first, for those of a frame."""
        there = self._there.take(time_s, [(name, 1.0) for name, _ in tags])
        self._known = {name: self._known.get(name, 0.0) for name, _ in there} | dict(tags)
        kept = [(name, self._known[name]) for name, share in there if share >= MOSTLY]
        return tuple(sorted(kept, key=lambda pair: -pair[1]))
