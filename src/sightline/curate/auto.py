"""The queue that spends labels best: coverage first, doubt weighs in, doubt decides.

With no labels there is nothing to doubt: what stands for most other pictures comes first. With a
few, coverage counts most where the head doubts. From about six labels per class on, the head knows
where it is weak: the smallest margins come, but no two alike in one batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sightline.curate.coverage import bandwidth, herd, likeness, spread
from sightline.curate.doubt import why_uncertain
from sightline.curate.pool import WHYS, Plan, Pool, Rows, unit_rows
from sightline.curate.ranked import Ranking, ranked
from sightline.curate.scores import by_score
from sightline.heads.threads import one_thread

if TYPE_CHECKING:
    from sightline.core.arrays import F32, I64
    from sightline.curate.ask import Ask

FRONT: Final = 200
"""How many images are chosen with each other in view; after them the order is by score alone."""
SAMPLE: Final = 4000
"""Coverage is computed on at most so many images: the kernel is quadratic."""
ANCHORS: Final = 4000
"""At most so many labelled images are counted as covering others."""
ENOUGH_PER_CLASS: Final = 6
CANDIDATES: Final = 8
"""From this many times the front, by margin, the front is chosen."""


class _Front(NamedTuple):
    ordinals: I64
    scores: F32
    whys: list[str]
    note: str


def plan_auto(pool: Pool, ask: Ask) -> Plan:
    """Return the order: a front of up to 200, then by margin or, with no head, by chance."""
    waiting, skipped = pool.open_masks(test=ask.test)
    total = int(np.count_nonzero(waiting))
    count = min(FRONT, total, FRONT if ask.limit is None else ask.limit)
    with one_thread():
        front = _front(pool, np.flatnonzero(waiting), count, ask.seed)
    margin = np.zeros(pool.size, np.float32) if pool.margin is None else pool.margin
    after = ask.followed_by(None if ask.limit is None else ask.limit - len(front.ordinals))
    waiting[front.ordinals] = False
    follow = Ranking(
        wanted=waiting,
        last=skipped,
        key=np.asarray(margin) if pool.margin is not None else _chance(pool.size, ask.seed),
        shown=np.full(pool.size, np.nan, np.float32),
        whys=lambda ordinals: _rest_whys(pool, ordinals),
        alike=True,
    )
    rest = ranked(pool, after, follow)
    order = np.concatenate([front.ordinals, rest.ordinals])
    scores = np.full(len(order), np.nan, np.float32)
    scores[: len(front.scores)] = front.scores
    whys = (front.whys + (rest.whys or []))[:WHYS]
    return Plan(order, scores, whys, front.note, rest.more, rest.rest)


def _chance(n: int, seed: int) -> F32:
    """Return a number by chance for each ordinal, (n,)."""
    return np.random.default_rng(seed).random(n, dtype=np.float32)


def _front(pool: Pool, waiting: I64, count: int, seed: int) -> _Front:
    nothing = _Front(np.zeros(0, np.int64), np.zeros(0, np.float32), [], "")
    if pool.embeddings is None or not count:
        note = "" if pool.embeddings is not None else "by chance until the images are embedded"
        return nothing._replace(note=note)
    taught = pool.taught()
    classes = len(np.unique(pool.class_id[taught]))
    trust = 0.0
    if pool.margin is not None and classes > 1:
        trust = min(1.0, len(taught) / (ENOUGH_PER_CLASS * classes))
    if trust == 1.0:
        return _doubtful(pool, pool.embeddings, waiting, count)
    return _covering(pool, pool.embeddings, waiting, taught, count=count, seed=seed, trust=trust)


def _covering(
    pool: Pool, rows: Rows, waiting: I64, taught: I64, *, count: int, seed: int, trust: float
) -> _Front:
    """Choose by coverage, weighted by the head's doubt as far as it is trusted, 0..1.

    Margins of a head that has seen two labels of a class say little: on photographs of rubbish,
    believing them from the start lost to coverage alone.
    """
    rng = np.random.default_rng(seed)
    sample = _sample(waiting, SAMPLE, rng)
    values, there = unit_rows(rows, sample)
    sample, values = sample[there], values[there]
    if not len(sample):
        return _Front(sample, np.zeros(0, np.float32), [], "by chance until images are embedded")
    width = bandwidth(values)
    covered = np.zeros(len(sample), np.float32)
    if len(taught):
        anchors, anchored = unit_rows(rows, _sample(taught, ANCHORS, rng))
        covered = likeness(values, anchors[anchored], width).max(axis=1, initial=0.0)
    weight = np.ones(len(sample), np.float32)
    if trust:
        margin = np.nan_to_num(np.asarray(pool.margin)[sample].astype(np.float32), nan=0.0)
        weight = np.maximum(1.0 - trust * margin, 1e-3)
    places, shares = herd(likeness(values, values, width), covered, weight, count)
    words = "doubt that is left" if trust else "pictures not yet covered"
    return _Front(
        sample[places],
        shares,
        [f"stands for {share:.1%} of the {words}" for share in shares],
        "by coverage, where the head doubts" if trust else "by coverage",
    )


def _doubtful(pool: Pool, rows: Rows, waiting: I64, count: int) -> _Front:
    """Choose small margins, no two pictures alike."""
    margin = np.asarray(pool.margin)
    near = by_score(waiting, margin, max(CANDIDATES * count, 2 * FRONT))
    values, there = unit_rows(rows, near)
    near, values = near[there], values[there]
    worth = np.maximum(1.0 - np.nan_to_num(margin[near].astype(np.float32), nan=1.0), 1e-6)
    places = spread(likeness(values, values, bandwidth(values)), worth, count)
    chosen = near[places]
    scores = margin[chosen].astype(np.float32)
    return _Front(chosen, scores, why_uncertain(pool, chosen), "by doubt, no two alike")


def _sample(ordinals: I64, count: int, rng: np.random.Generator) -> I64:
    """Return all, or `count` of them by chance, ascending."""
    if len(ordinals) <= count:
        return ordinals
    return np.sort(rng.choice(ordinals, count, replace=False))


def _rest_whys(pool: Pool, ordinals: I64) -> list[str]:
    if pool.margin is None:
        return ["drawn by chance"] * len(ordinals)
    return why_uncertain(pool, ordinals)
