"""How good a head is, on labels it has not seen."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.curate.trials import Checked
from sightline.heads.tag_calibration import TagCalibration
from sightline.metrics.calibration import Bin, ece, reliability, tag_ece, tag_reliability
from sightline.metrics.classification import accuracy, confusion, log_loss, per_class
from sightline.metrics.tags import per_tag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import I64, Bool
    from sightline.curate.pool import Rows
    from sightline.heads.given import Says
    from sightline.heads.head import Head
    from sightline.heads.task import Task

BINS: Final = 10
TEST_ENOUGH: Final = 50
"""From this many labelled test images on, they are what a head is measured on."""
FLOOR: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadFit:
    """How good a head is, measured on labels that it, or a model of its fold, had not seen."""

    task: str
    """`single`: one class per image; `multi`: any number of tags."""
    labels: int
    """How many images it learned from."""
    held_out: int
    """How many the measures rest on; in cross-validation a class's only label never counts."""
    measured_on: str
    """`test split` or `cross-validation`."""
    accuracy: float | None
    """None, as all measures, when nothing could be held out. Of tags: share of right yes and no."""
    log_loss: float | None
    """Of tags: the mean over tags."""
    ece: float | None
    method: str
    """Of calibration: none, temperature, platt or isotonic; of tags what most of them have."""
    strength: float
    reliability: tuple[Bin, ...]
    classes: tuple[dict[str, float | int], ...]
    """Per class: class_id, precision, recall, f1, support; none for tags."""
    macro_f1: float | None
    micro_f1: float | None = None
    """Of tags."""
    tags: tuple[dict[str, Any], ...] = ()
    """Per tag: class_id, threshold, precision, recall, f1, average_precision, support, method."""
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        listed = ("reliability", "classes", "tags")
        return asdict(self) | {name: [dict(one) for one in getattr(self, name)] for name in listed}


def tested(
    head: Says, embeddings: Rows, ordinals: I64, class_ids: NDArray[Any], tags: Bool | None
) -> Checked | None:
    """Return a head's answers on labelled test images, None when they are too few.

    Args:
        head: Calibrated.
        embeddings: Rows by ordinal.
        ordinals: (m,)
        class_ids: (m,); images of a class that the head does not know count as mistakes. Of tags
            (C,), the columns of `tags`; those that the head does not know are left out.
        tags: (m, C)
    """
    rows, valid = embeddings.read(ordinals)
    if int(valid.sum()) < TEST_ENOUGH:
        return None
    probs = head.score(rows[valid]).astype(np.float64)
    if tags is not None:
        columns = np.searchsorted(np.asarray(class_ids), np.asarray(head.class_ids))
        return Checked("test split", probs, tags[valid][:, columns], np.ones(len(probs)))
    truth = np.asarray(class_ids)[valid]
    known = np.asarray(head.class_ids)
    place = np.minimum(np.searchsorted(known, truth), len(known) - 1)
    strange = known[place] != truth
    if strange.any():  # one more column, of probability 0, for every class that is not known
        probs = np.hstack([probs, np.zeros((len(probs), 1))])
        place = np.where(strange, len(known), place)
    return Checked("test split", probs, place.astype(np.int64), np.ones(len(place)))


def given(head: Says, checked: Checked | None, *, labels: int, note: str) -> HeadFit:
    """Return the measures of a head that was not fitted here.

    Args:
        head: The head.
        checked: Answers to measure; None: there are too few.
        labels: How many images are labelled.
        note: What a person should know.
    """
    none = np.zeros(0, np.int64)
    known = checked or Checked("nothing", np.zeros((0, len(head.class_ids))), none, np.zeros(0))
    return HeadFit(
        task="single",
        labels=labels,
        held_out=len(known.truth),
        measured_on=known.source,
        method="temperature",
        strength=0.0,
        note=note,
        **_of_classes(head.class_ids, known),
    )


