"""What every threshold would come to: ROC and precision by recall, thinned for drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.metrics.tags import average_precision

if TYPE_CHECKING:
    from sightline.core.arrays import F64, Bool

POINTS: Final = 101
"""At most so many points of a curve are kept."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve and the area under it."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    area: float
    """0..1; average precision for precision by recall."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"x": list(self.x), "y": list(self.y), "area": self.area}


def roc(scores: F64, truth: Bool) -> Curve | None:
    """Return true positives by false positives, 0..1; None where all or none are true.

    Args:
        scores: (N,)
        truth: (N,)
    """
    from sklearn.metrics import auc, roc_curve

    if truth.all() or not truth.any():
        return None
    x, y, _ = roc_curve(truth, scores)
    return _thinned(x, y, float(auc(x, y)))


def precision_recall(scores: F64, truth: Bool) -> Curve | None:
    """Return precision by recall, 0..1, recall rising; None where none is true.

    Args:
        scores: (N,)
        truth: (N,)
    """
    from sklearn.metrics import precision_recall_curve

    if not truth.any():
        return None
    precision, recall, _ = precision_recall_curve(truth, scores)
    area = average_precision(scores, truth, np.ones(len(scores)))
    return _thinned(recall[::-1], precision[::-1], area)


def top_k(probabilities: F64, y: np.typing.NDArray[np.int64], k: int) -> float:
    """Return the share of rows whose class is among the k likeliest, 0..1.

    Args:
        probabilities: (N, K)
        y: (N,) class indices.
        k: At most K counts.
    """
    mine = probabilities[np.arange(len(y)), y][:, None]
    return float(((probabilities > mine).sum(axis=1) < k).mean())


def _thinned(x: F64, y: F64, area: float) -> Curve:
    """Keep points evenly spread along the curve, both ends among them."""
    if len(x) > POINTS:
        way = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
        keep = np.unique(np.searchsorted(way, np.linspace(0, way[-1], POINTS)).clip(0, len(x) - 1))
        x, y = x[keep], y[keep]
    return Curve(tuple(float(v) for v in x), tuple(float(v) for v in y), area)
