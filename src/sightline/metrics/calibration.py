"""Whether "90 % sure" is right nine times in ten."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypedDict

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from sightline.core.arrays import F64, I64, Bool


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
    return _error(_binned(*_answers(probabilities, y_true), bins, weights))


def tag_ece(
    probabilities: ArrayLike,
    truth: ArrayLike,
    bins: int = 15,
    weights: ArrayLike | None = None,
) -> float:
    """Return how far "this tag, 30 %" is from how often it is there, 0..1.

    Args:
        probabilities: (N,) of a tag.
        truth: (N,) whether it is there.
        bins: Equal-width bins of probability.
        weights: (N,) above 0, how much each row counts; None: all the same.
    """
    return _error(_binned(*_flat(probabilities, truth), bins, weights))


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
    return _bars(_binned(*_answers(probabilities, y_true), bins, weights))


def tag_reliability(
    probabilities: ArrayLike,
    truth: ArrayLike,
    bins: int = 15,
    weights: ArrayLike | None = None,
) -> list[Bin]:
    """Return the bins that hold a probability; `accuracy` is how often the tag is there.

    Args:
        probabilities: (N,) of a tag.
        truth: (N,) whether it is there.
        bins: Equal-width bins of probability.
        weights: (N,) above 0, how much each row counts; None: all the same.
    """
    return _bars(_binned(*_flat(probabilities, truth), bins, weights))


class _Binned(NamedTuple):
    """Sums of confidence, of what is right and of weight, and counts, (bins,) each."""

    confidence: F64
    right: F64
    mass: F64
    answers: I64


def _error(found: _Binned) -> float:
    total = found.mass.sum()
    return float(np.abs(found.confidence - found.right).sum() / total) if total else 0.0


def _bars(found: _Binned) -> list[Bin]:
    return [
        Bin(confidence=float(c / m), accuracy=float(r / m), count=int(n))
        for c, r, m, n in zip(*found, strict=True)
        if n
    ]


def _answers(probabilities: ArrayLike, y_true: ArrayLike) -> tuple[F64, Bool]:
    """Return how sure each answer is, and whether it is right, (N,) each."""
    probs = np.asarray(probabilities, dtype=np.float64)
    true = np.asarray(y_true, dtype=np.int64)
    if not true.size:
        return np.zeros(0), np.zeros(0, np.bool_)
    return probs.max(axis=1), probs.argmax(axis=1) == true


def _flat(probabilities: ArrayLike, truth: ArrayLike) -> tuple[F64, Bool]:
    return np.asarray(probabilities, dtype=np.float64), np.asarray(truth, dtype=np.bool_)


def _binned(sure: F64, right: Bool, bins: int, weights: ArrayLike | None) -> _Binned:
    weight = np.ones(sure.size) if weights is None else np.asarray(weights, dtype=np.float64)
    # Bins are (low, high], as in the paper; confidence 0 joins the first.
    place = np.clip(np.ceil(sure * bins).astype(np.int64) - 1, 0, bins - 1)

    def total(values: F64) -> F64:
        return np.bincount(place, weights=values, minlength=bins).astype(np.float64)

    counts = np.bincount(place, minlength=bins).astype(np.int64)
    return _Binned(total(sure * weight), total(right * weight), total(weight), counts)
