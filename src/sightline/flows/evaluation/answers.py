"""A network's kept answers for one split, and which of them are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import F64, I64, Bool

HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Kept:
    """Answers as predictions.npz has them."""

    image_ids: I64
    """(N,)"""
    y: F64
    """(N,) class indices, or (N, K) probabilities of tags, NaN where unknown."""
    probabilities: F64
    """(N, K) calibrated."""
    thresholds: F64 | None = None
    """(K,) of tags; None: one class for each picture."""

    @property
    def multi(self) -> bool:
        """Whether a picture has any number of tags."""
        return self.y.ndim > 1

    @property
    def said(self) -> Bool:
        """(N, K) which tags were said, or (N, K) the likeliest class."""
        if self.multi:
            limits = HALF if self.thresholds is None else self.thresholds
            return np.asarray(self.probabilities >= limits, np.bool_)
        best = self.probabilities.argmax(axis=1)
        return np.asarray(best[:, None] == np.arange(self.probabilities.shape[1]), np.bool_)

    @property
    def truth(self) -> Bool:
        """(N, K) which class or tags are there; NaN is not."""
        if self.multi:
            return np.asarray(self.y >= HALF, np.bool_)
        return np.asarray(self.y[:, None] == np.arange(self.probabilities.shape[1]), np.bool_)

    @property
    def right(self) -> F64:
        """(N,) 1 where the answer is right, 0 where not; of tags the share that is."""
        if not self.multi:
            return np.asarray(self.probabilities.argmax(axis=1) == self.y, np.float64)
        known = ~np.isnan(self.y)
        good = ((self.said == self.truth) & known).sum(axis=1)
        return np.asarray(good / np.maximum(known.sum(axis=1), 1), np.float64)

    def of(self, rows: I64 | Bool) -> Kept:
        """Return some of the rows."""
        return Kept(self.image_ids[rows], self.y[rows], self.probabilities[rows], self.thresholds)


def read_answers(run_dir: Path, thresholds: tuple[float, ...] = ()) -> dict[str, Kept]:
    """Return the answers of a finished run by split.

    Args:
        run_dir: The run's folder.
        thresholds: Of tags, as the report has them.

    Raises:
        NotFoundError: It has kept none.
    """
    path = run_dir / "predictions.npz"
    if not path.is_file():
        raise NotFoundError("this run has kept no answers", hint="let it finish, or train again")
    limits = np.array(thresholds) if thresholds else None
    out: dict[str, Kept] = {}
    with np.load(path, allow_pickle=False) as found:
        for split in ("val", "test", "train"):
            if f"{split}_labels" in found:
                out[split] = Kept(
                    found[f"{split}_image_ids"].astype(np.int64),
                    found[f"{split}_labels"].astype(np.float64),
                    found[f"{split}_probabilities"].astype(np.float64),
                    limits,
                )
    return out
