"""A fitted head: what it says of embeddings, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.heads.calibration import Calibration
from sightline.heads.half import widen
from sightline.heads.tag_calibration import TagCalibration

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F32

CHUNK_ROWS: Final = 512
UNCALIBRATED: Final = Calibration()
STRENGTH: Final = 30.0
TINY: Final = np.float32(1e-12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A linear classifier on one encoder's embeddings (N, D)."""

    weights: F32
    """(D, K), for embeddings as the encoder gives them."""
    bias: F32
    """(K,)"""
    class_ids: tuple[int, ...]
    """K ids of classes, ascending: the columns of the answer."""
    encoder: str
    """Key of the encoder."""
    calibration: Calibration | TagCalibration = UNCALIBRATED
    strength: float = STRENGTH
    thresholds: tuple[float, ...] = ()
    """(K,) from which probability on a tag counts as there; of heads on tags only."""

    @property
    def task(self) -> Literal["single", "multi"]:
        """Return whether an image has one class or any number of tags."""
        return "multi" if isinstance(self.calibration, TagCalibration) else "single"

    @property
    def dim(self) -> int:
        """Return D."""
        return int(self.weights.shape[0])

    def logits(self, rows: NDArray[Any]) -> F32:
        """Return (N, K) for rows (N, D), float16 or float32.

        Raises:
            InvalidInputError: D is not the head's.
        """
        if rows.ndim != 2 or rows.shape[1] != self.dim:  # noqa: PLR2004
            raise InvalidInputError(
                f"embeddings of shape {rows.shape} do not fit a head for {self.dim} numbers",
                hint="train the head again for this encoder",
            )
        out = np.empty((len(rows), len(self.class_ids)), np.float32)
        buffer = np.empty((min(CHUNK_ROWS, len(rows)), self.dim), np.float32)
        for at in range(0, len(rows), CHUNK_ROWS):
            part = rows[at : at + CHUNK_ROWS]
            np.matmul(widen(part, buffer[: len(part)]), self.weights, out=out[at : at + len(part)])
        out += self.bias
        return out

    def score(self, rows: NDArray[Any]) -> F32:
        """Return calibrated probabilities (N, K) for rows (N, D).

        Rows sum to 1, but for tags: each of those is there or not, whatever the others are.
        """
        return self.calibration.apply(self.logits(rows)).astype(np.float32)

    def margin(self, probabilities: NDArray[Any]) -> F32:
        """Return how sure it is of each image, (N,), 0..1, 0 the least.

        One class: the gap between the two likeliest. Tags: that of the tag that is least sure,
        see `tag_margin`.
        """
        if self.task == "multi":
            return tag_margin(probabilities, np.asarray(self.thresholds))
        return margin_of(probabilities)

    def entropy(self, probabilities: NDArray[Any]) -> F32:
        """Return the entropy of each image, (N,), nats; of tags the sum over them."""
        if self.task == "multi":
            return entropy_of(probabilities) + entropy_of(1 - probabilities)
        return entropy_of(probabilities)

    def calibrated(
        self, calibration: Calibration | TagCalibration, thresholds: tuple[float, ...] = ()
    ) -> Head:
        """Return the same head with another calibration."""
        return replace(self, calibration=calibration, thresholds=thresholds)


def margin_of(probabilities: NDArray[Any]) -> F32:
    """Return p1 - p2 of each row, (N,), 0..1, of probabilities (N, K); 1 for a single class."""
    if probabilities.shape[1] < 2:  # noqa: PLR2004
        return np.ones(len(probabilities), np.float32)
    if probabilities.shape[1] == 2:  # noqa: PLR2004
        return np.asarray(np.abs(probabilities[:, 0] - probabilities[:, 1]), dtype=np.float32)
    top = np.partition(probabilities, -2, axis=1)[:, -2:]
    return np.asarray(top[:, 1] - top[:, 0], dtype=np.float32)


def tag_margin(probabilities: NDArray[Any], thresholds: NDArray[Any]) -> F32:
    """Return, for each row, the smallest way of a tag from its threshold: (N,), 0..1.

    The way is 0 at the threshold and 1 at either end: (t - p) / t below, (p - t) / (1 - t) above;
    with a threshold of one half it is |2p - 1|, the gap between yes and no.

    Args:
        probabilities: (N, K)
        thresholds: (K,)
    """
    t = thresholds.astype(np.float32)
    way = probabilities - t
    np.multiply(way, np.where(way < 0, -1 / t, 1 / (1 - t)), out=way)
    return np.asarray(way.min(axis=1, initial=1.0), dtype=np.float32)


def entropy_of(probabilities: NDArray[Any]) -> F32:
    """Return the entropy of each row, (N,), nats, of probabilities (N, K)."""
    logs = np.log(np.maximum(probabilities, TINY))
    return np.asarray(-np.einsum("nk,nk->n", probabilities, logs), dtype=np.float32)
