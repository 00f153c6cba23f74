"""Predictions against labels: precision, classes, confusion, and each error by its kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sightline.metrics.detection import average_precision
from sightline.metrics.detection_errors import FAULTS, MIN_IOU, best_score, confusion, hits, judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sightline.core.arrays import F64, I64
    from sightline.core.progress import Progress
    from sightline.metrics.detection import By, Judged, Precision
    from sightline.metrics.detection_errors import Verdict

EVERY: Final = 200
"""Pictures between two looks at whether to stop."""


@dataclass(frozen=True, slots=True)
class Faults:
    """E errors of all pictures; what a side has not is -1, its box 0."""

    image_id: I64
    kind: I64
    """(E,) place in FAULTS."""
    truth: I64
    """(E,) index of the true class."""
    said: I64
    """(E,) index of the predicted class."""
    score: F64
    """(E,) of the prediction, 0..1."""
    iou: F64
    truth_box: F64
    """(E, 4)"""
    said_box: F64
    """(E, 4)"""

    def arrays(self) -> dict[str, Any]:
        """Return them by name."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is known of predictions."""

    report: dict[str, Any]
    faults: Faults


def judge_all(
    pictures: Sequence[Judged],
    names: Sequence[str],
    progress: Progress,
    *,
    by: By = "box",
    min_score: float | None = None,
    min_iou: float = MIN_IOU,
) -> Judgement:
    """Return how good predictions are.

    Args:
        pictures: Both sides of each; keys are the images' ids.
        names: Of the classes.
        progress: Is told, and may stop it.
        by: What is laid over each other.
        min_score: Predictions below it are no errors; None: the score that gives the best F1. The
            average precision looks at all of them.
        min_iou: From which on an object counts as found; for the errors.
    """
    progress.advance(0, None, "average precision")
    precision = average_precision(pictures, len(names), by)
    if min_score is None:
        min_score = _best_score(pictures, by, min_iou)
    verdicts = []
    for at, picture in enumerate(pictures):
        if not at % EVERY:
            progress.check()
            progress.advance(at, len(pictures), "errors")
        verdicts.append(judge(picture, by, min_score, min_iou))
    faults = _faults(pictures, verdicts)
    tally = _tally(pictures, verdicts, min_score, len(names))
    report = {
        "images": len(pictures),
        "truth": int(tally.true.sum()),
        "predicted": int(tally.said.sum()),
        "by": by,
        "min_iou": min_iou,
        "min_score": min_score,
        **_figures(precision),
        **_shares(int(tally.right.sum()), int(tally.sure.sum()), int(tally.true.sum())),
        "per_class": _per_class(tally, faults, precision, names),
        "confusion": _cells(confusion(pictures, verdicts, len(names)), names),
        "errors": _kinds(faults),
    }
    return Judgement(report, faults)


def _best_score(pictures: Sequence[Judged], by: By, min_iou: float) -> float:
    scores = np.concatenate([np.zeros(0), *(one.found.scores for one in pictures)])
    right = [hits(one, one.iou(by), min_iou) >= 0 for one in pictures]
    total = sum(int((~one.truth.crowd).sum()) for one in pictures)
    return best_score(scores, np.concatenate([np.zeros(0, np.bool_), *right]), total)


def _figures(precision: Precision) -> dict[str, float | None]:
    return {
        "map": precision.ap,
        "map50": precision.ap50,
        "map75": precision.ap75,
        **{f"map_{name}": value for name, value in precision.ap_by_size.items()},
        **{f"recall_{most}": value for most, value in precision.recall.items()},
    }


class _Tally(NamedTuple):
    """How many objects of each class (K,) are right, sure enough, true, and predicted at all."""

    right: I64
    sure: I64
    true: I64
    said: I64


def _tally(
    pictures: Sequence[Judged], verdicts: Sequence[Verdict], min_score: float, classes: int
) -> _Tally:
    counts = np.zeros((4, classes), np.int64)
    for picture, verdict in zip(pictures, verdicts, strict=True):
        found, truth = picture.found, picture.truth
        sure = (found.scores >= min_score) & ~verdict.ignored
        np.add.at(counts[0], found.classes[verdict.hit >= 0], 1)
        np.add.at(counts[1], found.classes[sure], 1)
        np.add.at(counts[2], truth.classes[~truth.crowd], 1)
        np.add.at(counts[3], found.classes, 1)
    return _Tally(*counts)


def _shares(right: int, said: int, total: int) -> dict[str, float | None]:
    return {
        "precision": right / said if said else None,
        "recall": right / total if total else None,
        "f1": 2 * right / (said + total) if said + total else None,
    }


def _per_class(
    tally: _Tally, faults: Faults, precision: Precision, names: Sequence[str]
) -> list[dict[str, Any]]:
    """Return a row for each class that is true or said anywhere.

    A missed, misplaced or mistaken object counts for the class that it is of; what is extra or
    twice there for the class that was said.
    """
    owner = np.where(faults.truth >= 0, faults.truth, faults.said)
    kinds = Counter(zip(owner.tolist(), faults.kind.tolist(), strict=True))
    rows: list[dict[str, Any]] = []
    for k in np.flatnonzero(tally.true + tally.said).tolist():
        errors: dict[str, int] = {kind: kinds[k, place] for place, kind in enumerate(FAULTS)}
        rows.append(
            {
                "name": names[k],
                "truth": int(tally.true[k]),
                "predicted": int(tally.said[k]),
                "ap": precision.per_class[k]["ap"],
                "ap50": precision.per_class[k]["ap50"],
                **_shares(int(tally.right[k]), int(tally.sure[k]), int(tally.true[k])),
                **errors,
            }
        )
    return rows


def _cells(table: I64, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the cells of the confusion that are not empty, the fullest first."""
    labels: list[str | None] = [*names, None]
    cells = [
        {"truth": labels[row], "said": labels[column], "count": int(table[row, column])}
        for row, column in np.argwhere(table > 0).tolist()
    ]
    return sorted(cells, key=lambda cell: -int(cell["count"] or 0))


def _kinds(faults: Faults) -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {}
    for place, kind in enumerate(FAULTS):
        mine = faults.kind == place
        images = len(np.unique(faults.image_id[mine]))
        out[kind] = {"objects": int(mine.sum()), "images": images}
    return out


def _faults(pictures: Sequence[Judged], verdicts: Sequence[Verdict]) -> Faults:
    rows = list(_rows(pictures, verdicts))
    columns = zip(*rows, strict=True) if rows else [[] for _ in range(8)]
    image, kind, truth, said, score, iou, truth_box, said_box = columns
    return Faults(
        np.array(image, np.int64),
        np.array(kind, np.int64),
        np.array(truth, np.int64),
        np.array(said, np.int64),
        np.array(score, np.float64),
        np.array(iou, np.float64),
        np.array(truth_box, np.float64).reshape(-1, 4),
        np.array(said_box, np.float64).reshape(-1, 4),
    )


def _rows(pictures: Sequence[Judged], verdicts: Sequence[Verdict]) -> Iterator[tuple[Any, ...]]:
    nothing = np.zeros(4)
    for picture, verdict in zip(pictures, verdicts, strict=True):
        truth, found = picture.truth, picture.found
        for error in verdict.errors:
            true, said = error.truth, error.found
            yield (
                picture.key,
                FAULTS.index(error.kind),
                truth.classes[true] if true >= 0 else -1,
                found.classes[said] if said >= 0 else -1,
                found.scores[said] if said >= 0 else 0.0,
                error.iou,
                truth.boxes[true] if true >= 0 else nothing,
                found.boxes[said] if said >= 0 else nothing,
            )
