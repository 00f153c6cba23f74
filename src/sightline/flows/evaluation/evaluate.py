"""The figures of a split: each with its interval, by class, by threshold, by slice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.flows.evaluation.slices import slice_rows
from sightline.metrics.bootstrap import DRAWS, interval, interval_of_mean, wilson
from sightline.metrics.calibration import ece, reliability, tag_ece, tag_reliability
from sightline.metrics.classification import confusion, per_class
from sightline.metrics.curves import precision_recall, roc, top_k
from sightline.metrics.tags import per_tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F64, I64
    from sightline.flows.evaluation.answers import Kept
    from sightline.flows.evaluation.slices import Facts

TOP: Final = (1, 3, 5)
BUDGET: Final = 30_000_000
"""Answers that a bootstrap of a costly figure looks at: larger splits get fewer resamples."""
LEAST_DRAWS: Final = 100
MOST_CURVES: Final = 200
"""Classes whose curves are made; more could not be told apart."""


def evaluate(
    kept: Kept,
    classes: Sequence[str],
    *,
    temperature: float = 1.0,
    groups: I64 | None = None,
    facts: Facts | None = None,
) -> dict[str, Any]:
    """Return everything that is known of one split, as JSON.

    Args:
        kept: The answers; at least one.
        classes: K names.
        temperature: That the probabilities were calibrated with: shows what it did.
        groups: (N,) pictures that belong together; None: each stands alone.
        facts: What slices are made of; None: no slices.
    """
    right = kept.right
    low, high = interval_of_mean(right, groups)
    figures = {"accuracy": _figure(float(right.mean()), low, high), **_figures(kept, groups)}
    return {
        "images": len(right),
        "groups": None if groups is None else len(np.unique(groups)),
        "multi": kept.multi,
        "figures": figures,
        "top": [] if kept.multi else _top(kept),
        "per_class": _per_class(kept, classes),
        "calibration": _calibration(kept, temperature),
        "curves": _curves(kept, classes),
        "slices": [] if facts is None else slice_rows(right, facts, groups),
    }


def _figures(kept: Kept, groups: I64 | None) -> dict[str, Any]:
    if kept.multi:
        known = (~np.isnan(kept.y)).astype(np.float64)
        truth, said = kept.truth, kept.said

        def macro(weights: F64) -> float:
            return _macro_f1(truth, said, known * weights[:, None])

        whole = per_tag(kept.probabilities, truth, kept.thresholds if kept.thresholds is not None
                        else 0.5, known)  # fmt: skip

        def mean_ap(weights: F64) -> float:
            limits = 0.5 if kept.thresholds is None else kept.thresholds
            found = per_tag(kept.probabilities, truth, limits, known * weights[:, None])
            return found.mean_average_precision

        size = truth.size
        return {
            "macro_f1": _figure(whole.macro_f1, *_interval(macro, len(truth), groups, size)),
            "map": _figure(
                whole.mean_average_precision, *_interval(mean_ap, len(truth), groups, size * 20)
            ),
        }
    classes = kept.probabilities.shape[1]
    y, best = kept.y.astype(np.int64), kept.probabilities.argmax(axis=1)
    cells = y * classes + best

    def f1(weights: F64) -> float:
        matrix = np.bincount(cells, weights, minlength=classes**2).reshape(classes, classes)
        return per_class(matrix).macro_f1

    whole_f1 = per_class(confusion(y, best, classes)).macro_f1
    return {"macro_f1": _figure(whole_f1, *_interval(f1, len(y), groups, len(y) + classes**2))}


def _interval(statistic: Any, n: int, groups: I64 | None, cost: int) -> tuple[float, float]:
    draws = max(LEAST_DRAWS, min(DRAWS, BUDGET // max(cost, 1)))
    return interval(statistic, n, groups, draws=draws)


def _macro_f1(truth: Any, said: Any, weights: F64) -> float:
    hits = (weights * (truth & said)).sum(axis=0)
    have, told = (weights * truth).sum(axis=0), (weights * said).sum(axis=0)
    there = have > 0
    f1 = 2 * hits[there] / np.maximum(have[there] + told[there], 1e-12)
    return float(f1.mean()) if there.any() else 0.0


def _figure(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


def _top(kept: Kept) -> list[dict[str, Any]]:
    classes = kept.probabilities.shape[1]
    y = kept.y.astype(np.int64)
    wanted = [k for k in TOP if k < classes or k == 1]
    return [{"k": k, "accuracy": top_k(kept.probabilities, y, k)} for k in wanted]


def _per_class(kept: Kept, classes: Sequence[str]) -> list[dict[str, Any]]:
    """Return precision, recall and F1 of each class; recall with its interval (Wilson 1927)."""
    known = ~np.isnan(kept.y) if kept.multi else np.ones(kept.truth.shape, np.bool_)
    truth, said = kept.truth & known, kept.said & known
    hits, have, told = (one.sum(axis=0) for one in (truth & said, truth, said))
    rows = []
    for k, name in enumerate(classes):
        precision = hits[k] / told[k] if told[k] else None
        recall = hits[k] / have[k] if have[k] else None
        both = 2 * hits[k] / (have[k] + told[k]) if have[k] + told[k] else None
        low, high = wilson(int(hits[k]), int(have[k]))
        rows.append(
            {
                "name": name,
                "support": int(have[k]),
                "said": int(told[k]),
                "precision": _plain(precision),
                "recall": _plain(recall),
                "recall_low": low,
                "recall_high": high,
                "f1": _plain(both),
            }
        )
    return rows


def _plain(value: Any) -> float | None:
    return None if value is None else float(value)


def _calibration(kept: Kept, temperature: float) -> dict[str, Any]:
    before = uncalibrated(kept, temperature)
    if kept.multi:
        known = ~np.isnan(kept.y)
        truth = kept.truth[known]
        return {
            "temperature": temperature,
            "ece": tag_ece(kept.probabilities[known], truth),
            "ece_before": tag_ece(before[known], truth),
            "reliability": list(tag_reliability(kept.probabilities[known], truth)),
        }
    y = kept.y.astype(np.int64)
    return {
        "temperature": temperature,
        "ece": ece(kept.probabilities, y),
        "ece_before": ece(before, y),
        "reliability": list(reliability(kept.probabilities, y)),
    }


def uncalibrated(kept: Kept, temperature: float) -> F64:
    """Return the probabilities (N, K) as they were before the temperature."""
    p = np.clip(kept.probabilities, 1e-12, 1 - 1e-12)
    if kept.multi:
        odds = (p / (1 - p)) ** temperature
        return np.asarray(odds / (1 + odds), np.float64)
    logs = np.log(p) * temperature
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)


def _curves(kept: Kept, classes: Sequence[str]) -> list[dict[str, Any]]:
    known = ~np.isnan(kept.y) if kept.multi else np.ones(kept.truth.shape, np.bool_)
    truth, rows = kept.truth, []
    for k, name in enumerate(classes[:MOST_CURVES]):
        scores, there = kept.probabilities[known[:, k], k], truth[known[:, k], k]
        found = {"roc": roc(scores, there), "pr": precision_recall(scores, there)}
        rows.append(
            {"name": name}
            | {key: None if one is None else one.to_dict() for key, one in found.items()}
        )
    return rows
