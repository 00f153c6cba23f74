"""Labels that look wrong: confident learning.

Northcutt, Jiang and Chuang ("Confident Learning: Estimating Uncertainty in Dataset Labels", 2021).
Every label is judged by a head that did not learn from it. A class's threshold is the mean
probability of that class among the images that bear its label, so that a class on which the head is
never sure is not blamed for that. An image whose probability of another class passes that class's
threshold counts as mislabelled; the ranking is by normalised margin: p(label) - p(likeliest other).
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

    wrong: Bool
    """(m,) the label is probably wrong."""
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
    instead = others.argmax(axis=1)
    wrong = (confident[at, joint] >= 0) & (joint != y)
    instead = np.where(wrong, joint, instead)
    return Suspects(wrong, (own - probabilities[at, instead]).astype(np.float32), instead)


def wrong_tags(probabilities: F32, tags: Bool) -> Suspects:
    """Return the tag of each image that is most probably wrong: missing, or too many.

    Every tag is a problem of two classes of its own.

    Args:
        probabilities: (m, K) of having each tag, out of fold; NaN where nobody could say.
        tags: (m, K) who has it.
    """
    m, k = probabilities.shape
    margin = np.full((m, k), np.inf, np.float32)
    wrong = np.zeros((m, k), np.bool_)
    for tag in range(k):
        p = probabilities[:, tag]
        known = np.flatnonzero(np.isfinite(p))
        two = np.stack([1.0 - p[known], p[known]], axis=1)
        found = suspects(two, tags[known, tag].astype(np.int64))
        margin[known, tag], wrong[known, tag] = found.margin, found.wrong
    worst = np.where(wrong, margin, np.inf).argmin(axis=1)
    at = np.arange(m)
    some: Bool = np.asarray(wrong.any(axis=1))
    return Suspects(some, margin[at, worst], worst.astype(np.int64))


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
    found = _found(pool, judged, ask.class_id)
    n = pool.size
    margin, wrong = np.full(n, np.nan, np.float32), np.zeros(n, np.bool_)
    row = np.full(n, -1, np.int64)
    margin[judged.ordinals], wrong[judged.ordinals] = found.margin, found.wrong
    row[judged.ordinals] = np.arange(len(judged.ordinals))
    wanted = wrong & pool.live()
    total = int(np.count_nonzero(wanted))
    return ranked(
        pool,
        ask,
        Ranking(
            wanted=wanted,
            last=np.zeros(n, np.bool_),
            key=margin,
            shown=margin,
            whys=lambda ordinals: _whys(pool, judged, found, row[ordinals]),
            note=f"{total:,} of {len(judged.ordinals):,} labels look wrong",
            alike=True,
        ),
    )


def _found(pool: Pool, judged: OutOfFold, class_id: int | None) -> Suspects:
    """Judge tags or classes; `class_id`: only those that bear it, or should."""
    ids = np.asarray(judged.class_ids, np.int64)
    if pool.multi and pool.tags is not None:
        probs, tags = judged.probabilities, pool.tags.matrix(judged.ordinals, ids)
        if class_id is not None:
            probs = np.where(ids == class_id, probs, np.float32(np.nan))
        return wrong_tags(probs, tags)
    given = pool.class_id[judged.ordinals].astype(np.int64)
    place = np.minimum(np.searchsorted(ids, given), len(ids) - 1)
    found = suspects(judged.probabilities, place)
    found = found._replace(wrong=found.wrong & (ids[place] == given))
    if class_id is None:
        return found
    about = (given == class_id) | (ids[found.instead] == class_id)
    return found._replace(wrong=found.wrong & about)


def _whys(pool: Pool, judged: OutOfFold, found: Suspects, rows: I64) -> list[str]:
    names = [pool.class_names.get(one, "(deleted)") for one in judged.class_ids]
    whys = []
    for row in rows.tolist():
        other = int(found.instead[row])
        p = float(judged.probabilities[row, other])
        if pool.multi:
            has = bool(_has(pool, judged, row, other))
            whys.append(f"tagged {names[other]}, " * has + f"the head says {names[other]} {p:.0%}")
        else:
            given = pool.class_names.get(int(pool.class_id[judged.ordinals[row]]), "(deleted)")
            whys.append(f"labelled {given}, the head says {names[other]} {p:.0%}")
    return whys


def _has(pool: Pool, judged: OutOfFold, row: int, column: int) -> bool:
    assert pool.tags is not None
    one = np.asarray([judged.class_ids[column]], np.int64)
    return bool(pool.tags.matrix(judged.ordinals[row : row + 1], one)[0, 0])
