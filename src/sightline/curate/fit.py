"""How a head's penalty is chosen and how good it is, on labels it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.heads.calibration import Calibration, choose, cross_calibrate
from sightline.heads.half import widen
from sightline.heads.logistic import STRENGTHS, Head, Task, folds, held_out
from sightline.metrics.calibration import Bin, ece, reliability
from sightline.metrics.classification import accuracy, confusion, log_loss, per_class

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F64, I64, Bool
    from sightline.curate.pool import Rows

STRENGTH_ROWS: Final = 800
"""The penalty is chosen on at most so many labels."""
TRUSTED: Final = 30
"""Below this many labels, or 3 per class, the middle penalty is taken: too few to choose by."""
BINS: Final = 10
SAMPLE: Final = 4000
"""Of so many images at most it is asked which label is nearest."""
TEST_ENOUGH: Final = 50
"""From this many labelled test images on, they are what a head is measured on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadFit:
    """How good a head is, measured on labels that it, or a model of its fold, had not seen."""

    labels: int
    """How many it learned from."""
    held_out: int
    """How many the measures rest on; in cross-validation a class's only label never counts."""
    measured_on: str
    """`test split` or `cross-validation`."""
    accuracy: float | None
    """None, as all measures, when nothing could be held out."""
    log_loss: float | None
    ece: float | None
    method: str
    """Of calibration: none, temperature or platt."""
    strength: float
    reliability: tuple[Bin, ...]
    classes: tuple[dict[str, float | int], ...]
    """Per class: class_id, precision, recall, f1, support."""
    macro_f1: float | None
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "labels": self.labels,
            "held_out": self.held_out,
            "measured_on": self.measured_on,
            "accuracy": self.accuracy,
            "log_loss": self.log_loss,
            "ece": self.ece,
            "method": self.method,
            "strength": self.strength,
            "reliability": [dict(one) for one in self.reliability],
            "classes": [dict(one) for one in self.classes],
            "macro_f1": self.macro_f1,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers beside the truth."""

    source: str
    probabilities: F64
    """(m, K)"""
    y: I64
    """(m,)"""
    weights: F64
    """(m,) how much each counts."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A penalty, tried on rows that the models had not seen."""

    strength: float
    logits: F64
    """(m, K) of the rows that were held out."""
    y: I64
    weights: F64
    seed: int

    def calibration(self) -> Calibration:
        """Return the calibration that suits these rows best."""
        return choose(self.logits, self.y, self.weights, seed=self.seed)

    def checked(self) -> Checked:
        """Return probabilities by calibrations that had not seen the row either."""
        method = self.calibration().method
        probs = cross_calibrate(method, self.logits, self.y, self.weights, seed=self.seed)
        return Checked("cross-validation", probs, self.y, self.weights)

    def loss(self) -> float:
        """Return the held-out log-loss, nats."""
        return log_loss(self.checked().probabilities, self.y, self.weights)


def stands_for(embeddings: Rows, labelled: NDArray[Any], pool: I64, seed: int = 0) -> F64:
    """Return for how many images each label stands, (n,), of mean 1.

    That is how many images of the pool, or of a sample of it, are nearer to it than to any other.

    Args:
        embeddings: Rows by ordinal.
        labelled: (n, D) embeddings of the labelled images.
        pool: Ordinals of all images.
        seed: Of the sample.
    """
    if len(pool) > SAMPLE:
        pool = np.sort(np.random.default_rng(seed).choice(pool, SAMPLE, replace=False))
    rows, valid = embeddings.read(pool)
    anchors = np.array(widen(labelled))
    distance = widen(rows[valid]) @ anchors.T
    distance *= -2.0
    distance += (anchors * anchors).sum(axis=1)
    nearest = distance.argmin(axis=1) if len(distance) else np.zeros(0, np.int64)
    # One more for each: a label always stands for itself, though the sample may miss it.
    mass = np.bincount(nearest, minlength=len(anchors)) + 1.0
    return np.asarray(mass / mass.mean(), dtype=np.float64)


