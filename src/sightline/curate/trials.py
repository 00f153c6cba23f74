"""A penalty, tried on rows that the models had not seen: of one class per image, or of tags."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.curate.weigh import rank_among, stands_for, sure_among, sure_of
from sightline.heads.calibration import (
    Calibration,
    choose,
    cross_calibrate,
    fit_temperature,
    softmax,
)
from sightline.heads.logistic import STRENGTHS, by_folds, folds, solve, warm
from sightline.heads.sigmoids import fit_sigmoids, sigmoid
from sightline.heads.tag_calibration import (
    TagCalibration,
    binary_loss,
    choose_tags,
    cross_calibrate_tags,
    thresholds,
)
from sightline.metrics.classification import log_loss

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32, F64, I64, Bool
    from sightline.heads.head import Head
    from sightline.heads.task import Basis, Task

STRENGTH_ROWS: Final = 800
"""The penalty is chosen on at most so many labels."""
TRUSTED: Final = 30
"""Below this many labels, or 3 per class, the middle penalty is taken: too few to choose by."""
HEAVY: Final = 100_000_000
"""Products for one look at all rows from which on one fold of five, and one penalty, must do."""
GROWN: Final = 1.1
"""A penalty is chosen anew once there are so many times the labels it was chosen by."""


@dataclass(slots=True)
class Memory:
    """What one refit leaves to the next: a place to begin, and what need not be done again."""

    head: Head | None = None
    basis: Basis | None = None
    chosen_at: int = 0
    """Labels by which the head's penalty was chosen."""

    def strengths(self, n: int) -> Sequence[float]:
        """Return the penalties that are worth trying with n labels."""
        if self.head is not None and self.chosen_at <= n <= GROWN * self.chosen_at:
            return (self.head.strength,)
        return STRENGTHS


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers beside the truth."""

    source: str
    probabilities: F64
    """(m, K)"""
    truth: I64 | Bool
    """(m,) class indices, or (m, K) which tags are there."""
    weights: F64
    """(m,) how much each counts."""
    accuracy: float | None = None
    """What is known of it beyond these rows."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A penalty, the model that it gives, and logits of rows by models that had not seen them."""

    strength: float
    model: F64
    """(r + 1, K) on all rows."""
    part: I64
    """(n,) the fold that holds a row out, -1 for rows that none does."""
    models: tuple[F64, ...]
    """(r + 1, K) each, fold by fold."""
    logits: F64
    """(m, K) of the rows that were held out."""
    truth: I64 | Bool
    """(m,) class indices, or (m, K) which tags are there."""
    weights: F64
    """(m,) how much each counts."""
    seed: int

    @property
    def multi(self) -> bool:
        """Return whether it is of tags."""
        return self.truth.ndim > 1

    def accuracy(self, task: Task, sample: F32) -> float | None:
        """Return how often the model is right on images at large; None: it cannot be told.

        How often an answer is right is learned from the rows that were held out, by how sure the
        model was; then it is averaged over how sure the model is of the sample (Guillory et al.
        2021). Where a queue left no sure image among the labels, weighing them could not do that.
        """
        if self.multi or not len(self.truth) or not len(sample):
            return None
        sure = sure_of(self.logits, multi=False)[:, None]
        right = (self.logits.argmax(axis=1) == self.truth)[:, None]
        scale, offset = fit_sigmoids(sure, right, np.ones(len(sure)))
        at_large = sure_among(self.model, task, sample)
        return float(sigmoid(scale[0] * at_large + offset[0]).mean())

    def weighed(self, task: Task, sample: F32) -> Trial:
        """Return the same with each row counting for the images that it stands for.

        `sample`: (m, D) embeddings of images at large.
        """
        if not len(sample) or not len(self.truth):
            return self
        folds_of, sure = self.part[self.part >= 0], sure_of(self.logits, multi=self.multi)
        ranks = np.zeros(len(sure))
        for fold, model in zip(np.unique(folds_of), self.models, strict=True):
            held = folds_of == fold
            ranks[held] = rank_among(sure[held], model, task, sample)
        return replace(self, weights=stands_for(ranks))

    def loss(self) -> float:
        """Return the held-out log loss, nats, of logits that one temperature has mended."""
        if not len(self.truth):
            return 0.0
        if self.multi:
            probs = sigmoid(self.logits)
            return float(binary_loss(probs, self.truth.astype(np.bool_), self.weights).sum())
        cold = fit_temperature(self.logits, self.truth, self.weights)
        return log_loss(softmax(self.logits / cold), self.truth, self.weights)

    def calibration(self) -> Calibration | TagCalibration:
        """Return the calibration that suits these rows best."""
        if self.multi:
            tags = self.truth.astype(np.bool_)
            return choose_tags(self.logits, tags, _mean_one(self.weights), seed=self.seed)
        return choose(self.logits, self.truth, self.weights, seed=self.seed)

    def checked(self, calibration: Calibration | TagCalibration) -> Checked:
        """Return probabilities by calibrations of its kind that had not seen the row either."""
        if isinstance(calibration, TagCalibration):
            probs = cross_calibrate_tags(
                list(calibration.methods),
                self.logits,
                self.truth.astype(np.bool_),
                _mean_one(self.weights),
                seed=self.seed,
            )
        else:
            probs = cross_calibrate(
                calibration.method, self.logits, self.truth, self.weights, seed=self.seed
            )
        return Checked("cross-validation", probs, self.truth, self.weights)

    def thresholds(self, checked: Checked) -> tuple[float, ...]:
        """Return from which probability on each tag counts as there; nothing for one class."""
        if not self.multi:
            return ()
        found = thresholds(checked.probabilities, self.truth.astype(np.bool_), self.weights)
        return tuple(found.tolist())


