"""How good an answer of many yes or no is, tag by tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from sightline.core.arrays import F64, I64, Bool


@dataclass(frozen=True, slots=True)
class PerTag:
    """Measures of each tag, (K,) each; 0 where nothing has it or nothing was said to."""

    precision: F64
    recall: F64
    f1: F64
    average_precision: F64
    support: I64
    """How many images have the tag."""
    micro_f1: float
    """F1 over all answers together: frequent tags count most."""

    @property
    def macro_f1(self) -> float:
        """Mean F1 over the tags that an image has: each tag counts the same."""
        return self._mean(self.f1)

    @property
    def mean_average_precision(self) -> float:
        """Mean average precision over the tags that an image has (mAP), 0..1."""
        return self._mean(self.average_precision)

    def _mean(self, values: F64) -> float:
        there = self.support > 0
        return float(values[there].mean()) if there.any() else 0.0


def per_tag(
    probabilities: ArrayLike,
    truth: ArrayLike,
    thresholds: ArrayLike,
    weights: ArrayLike | None = None,
) -> PerTag:
    """Return precision, recall, F1, average precision and support of each tag.

    Args:
        probabilities: (N, K)
        truth: (N, K)
        thresholds: (K,) or one: from it on a tag counts as said.
        weights: (N,) how much each row counts, or (N, K) each answer, 0 where the truth is not
            known; None: all the same.
    """
    probs, true = np.asarray(probabilities, dtype=np.float64), np.asarray(truth, dtype=np.bool_)
    weight = np.ones(len(true)) if weights is None else np.asarray(weights, dtype=np.float64)
    each = np.broadcast_to(weight if weight.ndim > 1 else weight[:, None], true.shape)
    said = probs >= np.asarray(thresholds)
    hits = _summed(each, said & true)
    have, told = _summed(each, true), _summed(each, said)
    columns = zip(probs.T, true.T, each.T, strict=True)
    precision = [average_precision(p, t, w) for p, t, w in columns]
    return PerTag(
        precision=_ratio(hits, told),
        recall=_ratio(hits, have),
        f1=_ratio(2 * hits, have + told),
        average_precision=np.asarray(precision, dtype=np.float64),
        support=(true & (each > 0)).sum(axis=0).astype(np.int64),
        micro_f1=float(_ratio(np.array(2 * hits.sum()), np.array(have.sum() + told.sum()))),
    )


def average_precision(scores: F64, truth: Bool, weights: F64) -> float:
    """Return the area under precision by recall, as a sum of steps, 0..1; 0 with no positive.

    Args:
        scores: (N,)
        truth: (N,)
        weights: (N,) 0 leaves a row out.
    """
    some = weights > 0
    scores, truth, weights = scores[some], truth[some], weights[some]
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(weights[order] * truth[order])
    if not len(hits) or hits[-1] <= 0:
        return 0.0
    last = np.append(np.diff(scores[order]) < 0, True)  # equal scores come together
    hits, said = hits[last], np.cumsum(weights[order])[last]
    gained = np.diff(hits, prepend=0.0)
    return float((gained * hits / said).sum() / hits[-1])


def _summed(weights: F64, which: Bool) -> F64:
    return np.asarray(np.einsum("nk,nk->k", weights, which), dtype=np.float64)


def _ratio(over: F64, under: F64) -> F64:
    return np.divide(over, under, out=np.zeros_like(over), where=under > 0)