def choose_strength(task: Task, weights: F64, seed: int) -> Trial:
    """Return the trial of the penalty with the lowest held-out log-loss."""
    middle = STRENGTHS[len(STRENGTHS) // 2]
    part = folds(task.y, seed=seed)
    if len(task.y) < max(TRUSTED, 3 * len(task.class_ids)):
        return _trial(task, part, weights, middle, seed)
    if len(task.y) > STRENGTH_ROWS:
        keep = np.sort(np.random.default_rng(seed).permutation(len(task.y))[:STRENGTH_ROWS])
        small = choose_strength(_subset(task, keep), weights[keep], seed)
        return _trial(task, part, weights, small.strength, seed)
    trials = [_trial(task, part, weights, strength, seed) for strength in STRENGTHS]
    return min(trials, key=lambda trial: trial.loss())


def tested(head: Head, embeddings: Rows, ordinals: I64, class_ids: NDArray[Any]) -> Checked | None:
    """Return a head's answers on labelled test images, None when they are too few.

    Args:
        head: Calibrated.
        embeddings: Rows by ordinal.
        ordinals: (m,)
        class_ids: (m,); images of a class that the head does not know count as mistakes.
    """
    rows, valid = embeddings.read(ordinals)
    if int(valid.sum()) < TEST_ENOUGH:
        return None
    truth = np.asarray(class_ids)[valid]
    known = np.asarray(head.class_ids)
    place = np.minimum(np.searchsorted(known, truth), len(known) - 1)
    probs = head.score(rows[valid]).astype(np.float64)
    strange = known[place] != truth
    if strange.any():  # one more column, of probability 0, for every class that is not known
        probs = np.hstack([probs, np.zeros((len(probs), 1))])
        place = np.where(strange, len(known), place)
    return Checked("test split", probs, place.astype(np.int64), np.ones(len(place)))


def report(head: Head, task: Task, checked: Checked, lost: int) -> HeadFit:
    """Return the measures of a head.

    Args:
        head: The head.
        task: What it learned from.
        checked: Answers to measure.
        lost: How many labelled images had no embedding.
    """
    y, probs, weights = checked.y, checked.probabilities, checked.weights
    some = bool(len(y))
    answers = probs.argmax(axis=1) if some else y
    measures = per_class(confusion(y, answers, probs.shape[1]))
    rows = zip(task.class_ids, measures.rows(), strict=False)
    return HeadFit(
        labels=len(task.y),
        held_out=len(y),
        measured_on=checked.source,
        accuracy=accuracy(y, answers, weights) if some else None,
        log_loss=log_loss(probs, y, weights) if some else None,
        ece=ece(probs, y, BINS, weights) if some else None,
        method=head.calibration.method,
        strength=head.strength,
        reliability=tuple(reliability(probs, y, BINS, weights)),
        classes=tuple({"class_id": one, **row} for one, row in rows),
        macro_f1=measures.macro_f1 if some else None,
        note=_note(task, lost),
    )


def _trial(task: Task, part: I64, weights: F64, strength: float, seed: int) -> Trial:
    out: Bool = part >= 0
    logits = held_out(task, part, strength)
    return Trial(strength, logits[out], task.y[out], weights[out], seed)


def _subset(task: Task, keep: I64) -> Task:
    """Return a task of some of the rows; the classes stay the same."""
    return Task(task.rows[keep], task.y[keep], task.class_ids, task.basis, task.mean, task.scale)


def _note(task: Task, lost: int) -> str:
    lines = []
    single = int((task.counts == 1).sum())
    if single:
        noun = "class has" if single == 1 else "classes have"
        lines.append(f"{single} {noun} one label only and cannot be checked")
    if lost:
        lines.append(f"{lost} labelled images are not embedded yet")
    return "; ".join(lines)