def choose_strength(task: Task, seed: int, memory: Memory) -> Trial:
    """Return the trial of the penalty with the lowest held-out log loss; all rows weigh the same.

    With few labels, or very much to compute, the middle penalty is taken.
    """
    ground, n = _Ground(task, seed), len(task.y)
    start, strengths = warm(task, memory.head), memory.strengths(n)
    if n < max(TRUSTED, 3 * len(task.class_ids)) or is_heavy(task):
        return ground.trial(STRENGTHS[len(STRENGTHS) // 2], start)
    if len(strengths) == 1:
        return ground.trial(strengths[0], start)
    memory.chosen_at = n
    if n <= STRENGTH_ROWS:
        return ground.best(start)
    keep = np.sort(np.random.default_rng(seed).permutation(n)[:STRENGTH_ROWS])
    few = _Ground(task.subset(keep), seed)
    return ground.trial(few.best(None).strength, start)


def is_heavy(task: Task) -> bool:
    """Tell whether a fit takes seconds: a thousand classes, say."""
    return task.rows.size * len(task.class_ids) > HEAVY


class _Ground:
    """Rows, dealt to folds, on which penalties are tried."""

    def __init__(self, task: Task, seed: int) -> None:
        self._task, self._seed = task, seed
        part = folds(task.y, seed=seed)
        self._part = np.where(part > 0, -1, part) if is_heavy(task) else part

    def best(self, start: F64 | None) -> Trial:
        """Return the best trial of all penalties, each begun where the one before it ended."""
        trials: list[Trial] = []
        for strength in STRENGTHS:
            trials.append(self.trial(strength, start))
            start = trials[-1].model
        return min(trials, key=lambda trial: trial.loss())

    def trial(self, strength: float, start: F64 | None) -> Trial:
        """Return what a penalty gives; `start`: (r + 1, K) where the model begins."""
        task, out = self._task, self._part >= 0
        model = solve(task, strength, start)
        logits, models = by_folds(task, self._part, strength, model)
        truth = task.y if task.tags is None else task.tags
        return Trial(
            strength=strength,
            model=model,
            part=self._part,
            models=models,
            logits=logits[out],
            truth=truth[out],
            weights=np.ones(np.count_nonzero(out)),
            seed=self._seed,
        )


def _mean_one(weights: F64) -> F64:
    return weights / weights.mean() if len(weights) else weights
