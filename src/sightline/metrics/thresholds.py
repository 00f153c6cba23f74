"""From which probability on a tag counts as there, for a wanted precision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from sightline.core.arrays import F64, Bool

LOWEST, HIGHEST = 0.05, 0.95
"""Thresholds outside say that a tag is always, or never, there."""
NOTHING: Final = 0.5


def for_precision(probabilities: F64, truth: Bool, target: float, known: Bool) -> F64:
    """Return (K,) the lowest thresholds at which a tag is right often enough where it is said.

    Where no threshold reaches the target, that of the highest precision is taken; a tag that
    nothing has keeps one half.

    Args:
        probabilities: (N, K)
        truth: (N, K)
        target: Wanted precision, 0..1.
        known: (N, K) whose truth is known.
    """
    columns = zip(probabilities.T, truth.T, known.T, strict=True)
    return np.array([_one(p[some], there[some], target) for p, there, some in columns])


def _one(p: F64, truth: Bool, target: float) -> float:
    if not truth.any():
        return NOTHING
    order = np.argsort(-p, kind="stable")
    precision = np.cumsum(truth[order]) / np.arange(1, len(p) + 1)
    last = np.append(np.diff(p[order]) < 0, True)  # equal answers come together
    places = np.flatnonzero(last)
    good = places[precision[places] >= target]
    at = int(good[-1]) if len(good) else int(places[precision[places].argmax()])
    below = float(p[order][at + 1]) if at + 1 < len(p) else 0.0
    return float(np.clip((float(p[order][at]) + below) / 2, LOWEST, HIGHEST))
