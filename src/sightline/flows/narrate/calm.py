"""Probabilities that do not jump from frame to frame."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

SETTLE_S: Final = 0.5
"""After so long two thirds of what is new count."""
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
        """Return names with calm probabilities, the likeliest first, for those of a frame."""
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
        ranked = sorted(self._means.items(), key=lambda pair: -pair[1])
        return tuple(ranked[: len(classes)])