def report(head: Head, task: Task, checked: Checked, lost: int) -> HeadFit:
    """Return the measures of a head.

    Args:
        head: The head.
        task: What it learned from.
        checked: Answers to measure.
        lost: How many labelled images had no embedding.
    """
    measured = (
        _of_classes(task.class_ids, checked) if task.tags is None else _of_tags(head, checked)
    )
    return HeadFit(
        task=head.task,
        labels=len(task.y),
        held_out=len(checked.truth),
        measured_on=checked.source,
        method=head.calibration.method,
        strength=head.strength,
        note=_note(task, lost),
        **measured,
    )


_NOTHING: Final[dict[str, Any]] = {
    "accuracy": None,
    "log_loss": None,
    "ece": None,
    "macro_f1": None,
    "reliability": (),
}


def _of_classes(class_ids: tuple[int, ...], checked: Checked) -> dict[str, Any]:
    y, probs, weights = checked.truth, checked.probabilities, checked.weights
    some = bool(len(y))
    answers = probs.argmax(axis=1) if some else y
    measures = per_class(confusion(y, answers, max(probs.shape[1], len(class_ids))))
    rows = zip(class_ids, measures.rows(), strict=False)
    classes = tuple({"class_id": one, **row} for one, row in rows)
    if not some:
        return _NOTHING | {"classes": classes}
    return {
        "accuracy": checked.accuracy or accuracy(y, answers, weights),
        "log_loss": log_loss(probs, y, weights),
        "ece": ece(probs, y, BINS, weights),
        "macro_f1": measures.macro_f1,
        "reliability": tuple(reliability(probs, y, BINS, weights)),
        "classes": classes,
    }


def _of_tags(head: Head, checked: Checked) -> dict[str, Any]:
    truth, probs, weights = checked.truth.astype(np.bool_), checked.probabilities, checked.weights
    if not len(truth):
        return _NOTHING | {"classes": (), "tags": _tag_rows(head, checked)}
    said = np.where(truth, probs, 1.0 - probs)
    each = np.repeat(weights, truth.shape[1])
    measures = per_tag(probs, truth, head.thresholds, weights)
    right = ((probs >= np.asarray(head.thresholds)) == truth).mean(axis=1)
    return {
        "accuracy": float(np.average(right, weights=weights)),
        "log_loss": float(-np.log(np.maximum(said, FLOOR)).mean(axis=1) @ weights / weights.sum()),
        "ece": tag_ece(probs.ravel(), truth.ravel(), BINS, each),
        "macro_f1": measures.macro_f1,
        "micro_f1": measures.micro_f1,
        "reliability": tuple(tag_reliability(probs.ravel(), truth.ravel(), BINS, each)),
        "classes": (),
        "tags": _tag_rows(head, checked),
    }


def _tag_rows(head: Head, checked: Checked) -> tuple[dict[str, Any], ...]:
    calibration = head.calibration
    assert isinstance(calibration, TagCalibration)
    truth, probs, weights = checked.truth.astype(np.bool_), checked.probabilities, checked.weights
    measures = per_tag(probs, truth, head.thresholds, weights)
    return tuple(
        {
            "class_id": class_id,
            "threshold": head.thresholds[k],
            "precision": float(measures.precision[k]),
            "recall": float(measures.recall[k]),
            "f1": float(measures.f1[k]),
            "average_precision": float(measures.average_precision[k]),
            "support": int(measures.support[k]),
            "method": calibration.methods[k],
            "ece": tag_ece(probs[:, k], truth[:, k], BINS, weights),
            "reliability": tag_reliability(probs[:, k], truth[:, k], BINS, weights),
        }
        for k, class_id in enumerate(head.class_ids)
    )


def _note(task: Task, lost: int) -> str:
    lines = []
    single = int((task.counts == 1).sum())
    if single:
        one, more = ("class", "classes") if task.tags is None else ("tag", "tags")
        what = f"{one} has" if single == 1 else f"{more} have"
        lines.append(f"{single} {what} one label only and cannot be checked")
    if lost:
        lines.append(f"{lost} labelled images are not embedded yet")
    return "; ".join(lines)
