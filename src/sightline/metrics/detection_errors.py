"""Which predicted objects are wrong, and how: missed, extra, wrong class, badly placed, duplicate.

After Bolya et al. 2020, "TIDE: A General Toolbox for Identifying Object Detection Errors", with the
kinds named for people, and every true object accounted for at most once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sightline.core.arrays import F64, I64, Bool
    from sightline.metrics.detection import By, Judged

Fault = Literal["missed", "extra", "wrong_class", "badly_placed", "duplicate"]
FAULTS: Final[tuple[Fault, ...]] = get_args(Fault)
MIN_IOU: Final = 0.5
"""From which on an object counts as found."""
NEAR_IOU: Final = 0.1
"""From which on it was at least meant."""


class Error(NamedTuple):
    """One thing that is wrong in a picture."""

    kind: Fault
    found: int
    """Place of the predicted object; -1: there is none."""
    truth: int
    """Place of the true object; -1: there is none."""
    iou: float
    """Of both; 0 where one of them is missing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the objects of a picture fit together."""

    hit: I64
    """(N found,) place of the true object that each one is, -1 for none."""
    ignored: Bool
    """(N found,) which lie in a crowd, and so are neither right nor wrong."""
    errors: list[Error]


def hits(picture: Judged, iou: F64, least: float = MIN_IOU) -> I64:
    """Return which true object each found one is, (N found,), -1 for none.

    The surest chooses first, of its own class what it overlaps most, as COCO does. Whoever is less
    sure does not change what the surer ones chose.
    """
    found, truth = picture.found, picture.truth
    out = np.full(len(found), -1, np.int64)
    fits = (iou >= least) & (found.classes[:, None] == truth.classes[None]) & ~truth.crowd
    free = np.ones(len(truth), np.bool_)
    for at in np.argsort(-found.scores, kind="stable"):
        open_ = np.flatnonzero(fits[at] & free)
        if len(open_):
            out[at] = best = open_[np.argmax(iou[at, open_])]
            free[best] = False
    return out


def best_score(scores: F64, right: Bool, total: int) -> float:
    """Return the score from which on predictions are best taken: where F1 is highest.

    Args:
        scores: (N,) of all predictions of all pictures.
        right: (N,) which are hits.
        total: True objects.

    Returns:
        Of several equally good ones the highest; 0 where nothing is right.
    """
    if not right.any():
        return 0.0
    order = np.argsort(-scores, kind="stable")
    ranked, hit = scores[order], np.cumsum(right[order])
    f1 = 2 * hit / (np.arange(1, len(hit) + 1) + total)
    last = np.append(ranked[1:] != ranked[:-1], True)  # equal scores are taken together
    return float(ranked[np.argmax(np.where(last, f1, -1.0))])


def judge(picture: Judged, by: By, min_score: float = 0.0, least: float = MIN_IOU) -> Verdict:
    """Return what is right and wrong in a picture.

    Args:
        picture: Both sides.
        by: What is laid over each other.
        min_score: Predictions below it are not there: `hit` is -1, no error.
        least: IoU from which on an object counts as found.
    """
    iou = picture.iou(by)
    found, truth = picture.found, picture.truth
    sure = found.scores >= min_score
    hit = np.where(sure, hits(picture, iou, least), -1)
    ignored = sure & (hit < 0) & _in_crowd(picture, by, least)
    taken = np.zeros(len(truth), np.bool_)
    taken[hit[hit >= 0]] = True
    explained = taken | truth.crowd
    errors = []
    left = np.flatnonzero(sure & (hit < 0) & ~ignored)
    for at in left[np.argsort(-found.scores[left], kind="stable")]:
        same = truth.classes == found.classes[at]
        error = _explain(int(at), iou[at], same, taken=taken, explained=explained, least=least)
        if error.truth >= 0:
            explained[error.truth] = True
        errors.append(error)
    errors += [Error("missed", -1, int(at), 0.0) for at in np.flatnonzero(~explained)]
    return Verdict(hit, ignored, errors)


def _explain(at: int, iou: F64, same: Bool, *, taken: Bool, explained: Bool, least: float) -> Error:
    """Return what kind of wrong a prediction is, by what it overlaps: iou, same, ... (M true,)."""
    rules: tuple[tuple[Fault, Bool, float], ...] = (
        ("wrong_class", ~same & ~explained, least),
        ("badly_placed", same & ~explained, NEAR_IOU),
        ("duplicate", taken, least),
    )
    for kind, candidates, needed in rules:
        there = np.flatnonzero(candidates & (iou >= needed))
        if len(there):
            best = int(there[np.argmax(iou[there])])
            return Error(kind, at, best, float(iou[best]))
    return Error("extra", at, -1, 0.0)


def _in_crowd(picture: Judged, by: By, least: float) -> Bool:
    """Return which found ones (N,) lie in a crowd of their class."""
    crowd = picture.truth.crowd
    if not crowd.any():
        return np.zeros(len(picture.found), np.bool_)
    same = picture.found.classes[:, None] == picture.truth.classes[None]
    return np.asarray(((picture.covered(by) >= least) & same & crowd).any(axis=1), np.bool_)


def confusion(pictures: Sequence[Judged], verdicts: Iterable[Verdict], classes: int) -> I64:
    """Return how often a class (row) was said to be which (column), (classes + 1, classes + 1).

    The last row counts what is not there, the last column what was not found. A duplicate and a
    badly placed object are not there, and what was badly placed was not found.
    """
    out = np.zeros((classes + 1, classes + 1), np.int64)
    for picture, verdict in zip(pictures, verdicts, strict=True):
        truth, found = picture.truth.classes, picture.found.classes
        for at in np.flatnonzero(verdict.hit >= 0):
            out[truth[verdict.hit[at]], found[at]] += 1
        for error in verdict.errors:
            row = truth[error.truth] if error.kind in ("missed", "wrong_class") else classes
            column = classes if error.kind == "missed" else found[error.found]
            out[row, column] += 1
            if error.kind == "badly_placed":
                out[truth[error.truth], classes] += 1
    return out
