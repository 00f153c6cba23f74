"""Judges answers where a picture has any number of tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.heads.calibration import T_MAX, T_MIN
from sightline.heads.sigmoids import fit_sigmoids, sigmoid
from sightline.heads.tag_calibration import HALF, thresholds
from sightline.metrics.calibration import tag_ece, tag_reliability
from sightline.metrics.tags import per_tag
from sightline.metrics.thresholds import for_precision
from sightline.train.evaluate import MIN_CALIBRATED
from sightline.train.findings import WORST, Answers, Findings, headline

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from torch import nn

    from sightline.core.arrays import F32, F64, I64
    from sightline.core.samples import Split

KEYS: Final = ("map", "accuracy", "subset_accuracy", "log_loss", "ece", "macro_f1", "micro_f1")
FITTED_ON: Final = 200_000
"""Answers that are enough for one temperature."""
FLOOR: Final = 1e-12


class TagJudge:
    """Average precision of each tag, and thresholds, chosen on val, that say which are there.

    Args:
        target_precision: Of every tag's threshold, 0..1; 0: that of the highest F1.
    """

    def __init__(self, target_precision: float = 0.0) -> None:
        self._target = target_precision

    def outputs(self, net: nn.Module) -> Callable[[torch.Tensor], torch.Tensor]:
        """Return the network itself: it gives logits."""
        return net

    def quick(self, logits: F32, y: I64 | F32) -> dict[str, float]:
        """Return val_loss, val_accuracy and val_map of (N, K) logits."""
        found = self.probabilities(logits, 1.0)
        known = ~np.isnan(y)
        limits = np.full(found.shape[1], HALF)
        return {
            "val_loss": _log_loss(found, y),
            "val_accuracy": _right(found, y, limits),
            "val_map": per_tag(found, _there(y), limits, known).mean_average_precision,
        }

    def probabilities(self, logits: F32, temperature: float) -> F64:
        """Return (N, K) probabilities, each tag for itself."""
        return sigmoid(logits.astype(np.float64) / temperature)

    def judge(self, answers: dict[Split, Answers], classes: tuple[str, ...]) -> Findings:
        """Return the figures; temperature and thresholds come from val."""
        val = answers.get("val")
        temperature = 1.0 if val is None else temperature_of(val.logits, val.y)
        found = {name: self.probabilities(one.logits, temperature) for name, one in answers.items()}
        limits = np.full(len(classes), HALF)
        if val is not None:
            limits = self._limits(found["val"], val.y)
        splits = {
            name: measure(found[name], one.y, classes, limits) for name, one in answers.items()
        }
        worst = [
            row for name, one in answers.items() for row in mistakes(name, one, found[name], limits)
        ]
        worst.sort(key=lambda row: -row["gap"])
        metrics = headline(splits, KEYS, "mAP", "map")
        metrics |= {f"{name}_map": row["map"] for name, row in splits.items()}
        return Findings(
            temperature, metrics, splits, worst[:WORST], tuple(float(one) for one in limits)
        )

    def _limits(self, probabilities: F64, y: I64 | F32) -> F64:
        if self._target:
            return for_precision(probabilities, _there(y), self._target, ~np.isnan(y))
        return _limits(probabilities, y)


def temperature_of(logits: F32, y: I64 | F32) -> float:
    """Return the one temperature that fits all tags' validation logits; 1 for few pictures.

    Args:
        logits: (N, K)
        y: (N, K) probabilities, NaN where unknown.
    """
    known = ~np.isnan(y)
    if len(y) < MIN_CALIBRATED or not known.any():
        return 1.0
    values, truth = logits[known].astype(np.float64), _there(y)[known]
    step = -(-len(values) // FITTED_ON)
    values, truth = values[::step, None], truth[::step, None]
    scale, _ = fit_sigmoids(values, truth, np.ones(len(values)), offset=False)
    return float(1 / np.clip(scale[0], 1 / T_MAX, 1 / T_MIN))


def measure(
    probabilities: F64, y: I64 | F32, classes: tuple[str, ...], limits: F64
) -> dict[str, Any]:
    """Return a split's figures: mAP, F1, accuracy, calibration and a row for each tag.

    Args:
        probabilities: (N, K), N >= 1.
        y: (N, K) probabilities, NaN where unknown.
        classes: K names.
        limits: (K,) from which probability on a tag counts as there.
    """
    truth, known = _there(y), ~np.isnan(y)
    found = per_tag(probabilities, truth, limits, known)
    right = ((probabilities >= limits) == truth) | ~known
    rows = [
        {
            "name": name,
            "precision": float(found.precision[k]),
            "recall": float(found.recall[k]),
            "f1": float(found.f1[k]),
            "support": int(found.support[k]),
            "average_precision": float(found.average_precision[k]),
            "threshold": float(limits[k]),
        }
        for k, name in enumerate(classes)
    ]
    return {
        "images": len(y),
        "map": found.mean_average_precision,
        "accuracy": _right(probabilities, y, limits),
        "subset_accuracy": float(right.all(axis=1).mean()),
        "log_loss": _log_loss(probabilities, y),
        "ece": tag_ece(probabilities[known], truth[known]),
        "macro_f1": found.macro_f1,
        "micro_f1": found.micro_f1,
        "per_class": rows,
        "confusion": [],
        "reliability": list(tag_reliability(probabilities[known], truth[known])),
    }


def mistakes(
    split: Split, answers: Answers, probabilities: F64, limits: F64
) -> list[dict[str, Any]]:
    """Return wrongly said and missed tags, the farthest from their threshold first.

    Each row: image_id, split, tag, true (the tag's index where it is there, else null), predicted
    (where it was said, else null), probability, gap (0..1).
    """
    truth, known = _there(answers.y), ~np.isnan(answers.y)
    said = probabilities >= limits
    way = np.where(said, (probabilities - limits) / (1 - limits), (limits - probabilities) / limits)
    gaps = np.where((said != truth) & known, way, -1.0)
    order = np.argsort(-gaps, axis=None, kind="stable")[:WORST]
    places = [divmod(int(one), gaps.shape[1]) for one in order if gaps.ravel()[one] >= 0]
    return [
        {
            "image_id": int(answers.image_ids[i]),
            "split": split,
            "tag": k,
            "true": k if truth[i, k] else None,
            "predicted": k if said[i, k] else None,
            "probability": float(probabilities[i, k]),
            "gap": float(gaps[i, k]),
        }
        for i, k in places
    ]


def _limits(probabilities: F64, y: I64 | F32) -> F64:
    """Return (K,) thresholds of the highest F1 over what is known of each tag."""
    truth, known = _there(y), ~np.isnan(y)
    if known.all():
        return thresholds(probabilities, truth, np.ones(len(truth)))
    return np.array(
        [
            thresholds(probabilities[rows, k : k + 1], truth[rows, k : k + 1], np.ones(rows.sum()))[
                0
            ]
            for k, rows in enumerate(known.T)
        ]
    )


def _there(y: I64 | F32) -> Any:
    return y >= HALF  # NaN is not


def _right(probabilities: F64, y: I64 | F32, limits: F64) -> float:
    """Return the mean over pictures of the share of known tags that are answered rightly."""
    known = ~np.isnan(y)
    right = ((probabilities >= limits) == _there(y)) & known
    some = known.any(axis=1)
    shares = right[some].sum(axis=1) / known[some].sum(axis=1)
    return float(shares.mean()) if some.any() else 0.0


def _log_loss(probabilities: F64, y: I64 | F32) -> float:
    """Return the mean binary log-loss of what is known, nats; soft targets count as such."""
    known = ~np.isnan(y)
    p, t = probabilities[known], np.asarray(y, np.float64)[known]
    if not p.size:
        return 0.0
    losses = t * np.log(np.maximum(p, FLOOR)) + (1 - t) * np.log(np.maximum(1 - p, FLOOR))
    return float(-losses.mean())
