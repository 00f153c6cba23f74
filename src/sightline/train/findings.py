"""What is known of a network's answers: one shape for every task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from torch import nn

    from sightline.core.arrays import F32, F64, I64
    from sightline.core.samples import Split

WORST: Final = 50
JUDGING: Final[tuple[Split, ...]] = ("test", "val", "train")
"""The split whose figures count: the first that has pictures."""


@dataclass(frozen=True, slots=True)
class Answers:
    """A network's answers for one split, unreadable pictures left out."""

    image_ids: I64
    y: I64 | F32
    """(N,) classes, or (N, K) probabilities of tags, NaN where unknown."""
    logits: F32
    """(N, K) as the network gives them; of an embedding K cosines, then D features."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the best weights achieve."""

    temperature: float
    metrics: dict[str, Any]
    """metric {name, value} is the one that counts; accuracy, accuracy_split, images,
    <split>_accuracy, and what else the task is judged by."""
    splits: dict[Split, dict[str, Any]]
    worst: list[dict[str, Any]]
    thresholds: tuple[float, ...] = ()
    """(K,) from which probability on a tag counts as there; of tags only."""


class Judge(Protocol):
    """How the answers of one task are judged."""

    def outputs(self, net: nn.Module) -> Callable[[torch.Tensor], torch.Tensor]:
        """Return what maps (B, 3, S, S) to a row of answers for each picture."""
        ...

    def quick(self, logits: F32, y: I64 | F32) -> dict[str, float]:
        """Return val_loss, val_accuracy and the task's own: what chooses the best epoch."""
        ...

    def judge(self, answers: dict[Split, Answers], classes: tuple[str, ...]) -> Findings:
        """Return the figures; what is fitted is fitted on val."""
        ...

    def probabilities(self, logits: F32, temperature: float) -> F64:
        """Return (N, K) probabilities of rows of answers."""
        ...


def headline(
    splits: dict[Split, dict[str, Any]], keys: tuple[str, ...], name: str, key: str
) -> dict[str, Any]:
    """Return the metrics of a run: those of the split that counts, and each split's accuracy.

    Args:
        splits: Figures by split.
        keys: Which figures are the run's.
        name: What the figure that counts is called.
        key: Its key.
    """
    split = next((one for one in JUDGING if one in splits), None)
    if split is None:
        return {}
    found = {one: splits[split][one] for one in keys}
    found |= {"accuracy_split": split, "images": splits[split]["images"]}
    found |= {f"{one}_accuracy": row["accuracy"] for one, row in splits.items()}
    return found | {"metric": {"name": name, "value": splits[split][key]}}
