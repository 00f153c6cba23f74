"""How often a classifier is right, and about what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from sightline.core.arrays import F64, I64

FLOOR: Final = 1e-12
"""Probabilities are raised to this before a logarithm, so that one certain mistake stays finite."""


def accuracy(y_true: ArrayLike, y_pred: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the share of equal labels, 0..1; 0.0 for no labels.

    Args:
        y_true: (N,) class indices.
        y_pred: (N,) class indices.
        weights: (N,) how much each row counts; None: all the same.
    """
    true, pred = np.asarray(y_true), np.asarray(y_pred)
    return _mean((true == pred).astype(np.float64), weights) if true.size else 0.0


def confusion(y_true: ArrayLike, y_pred: ArrayLike, k: int) -> I64:
    """Return counts (k, k): row = true class, column = predicted class.

    Args:
        y_true: (N,) class indices, 0..k-1.
        y_pred: (N,) class indices, 0..k-1.
        k: Number of classes.

    Raises:
        ValueError: An index is not in 0..k-1 or the lengths differ.
    """
    true = np.asarray(y_true, dtype=np.int64).ravel()
    pred = np.asarray(y_pred, dtype=np.int64).ravel()
    if true.shape != pred.shape:
        raise ValueError(f"{true.size} true labels but {pred.size} predicted ones")
    if true.size and (min(true.min(), pred.min()) < 0 or max(true.max(), pred.max()) >= k):
        raise ValueError(f"a class index is not in 0..{k - 1}")
    return np.bincount(true * k + pred, minlength=k * k).reshape(k, k).astype(np.int64)


@dataclass(frozen=True, slots=True)
class PerClass:
    """Measures of each class, (K,) each; 0 where a class was never true or never predicted."""

    precision: F64
    recall: F64
    f1: F64
    support: I64
    """How often the class was true."""
    predicted: I64
    """How often the class was the answer."""

    @property
    def macro_f1(self) -> float:
        """Mean F1 over the classes that occur, as truth or as answer."""
        occurs = (self.support > 0) | (self.predicted > 0)
        return float(self.f1[occurs].mean()) if occurs.any() else 0.0

    def rows(self) -> list[dict[str, float | int]]:
        """Return one JSON-ready row per class: precision, recall, f1, support."""
        return [
            {"precision": float(p), "recall": float(r), "f1": float(f), "support": int(s)}
            for p, r, f, s in zip(self.precision, self.recall, self.f1, self.support, strict=True)
        ]


def per_class(matrix: ArrayLike) -> PerClass:
    """Return precision, recall, F1 and support of each class.

    Args:
        matrix: (K, K) counts as `confusion` gives them.
    """
    counts = np.asarray(matrix, dtype=np.float64)
    hits, support, predicted = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    return PerClass(
        precision=_ratio(hits, predicted),
        recall=_ratio(hits, support),
        f1=_ratio(2 * hits, support + predicted),
        support=support.astype(np.int64),
        predicted=predicted.astype(np.int64),
    )


def log_loss(
    probabilities: ArrayLike, y_true: ArrayLike, weights: ArrayLike | None = None
) -> float:
    """Return the mean of -ln p(true class), nats; 0.0 for no labels.

    Args:
        probabilities: (N, K), rows sum to 1.
        y_true: (N,) class indices, 0..K-1.
        weights: (N,) how much each row counts; None: all the same.
    """
    probs = np.asarray(probabilities, dtype=np.float64)
    true = np.asarray(y_true, dtype=np.int64)
    if not true.size:
        return 0.0
    losses = -np.log(np.maximum(probs[np.arange(true.size), true], FLOOR))
    return _mean(losses, weights)


def _ratio(over: F64, under: F64) -> F64:
    return np.divide(over, under, out=np.zeros_like(over), where=under > 0)


def _mean(values: F64, weights: ArrayLike | None) -> float:
    if weights is None:
        return float(values.mean())
    return float(np.average(values, weights=np.asarray(weights, dtype=np.float64)))
