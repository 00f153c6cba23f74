"""What is known when a training is over: report.json and predictions.npz."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.files import write_atomic, write_json
from sightline.heads.calibration import softmax
from sightline.train.data import IGNORED
from sightline.train.evaluate import logits_of, measure, temperature_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import nn

    from sightline.core.arrays import F32, F64, I64
    from sightline.core.samples import Sample, Split
    from sightline.train.augment import Augmenter
    from sightline.train.data import Pixels

WORST: Final = 50
JUDGING: Final[tuple[Split, ...]] = ("test", "val", "train")
"""The split whose accuracy counts: the first that has pictures."""


@dataclass(frozen=True, slots=True)
class Answers:
    """A network's answers for one split, unreadable pictures left out."""

    image_ids: I64
    y: I64
    logits: F32


@dataclass(frozen=True, slots=True)
class Findings:
    """What the best weights achieve."""

    temperature: float
    metrics: dict[str, Any]
    """accuracy, accuracy_split, log_loss, ece, macro_f1, and <split>_accuracy."""
    splits: dict[Split, dict[str, Any]]
    worst: list[dict[str, Any]]


def answer(
    net: nn.Module,
    pixels: Pixels,
    samples: Sequence[Sample],
    positions: dict[Split, I64],
    *,
    augmenter: Augmenter,
    batch: int,
) -> dict[Split, Answers]:
    """Return the network's answers for each split that has readable pictures.

    The train split is only asked when there is no other.
    """
    asked: list[Split] = [name for name in ("val", "test") if len(positions[name])] or ["train"]
    out: dict[Split, Answers] = {}
    for name in asked:
        where = positions[name]
        logits, y = logits_of(net, pixels, where, augmenter, batch)
        known = y != IGNORED
        if known.any():
            ids = np.array([samples[i].image_id for i in where[known]], np.int64)
            out[name] = Answers(ids, y[known], logits[known])
    return out


def judge(answers: dict[Split, Answers], classes: tuple[str, ...]) -> Findings:
    """Return the figures; the temperature comes from val and is applied to all."""
    val = answers.get("val")
    temperature = temperature_of(val.logits, val.y) if val else 1.0
    probabilities: dict[Split, F64] = {
        name: softmax(one.logits.astype(np.float64) / temperature) for name, one in answers.items()
    }
    splits = {name: measure(probabilities[name], one.y, classes) for name, one in answers.items()}
    metrics: dict[str, Any] = {}
    split = next((name for name in JUDGING if name in answers), None)
    if split is not None:
        keys = ("accuracy", "log_loss", "ece", "macro_f1")
        metrics = {key: splits[split][key] for key in keys}
        metrics |= {"accuracy_split": split, "images": splits[split]["images"]}
        metrics |= {f"{name}_accuracy": one["accuracy"] for name, one in splits.items()}
    worst = [
        row for name, one in answers.items() for row in mistakes(name, one, probabilities[name])
    ]
    worst.sort(key=lambda row: -row["probability"])
    return Findings(temperature, metrics, splits, worst[:WORST])


def mistakes(split: Split, answers: Answers, probabilities: F64) -> list[dict[str, Any]]:
    """Return wrong answers, the most certain first: image_id, true, predicted (class indices)."""
    predicted = probabilities.argmax(axis=1)
    sure = probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != answers.y)
    return [
        {
            "image_id": int(answers.image_ids[i]),
            "split": split,
            "true": int(answers.y[i]),
            "predicted": int(predicted[i]),
            "probability": float(sure[i]),
            "probability_true": float(probabilities[i, answers.y[i]]),
        }
        for i in wrong[np.argsort(-sure[wrong], kind="stable")][:WORST]
    ]


def write(
    run_dir: Path, findings: Findings, answers: dict[Split, Answers], facts: dict[str, Any]
) -> None:
    """Write report.json and predictions.npz (<split>_image_ids, _labels, _probabilities).

    Raises:
        OSError: The disk refuses.
    """
    arrays: dict[str, Any] = {}
    for name, one in answers.items():
        values = softmax(one.logits.astype(np.float64) / findings.temperature)
        arrays[f"{name}_image_ids"] = one.image_ids
        arrays[f"{name}_labels"] = one.y
        arrays[f"{name}_probabilities"] = values.astype(np.float32)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_atomic(run_dir / "predictions.npz", buffer.getvalue())
    report = {
        "metrics": findings.metrics,
        "temperature": findings.temperature,
        **facts,
        "splits": findings.splits,
        "worst": findings.worst,
    }
    write_json(run_dir / "report.json", report)
