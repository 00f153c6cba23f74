"""What a network answers for pictures that are not varied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.heads.calibration import fit_temperature
from sightline.metrics.calibration import ece, reliability
from sightline.metrics.classification import accuracy, confusion, log_loss, per_class
from sightline.train.microbatch import is_out_of_memory, release

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from torch import nn

    from sightline.core.arrays import F32, F64, I64
    from sightline.train.augment import Augmenter
    from sightline.train.data import Pixels

MIN_CALIBRATED = 20
"""Validation pictures below which a temperature would be a guess."""


def logits_of(
    net: nn.Module,
    pixels: Pixels,
    positions: I64,
    augmenter: Augmenter,
    batch: int,
    *,
    outputs: Callable[[torch.Tensor], torch.Tensor] | None = None,
) -> tuple[F32, I64 | F32]:
    """Return (N, K) logits and the truth (N,) or (N, K), as `Pixels.truth` gives it.

    `outputs`: what is asked instead of the network itself. Memory that does not suffice halves the
    batch.
    """
    import torch

    ask = outputs or net
    training, size = net.training, batch
    net.eval()
    rows: list[F32] = []
    groups = [positions[i : i + batch] for i in range(0, len(positions), batch)]
    with torch.inference_mode():
        for images, _ in pixels.stream(groups):
            start = 0
            while start < len(images):
                try:
                    answer = ask(augmenter.plain(images[start : start + size])).float().cpu()
                except RuntimeError as error:
                    if not is_out_of_memory(error) or size <= 1:
                        raise
                    size = -(-size // 2)
                    release()
                    continue
                rows.append(answer.numpy())
                start += len(answer)
    net.train(training)
    logits = np.concatenate(rows) if rows else np.zeros((0, 0), np.float32)
    return logits, pixels.truth(positions)


def temperature_of(logits: F32, y: I64) -> float:
    """Return the temperature that fits validation logits; 1 for fewer than twenty.

    When every answer is right, the most doubtful one counts once more as wrong, so that a small
    split without a mistake does not make a model certain.
    """
    if len(y) < MIN_CALIBRATED:
        return 1.0
    values = logits.astype(np.float64)
    if (values.argmax(axis=1) == y).all():
        ranked = np.argsort(values, axis=1)
        rows = np.arange(len(y))
        margin = values[rows, ranked[:, -1]] - values[rows, ranked[:, -2]]
        doubtful = int(margin.argmin())
        values = np.concatenate([values, values[doubtful : doubtful + 1]])
        y = np.append(y, ranked[doubtful, -2])
    return fit_temperature(values, y)


def measure(probabilities: F64, y: I64, classes: tuple[str, ...]) -> dict[str, Any]:
    """Return a split's figures: accuracy, log-loss, calibration, confusion and per-class rows.

    Args:
        probabilities: (N, K), N >= 1.
        y: (N,) class indices.
        classes: K names.
    """
    predicted = probabilities.argmax(axis=1)
    matrix = confusion(y, predicted, len(classes))
    table = per_class(matrix)
    rows = [{"name": name, **row} for name, row in zip(classes, table.rows(), strict=True)]
    return {
        "images": len(y),
        "accuracy": accuracy(y, predicted),
        "log_loss": log_loss(probabilities, y),
        "ece": ece(probabilities, y),
        "macro_f1": table.macro_f1,
        "per_class": rows,
        "confusion": matrix.tolist(),
        "reliability": list(reliability(probabilities, y)),
    }
