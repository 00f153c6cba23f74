"""How sure an answer is, read from its row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.heads.head import entropy_of, margin_of, tag_margin
from sightline.metrics.conformal import prediction_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32
    from sightline.predict.rows import Row

HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Doubt:
    """How much an answer doubts."""

    score: float
    """0..1: one less the margin; of boxes, of the least clear one."""
    reasons: tuple[str, ...]
    """`margin`, `conformal`, `box`; none: it is clear."""
    entropy: float | None = None
    """Nats; None of boxes and tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Tells clear answers from doubtful ones.

    One class of several is doubtful when the set of classes at `threshold` does not hold exactly
    one (see `metrics.conformal`), without a threshold when the margin is below `margin`. Tags are
    doubtful when one of them is that near to its limit, boxes when one is that near to one half.
    """

    classes: tuple[str, ...]
    limits: Sequence[float] = ()
    """(K,) of tags: from which probability on one counts as there."""
    margin: float = 0.2
    threshold: float | None = None

    def look(self, row: Row) -> Doubt:
        """Return how much the answer in a row doubts; a row with an error has no doubt."""
        if "error" in row:
            return Doubt(0.0, ())
        if "probabilities" not in row:
            return self._boxes(row)
        found = self._probabilities(row["probabilities"])
        if len(self.limits):
            near = float(tag_margin(found[None], np.asarray(self.limits))[0])
            return Doubt(1 - near, ("margin",) if near < self.margin else ())
        near = float(margin_of(found[None])[0])
        entropy = float(entropy_of(found[None])[0])
        return Doubt(1 - near, self._reasons(found, near), entropy)

    def _reasons(self, found: F32, near: float) -> tuple[str, ...]:
        if self.threshold is None:
            return ("margin",) if near < self.margin else ()
        inside = int(prediction_set(found, self.threshold).sum())
        return ("conformal",) if inside != 1 else ()

    def _probabilities(self, told: dict[str, float]) -> F32:
        """Return (K,); what a shortened row leaves out shares what is missing to one."""
        found = np.array([told.get(name, np.nan) for name in self.classes], np.float32)
        gone = np.isnan(found)
        if gone.any():
            rest = 0.0 if len(self.limits) else max(0.0, 1.0 - float(found[~gone].sum()))
            found[gone] = rest / int(gone.sum())
        return found

    def _boxes(self, row: Row) -> Doubt:
        scores = np.array([one["score"] for one in boxes_of(row)], np.float32)
        if not len(scores):
            return Doubt(0.0, ())
        score = float((1 - np.abs(2 * scores - 1)).max())
        return Doubt(score, ("box",) if 1 - score < self.margin else ())


def boxes_of(row: Row) -> list[dict[str, Any]]:
    """Return what a detector's row holds: {label, score, box} each."""
    found: list[dict[str, Any]] = row.get("objects", [])
    return found
