"""Labels that look wrong: confident learning.

Northcutt, Jiang and Chuang ("Confident Learning: Estimating Uncertainty in Dataset Labels", 2021).
Every label is judged by a head that did not learn from it. A class's threshold is the mean
probability of that class among the images that bear its label, so that a class on which the head is
never sure is not blamed for that. An image whose probability of another class passes that class's
threshold counts as mislabelled. These come first; then those that are contradicted by the likeliest
class without passing its threshold; both by normalised margin: p(label) - p(likeliest other).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sightline.core.errors import ConflictError
from sightline.curate.ranked import Ranking, ranked

if TYPE_CHECKING:
    from sightline.core.arrays import F32, I64, Bool
    from sightline.curate.ask import Ask
    from sightline.curate.pool import OutOfFold, Plan, Pool


class Suspects(NamedTuple):
    """What m labelled images are said to be instead."""

    sure: Bool
    """(m,) mislabelled by confident learning."""
    wrong: Bool
    """(m,) contradicted: another class is likelier, or passes its threshold."""
    margin: F32
    """(m,) p(label) - p(other), -1..1; the lower the worse."""
    instead: I64
    """(m,) column of the other class, or of the tag that is wrong."""


def suspects(probabilities: F32, y: I64) -> Suspects:
    """Return which labels are probably wrong.

    Args:
        probabilities: (m, K) out of fold; rows sum to 1.
        y: (m,) column of the label that was given.
    """
    m, k = probabilities.shape
    at = np.arange(m)
    own = probabilities[at, y]
    counts = np.maximum(np.bincount(y, minlength=k), 1)
    threshold = np.bincount(y, weights=own, minlength=k) / counts
    threshold[np.bincount(y, minlength=k) == 0] = np.inf
    confident = np.where(probabilities >= threshold, probabilities, -1.0)
    joint = confident.argmax(axis=1)
    others = probabilities.copy()
    others[at, y] = -1.0
    sure = (confident[at, joint] >= 0) & (joint != y)
    instead = np.where(sure, joint, others.argmax(axis=1))
    margin = (own - probabilities[at, instead]).astype(np.float32)
    return Suspects(sure, sure | (margin < 0), margin, instead)


def wrong_tags(probabilities: F32, tags: Bool) -> Suspects:
    """Return the tag of each image that is most probably wrong: missing, or too many.

    Every tag is a problem of two classes of its own.

    Args:
        probabilities: (m, K) of having each tag, out of fold; NaN where nobody could say.
        tags: (m, K) who has it.
    """
    m, k = probabilities.shape
    margin = np.full((m, k), np.inf, np.float32)
    wrong, sure = np.zeros((m, k), np.bool_), np.zeros((m, k), np.bool_)
    for tag in range(k):
        p = probabilities[:, tag]
        known = np.flatnonzero(np.isfinite(p))
        two = np.stack([1.0 - p[known], p[known]], axis=1)
        found = suspects(two, tags[known, tag].astype(np.int64))
        margin[known, tag], wrong[known, tag] = found.margin, found.wrong
        sure[known, tag] = found.sure
    worst = np.where(wrong, margin - 2.0 * sure, np.inf).argmin(axis=1)
    at = np.arange(m)
    return Suspects(sure[at, worst], wrong[at, worst], margin[at, worst], worst.astype(np.int64))


def plan_mistakes(pool: Pool, ask: Ask) -> Plan:
    """Return labelled images whose label looks wrong, the most suspicious first.

    Images of the test split are among them: a wrong label there spoils every measure.

    Raises:
        ConflictError: Too few labels to judge one by the others.
    """
    judged = pool.out_of_fold
    if judged is None or not len(judged.ordinals):
        raise ConflictError(
            "there are too few labels to judge one by the others",
            hint="label at least two images of each of two classes",
        )
    found = _found(judged, ask.class_id)
    n = pool.size
    margin, row = np.full(n, np.nan, np.float32), np.full(n, -1, np.int64)
    wrong, sure = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    wrong[judged.ordinals], sure[judged.ordinals] = found.wrong, found.sure
    margin[judged.ordinals], row[judged.ordinals] = found.margin, np.arange(len(judged.ordinals))
    wanted = wrong & pool.live()
    first, total = int((wanted & sure).sum()), int(wanted.sum())
    return ranked(
        pool,
        ask,
        Ranking(
            wanted=wanted,
            last=np.zeros(n, np.bool_),
            key=margin + np.where(sure, np.float32(0), np.float32(4)),
            shown=margin,
            whys=lambda ordinals: _whys(pool, judged, found, row[ordinals]),
            note=_note(first, total - first, len(judged.ordinals)),
            alike=True,
        ),
    )


def _note(sure: int, more: int, judged: int) -> str:
    also = f", {more:,} more are contradicted" if more else ""
    return f"{sure:,} of {judged:,} labels look wrong{also}"


def _found(judged: OutOfFold, class_id: int | None) -> Suspects:
    """Judge tags or classes; `class_id`: only what bears it, or should."""
    ids, truth = np.asarray(judged.class_ids, np.int64), judged.truth
    if truth.ndim > 1:
        probs = judged.probabilities
        if class_id is not None:
            probs = np.where(ids == class_id, probs, np.float32(np.nan))
        return wrong_tags(probs, truth)
    found = suspects(judged.probabilities, truth)
    if class_id is None:
        return found
    about = (ids[truth] == class_id) | (ids[found.instead] == class_id)
    return found._replace(wrong=found.wrong & about, sure=found.sure & about)


def _whys(pool: Pool, judged: OutOfFold, found: Suspects, rows: I64) -> list[str]:
    names = [pool.class_names.get(one, "(deleted)") for one in judged.class_ids]
    whys = []
    for row in rows.tolist():
        other = int(found.instead[row])
        says = f"the head says {names[other]} {float(judged.probabilities[row, other]):.0%}"
        if judged.truth.ndim > 1:
            whys.append(f"tagged {names[other]}, {says}" if judged.truth[row, other] else says)
        else:
            whys.append(f"labelled {names[int(judged.truth[row])]}, {says}")
    return whys
