"""Judges answers where each picture has one class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.heads.calibration import softmax
from sightline.metrics.classification import accuracy, log_loss
from sightline.train.evaluate import measure, temperature_of
from sightline.train.findings import WORST, Answers, Findings, headline

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from torch import nn

    from sightline.core.arrays import F32, F64, I64
    from sightline.core.samples import Split

KEYS: Final = ("accuracy", "log_loss", "ece", "macro_f1")


class ClassJudge:
    """Accuracy, log-loss and calibration of the likeliest class."""

    def outputs(self, net: nn.Module) -> Callable[[torch.Tensor], torch.Tensor]:
        """Return the network itself: it gives logits."""
        return net

    def quick(self, logits: F32, y: I64 | F32) -> dict[str, float]:
        """Return val_loss and val_accuracy of (N, K) logits."""
        found = softmax(logits.astype(np.float64))
        return {
            "val_loss": log_loss(found, y),
            "val_accuracy": accuracy(y, found.argmax(axis=1)),
        }

    def probabilities(self, logits: F32, temperature: float) -> F64:
        """Return (N, K) probabilities, rows of sum 1."""
        return softmax(logits.astype(np.float64) / temperature)

    def judge(self, answers: dict[Split, Answers], classes: tuple[str, ...]) -> Findings:
        """Return the figures; the temperature comes from val and is applied to all."""
        val = answers.get("val")
        temperature = temperature_of(val.logits, np.asarray(val.y, np.int64)) if val else 1.0
        found = {name: self.probabilities(one.logits, temperature) for name, one in answers.items()}
        splits = {
            name: measure(found[name], np.asarray(one.y, np.int64), classes)
            for name, one in answers.items()
        }
        worst = [row for name, one in answers.items() for row in mistakes(name, one, found[name])]
        worst.sort(key=lambda row: -row["probability"])
        metrics = headline(splits, KEYS, "accuracy", "accuracy")
        return Findings(temperature, metrics, splits, worst[:WORST])


def mistakes(split: Split, answers: Answers, probabilities: F64) -> list[dict[str, Any]]:
    """Return wrong answers, the most certain first: image_id, true, predicted (class indices)."""
    predicted = probabilities.argmax(axis=1)
    sure = probabilities.max(axis=1)
    y = np.asarray(answers.y, np.int64)
    wrong = np.flatnonzero(predicted != y)
    return [
        {
            "image_id": int(answers.image_ids[i]),
            "split": split,
            "true": int(y[i]),
            "predicted": int(predicted[i]),
            "probability": float(sure[i]),
            "probability_true": float(probabilities[i, y[i]]),
        }
        for i in wrong[np.argsort(-sure[wrong], kind="stable")][:WORST]
    ]
