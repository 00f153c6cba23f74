"""Whether what comes now is still like what was known: near neighbours, and a test of the stream.

A picture is as odd as its k-th nearest neighbour among the known ones is far (Sun et al.,
"Out-of-Distribution Detection with Deep Nearest Neighbors", ICML 2022). That the stream as a whole
has moved is told by the two-sample test of Kolmogorov and Smirnov on these distances, as Rabanser
et al. do ("Failing Loudly", NeurIPS 2019): window by window, so that no value is tested twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F32

NEIGHBOURS: Final = 5
WINDOW: Final = 100
ALARM_P: Final = 0.001
"""Below it a window is no chance any more: about one false alarm in a thousand windows."""
_BLOCK: Final = 512


def knn_distances(
    rows: F32, known: F32, *, k: int = NEIGHBOURS, among_themselves: bool = False
) -> F32:
    """Return how far the k-th nearest known row is from each row, (N,).

    Args:
        rows: (N, D).
        known: (M, D).
        k: Which neighbour; the last one where there are fewer.
        among_themselves: The rows are the known ones: none is its own neighbour.
    """
    out = np.empty(len(rows), np.float32)
    square = np.einsum("nd,nd->n", known, known)
    place = min(k, len(known) - among_themselves) - 1
    if place < 0:
        return np.zeros(len(rows), np.float32)
    for at in range(0, len(rows), _BLOCK):
        part = rows[at : at + _BLOCK]
        far = np.einsum("nd,nd->n", part, part)[:, None] + square - 2 * part @ known.T
        if among_themselves:
            far[np.arange(len(part)), at + np.arange(len(part))] = np.inf
        nearest = np.partition(far, place, axis=1)[:, place]
        out[at : at + _BLOCK] = np.sqrt(np.maximum(nearest, 0.0))
    return out


def moved(values: NDArray[Any], known: NDArray[Any]) -> tuple[float, float]:
    """Return statistic and p of both samples (N,), (M,) having one distribution.

    The two-sample test of Kolmogorov and Smirnov.
    """
    from scipy.stats import ks_2samp

    found = ks_2samp(values, known, method="asymp")
    return float(found.statistic), float(found.pvalue)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the test said of a window."""

    statistic: float
    """0..1, the largest gap between both cumulative distributions."""
    p: float
    alarm: bool
    window: int
    """Which one, from 1."""


class DriftWatch:
    """Gathers values of a stream and tests each full window against the known ones."""

    def __init__(self, known: F32, *, window: int = WINDOW, alarm_p: float = ALARM_P) -> None:
        self._known = np.sort(np.asarray(known, np.float64))
        self._window = window
        self._alarm_p = alarm_p
        self._values: list[float] = []
        self._count = 0
        self.verdict: Verdict | None = None
        """Of the newest full window; None before the first."""

    def rank(self, value: float) -> float:
        """Return the share of known values that lie below, 0..1; 0 where none is known."""
        if not len(self._known):
            return 0.0
        return float(np.searchsorted(self._known, value, "left")) / len(self._known)

    def add(self, value: float) -> Verdict | None:
        """Take a value in; return the verdict if a window is full with it."""
        self._values.append(value)
        if len(self._values) < self._window or not len(self._known):
            self._values = self._values[-self._window :]
            return None
        self._count += 1
        statistic, p = moved(np.asarray(self._values), self._known)
        self._values.clear()
        self.verdict = Verdict(statistic, p, p < self._alarm_p, self._count)
        return self.verdict
