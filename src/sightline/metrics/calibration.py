"""Whether "90 % sure" is right nine times in ten."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from sightline.core.arrays import F64, I64


class Bin(TypedDict):
    """One bar of a reliability diagram."""

    confidence: float
    """Mean probability of the answers in the bin."""
    accuracy: float
    """Share of them that are right."""
    count: int


def ece(
    probabilities: ArrayLike,
    y_true: ArrayLike,
    bins: int = 15,
    weights: ArrayLike | None = None,
) -> float:
    """Return the expected calibration error, 0..1 (Guo et al. 2017): lower is better.

    Args:
        probabilities: (N, K).
        y_true: (N,) class indices.
        bins: Equal-width bins of confidence.
        weights: (N,) above 0, how much each row counts; None: all the same.
    """
    confidence, right, mass, _ = _binned(probabilities, y_true, bins, weights)
    total = mass.sum()
    return float(np.abs(confidence - right).sum() / total) if total else 0.0


def reliability(
    probabilities: ArrayLike,
    y_true: ArrayLike,
    bins: int = 15,
    weights: ArrayLike | None = None,
) -> list[Bin]:
    """Return the bins that hold an answer, by rising confidence.

    Args:
        probabilities: (N, K).
        y_true: (N,) class indices.
        bins: Equal-width bins of confidence.
        weights: (N,) above 0, how much each row counts; None: all the same.
    """
    confidence, right, mass, count = _binned(probabilities, y_true, bins, weights)
    return [
        Bin(confidence=float(c / m), accuracy=float(r / m), count=int(n))
        for c, r, m, n in zip(confidence, right, mass, count, strict=True)
        if n
    ]


def _binned(
    probabilities: ArrayLike, y_true: ArrayLike, bins: int, weights: ArrayLike | None
) -> tuple[F64, F64, F64, I64]:
    """Return sums of confidence, of right answers and of weight, and counts, (bins,) each."""
    probs = np.asarray(probabilities, dtype=np.float64)
    true = np.asarray(y_true, dtype=np.int64)
    if not true.size:
        return np.zeros(bins), np.zeros(bins), np.zeros(bins), np.zeros(bins, np.int64)
    weight = np.ones(true.size) if weights is None else np.asarray(weights, dtype=np.float64)
    top = probs.max(axis=1)
    right = probs.argmax(axis=1) == true
    # Bins are (low, high], as in the paper; confidence 0 joins the first.
    place = np.clip(np.ceil(top * bins).astype(np.int64) - 1, 0, bins - 1)

    def total(values: F64) -> F64:
        return np.bincount(place, weights=values, minlength=bins).astype(np.float64)

    counts = np.bincount(place, minlength=bins).astype(np.int64)
    return total(top * weight), total(right * weight), total(weight), counts
