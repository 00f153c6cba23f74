"""What is known when a training is over: report.json and predictions.npz."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.core.files import write_atomic, write_json
from sightline.train.evaluate import logits_of
from sightline.train.findings import Answers
from sightline.train.judge_classes import ClassJudge
from sightline.train.judge_embedding import EmbeddingJudge
from sightline.train.judge_tags import TagJudge
from sightline.train.targets import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import nn

    from sightline.core.arrays import I64
    from sightline.core.samples import Sample, Split
    from sightline.train.augment import Augmenter
    from sightline.train.data import Pixels
    from sightline.train.findings import Findings, Judge
    from sightline.train.spec import TrainSpec


def answer(
    net: nn.Module,
    pixels: Pixels,
    samples: Sequence[Sample],
    positions: dict[Split, I64],
    *,
    augmenter: Augmenter,
    batch: int,
    judge: Judge,
) -> dict[Split, Answers]:
    """Return the network's answers for each split that has readable pictures.

    The train split is only asked when there is no other.
    """
    asked: list[Split] = [name for name in ("val", "test") if len(positions[name])] or ["train"]
    out: dict[Split, Answers] = {}
    for name in asked:
        where = positions[name]
        logits, y = logits_of(net, pixels, where, augmenter, batch, outputs=judge.outputs(net))
        known = counted(y)
        if known.any():
            ids = np.array([samples[i].image_id for i in where[known]], np.int64)
            out[name] = Answers(ids, y[known], logits[known])
    return out


def judge_of(spec: TrainSpec, classes: int) -> Judge:
    """Return how the answers of a spec's task are judged; `classes`: how many there are."""
    if spec.task == "multi":
        return TagJudge(spec.target_precision)
    if spec.task == "embedding":
        return EmbeddingJudge(classes, spec.loss.cosine_scale)
    return ClassJudge()


def write(
    run_dir: Path,
    findings: Findings,
    answers: dict[Split, Answers],
    facts: dict[str, Any],
    judge: Judge,
) -> None:
    """Write report.json and predictions.npz (<split>_image_ids, _labels, _probabilities).

    Raises:
        OSError: The disk refuses.
    """
    arrays: dict[str, Any] = {}
    for name, one in answers.items():
        values = judge.probabilities(one.logits, findings.temperature)
        arrays[f"{name}_image_ids"] = one.image_ids
        arrays[f"{name}_labels"] = one.y
        arrays[f"{name}_probabilities"] = values.astype(np.float32)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_atomic(run_dir / "predictions.npz", buffer.getvalue())
    report = {
        "metrics": findings.metrics,
        "temperature": findings.temperature,
        "thresholds": list(findings.thresholds),
        **facts,
        "splits": findings.splits,
        "worst": findings.worst,
    }
    write_json(run_dir / "report.json", report)
