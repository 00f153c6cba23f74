"""How a form of a model answers beside the one that it was made from, on labelled pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.metrics.bootstrap import interval, interval_of_mean
from sightline.metrics.classification import confusion, per_class

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32, F64, I64, Bool

POINTS: Final = 100.0
FEW: Final = 100
"""With fewer pictures one answer is worth more than a point."""
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Truth:
    """Labels of the pictures that a form is judged on."""

    split: str
    """Where they are from: val, test, or `folder`."""
    labels: I64
    """(N,) class indices; of tags -1."""
    tags: Bool | None = None
    """(N, K) of tags."""
    groups: I64 | None = None
    """(N,) what belongs together."""
    limits: Sequence[float] = ()
    """(K,) from which probability on a tag counts as there."""

    def __len__(self) -> int:
        """Return how many pictures there are."""
        return len(self.labels)

    @property
    def figure(self) -> str:
        """Which figure the limit is about: top1, of tags macro_f1."""
        return "top1" if self.tags is None else "macro_f1"


def compare(truth: Truth, before: F32, after: F32) -> dict[str, Any]:
    """Return both sides' figures and the change with its paired 95 % interval, JSON.

    Both answer the same pictures, and a resample draws a picture for both: what makes it hard for
    both cancels out (Efron & Tibshirani 1993).

    Args:
        truth: Of N >= 1 pictures.
        before: (N, K) probabilities of the model.
        after: (N, K) of its form.
    """
    ours, theirs = (_said(truth, one) for one in (before, after))
    gap = _right(truth, theirs) - _right(truth, ours)

    def change(weights: F64) -> float:
        return _macro_f1(truth, theirs, weights) - _macro_f1(truth, ours, weights)

    plain = np.ones(len(truth))
    changes = {
        "top1": _row(float(gap.mean()), interval_of_mean(gap, truth.groups)),
        "macro_f1": _row(change(plain), interval(change, len(truth), truth.groups)),
    }
    return {
        "split": truth.split,
        "images": len(truth),
        "figure": truth.figure,
        "before": _figures(truth, ours),
        "after": _figures(truth, theirs),
        "change": changes,
        "lost": max(0.0, -changes[truth.figure]["points"]),
        "agreement": float((ours == theirs).reshape(len(truth), -1).all(axis=1).mean()),
        "max_abs": float(np.abs(before - after).max()),
    }


def lost(truth: Truth, before: F32, after: F32) -> float:
    """Return how many points the form loses of the figure that counts; below 0: it gains."""
    ours, theirs = (_said(truth, one) for one in (before, after))
    sides = [_figures(truth, one)[truth.figure] for one in (ours, theirs)]
    return POINTS * (sides[0] - sides[1])


def _row(change: float, ends: tuple[float, float]) -> dict[str, float]:
    low, high = ends
    return {"points": POINTS * change, "low": POINTS * low, "high": POINTS * high}


def _said(truth: Truth, probabilities: F32) -> Any:
    """Return (N,) the likeliest class, or (N, K) which tags were said."""
    if truth.tags is None:
        return probabilities.argmax(axis=1)
    return probabilities >= np.asarray(truth.limits or _HALF, np.float32)


def _right(truth: Truth, said: Any) -> F64:
    """Return (N,) 1 where the answer is right, of tags the share that is."""
    if truth.tags is None:
        return np.asarray(said == truth.labels, np.float64)
    return np.asarray((said == truth.tags).mean(axis=1), np.float64)


def _figures(truth: Truth, said: Any) -> dict[str, float]:
    plain = np.ones(len(truth))
    return {
        "top1": float(_right(truth, said).mean()),
        "macro_f1": _macro_f1(truth, said, plain),
    }


def _macro_f1(truth: Truth, said: Any, weights: F64) -> float:
    if truth.tags is not None:
        hits = weights @ (said & truth.tags)
        both = weights @ said + weights @ truth.tags
        there = both > 0
        return float((2 * hits[there] / both[there]).mean()) if there.any() else 0.0
    count = int(max(said.max(), truth.labels.max())) + 1
    if np.all(weights == 1):
        return per_class(confusion(truth.labels, said, count)).macro_f1
    pairs = np.bincount(truth.labels * count + said, weights, count * count)
    return per_class(pairs.reshape(count, count)).macro_f1
