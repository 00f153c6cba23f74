"""Judges embeddings: whether what lies nearest, by cosine, is of the same class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.heads.calibration import softmax
from sightline.metrics.classification import accuracy, confusion, log_loss, per_class
from sightline.metrics.retrieval import has_mate, neighbours, recall_at
from sightline.train.findings import WORST, Answers, Findings, headline

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from torch import nn

    from sightline.core.arrays import F32, F64, I64
    from sightline.core.samples import Split

KS: Final = (1, 5, 10)
KEYS: Final = (
    "accuracy", "recall_at_1", "recall_at_5", "recall_at_10", "class_accuracy", "macro_f1",
)  # fmt: skip


class EmbeddingJudge:
    """Recall@k within a split; `classes`: K, how many cosines come before the features."""

    def __init__(self, classes: int, scale: float) -> None:
        self._classes, self._scale = classes, scale

    def outputs(self, net: nn.Module) -> Callable[[torch.Tensor], torch.Tensor]:
        """Return what gives K cosines and D features of each picture."""
        import torch

        from sightline.nets.build import forward_both

        return lambda x: torch.cat(forward_both(net, x), dim=1)

    def quick(self, logits: F32, y: I64 | F32) -> dict[str, float]:
        """Return val_loss, val_accuracy (both by the class directions) and val_recall_at_1.

        The last is left out where no two pictures share a class.
        """
        classes = np.asarray(y, np.int64)
        found = self.probabilities(logits, 1.0)
        row = {
            "val_loss": log_loss(found, classes),
            "val_accuracy": accuracy(classes, found.argmax(axis=1)),
        }
        nearest, _ = neighbours(logits[:, self._classes :], 1)
        recall = recall_at(nearest, classes, (1,))
        return row if recall is None else row | {"val_recall_at_1": recall[1]}

    def probabilities(self, logits: F32, temperature: float) -> F64:
        """Return (N, K) shares of the scaled cosines to the class directions."""
        cosines = logits[:, : self._classes].astype(np.float64)
        return softmax(cosines * (self._scale / temperature))

    def judge(self, answers: dict[Split, Answers], classes: tuple[str, ...]) -> Findings:
        """Return the figures; nothing is fitted."""
        splits: dict[Split, dict[str, Any]] = {}
        worst: list[dict[str, Any]] = []
        for name, one in answers.items():
            y, rows = np.asarray(one.y, np.int64), one.logits[:, self._classes :]
            nearest, cosines = neighbours(rows, max(KS))
            shares = self.probabilities(one.logits, 1.0)
            splits[name] = measure(nearest, y, shares, classes)
            worst += mistakes(name, one.image_ids, y, nearest, cosines)
        worst.sort(key=lambda row: -row["probability"])
        return Findings(1.0, headline(splits, KEYS, "recall@1", "accuracy"), splits, worst[:WORST])


def measure(nearest: I64, y: I64, shares: F64, classes: tuple[str, ...]) -> dict[str, Any]:
    """Return a split's figures: recall@k, and what the nearest picture's class is right about.

    Args:
        nearest: (N, m) the nearest others.
        y: (N,) classes.
        shares: (N, K) by the class directions.
        classes: K names.
    """
    asked = has_mate(y)
    recall = recall_at(nearest, y, KS) or dict.fromkeys(KS, 0.0)
    said = y[nearest[asked, 0]] if asked.any() else y[:0]
    matrix = confusion(y[asked], said, len(classes))
    table = per_class(matrix)
    rows = [{"name": name, **row} for name, row in zip(classes, table.rows(), strict=True)]
    return {
        "images": len(y),
        "queries": int(asked.sum()),
        "accuracy": recall[1],
        **{f"recall_at_{k}": value for k, value in recall.items()},
        "class_accuracy": accuracy(y, shares.argmax(axis=1)),
        "macro_f1": table.macro_f1,
        "per_class": rows,
        "confusion": matrix.tolist(),
        "reliability": [],
    }


def mistakes(
    split: Split, image_ids: I64, y: I64, nearest: I64, cosines: F32
) -> list[dict[str, Any]]:
    """Return pictures whose nearest is of another class, the nearest first.

    Each row: image_id, split, true, predicted (class indices), neighbour (image id), probability
    (the cosine).
    """
    if not nearest.shape[1]:
        return []
    first, asked = nearest[:, 0], has_mate(y)
    wrong = np.flatnonzero((y[first] != y) & asked)
    return [
        {
            "image_id": int(image_ids[i]),
            "split": split,
            "true": int(y[i]),
            "predicted": int(y[first[i]]),
            "neighbour": int(image_ids[first[i]]),
            "probability": float(cosines[i, 0]),
        }
        for i in wrong[np.argsort(-cosines[wrong, 0], kind="stable")][:WORST]
    ]
