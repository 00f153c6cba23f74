"""The set that leaves nothing far away: greedy k-center.

Sener and Savarese ("Active Learning for Convolutional Neural Networks: A Core-Set Approach", 2018)
take again and again the picture farthest from all that are labelled or taken; Gonzalez (1985) shows
that the farthest distance that is left is at most twice the least possible. What is farthest is
often odd: coverage (`auto`) is the better start, this finds what nothing labelled is like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sightline.curate.pool import WHYS, Plan, unit_rows
from sightline.curate.ranked import Ranking, ranked
from sightline.heads.product import each_piece, product
from sightline.heads.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, I64, Bool
    from sightline.curate.ask import Ask
    from sightline.curate.pool import Pool, Rows

FRONT: Final = 200
"""So many are chosen with each other in view; after them the farthest from these come first."""
CANDIDATES: Final = 4096
ANCHORS: Final = 512
"""Labelled pictures that stand for all labelled ones, when there are more."""
PART: Final = 16_384


class _Rest(NamedTuple):
    """M embedded pictures and how far each is from all that is labelled or taken."""

    ordinals: I64
    length: F32
    """(M,) of the embedding."""
    distance: F32
    """(M,) cosine distance, 0..2."""


def plan_diverse(pool: Pool, ask: Ask) -> Plan:
    """Return what waits, the farthest from all labelled and chosen ones first."""
    waiting, skipped = pool.open_masks(test=ask.test)
    rows = pool.embeddings
    assert rows is not None
    count = min(FRONT, FRONT if ask.limit is None else ask.limit)
    with one_thread():
        rest, front, far = _chosen(rows, np.flatnonzero(waiting), pool.taught(), count)
    waiting[front] = False
    score = np.full(pool.size, np.nan, np.float32)
    score[rest.ordinals] = rest.distance
    left = None if ask.limit is None else ask.limit - len(front)
    after = ranked(
        pool,
        ask.followed_by(left),
        Ranking(
            wanted=waiting,
            last=skipped,
            key=-score,
            shown=score,
            whys=lambda ordinals: [_why(one, after=True) for one in score[ordinals].tolist()],
            alike=True,
        ),
    )
    whys = [_why(one) for one in far.tolist()] + (after.whys or [])
    assert after.scores is not None
    return Plan(
        np.concatenate([front, after.ordinals]),
        np.concatenate([far, after.scores]),
        whys[:WHYS],
        "" if len(rest.ordinals) else "nothing is embedded yet",
        after.more,
        after.rest,
    )


def farthest(rows: Rows, rest: _Rest, count: int) -> tuple[I64, F32]:
    """Take `count` pictures, each the farthest from all before it; `rest.distance` is updated.

    Only the farthest few thousand are looked at until what is taken is no farther than the first
    of those left out; then all distances are brought up to date in one product.

    Returns:
        (count,) places in `rest`, and (count,) how far each was when it was taken.
    """
    picked: list[int] = []
    far: list[float] = []
    while len(picked) < min(count, len(rest.ordinals)):
        new = _round(rows, rest, count - len(picked), far)
        if not new:
            break
        picked += new
        _approach(rows, rest, unit_rows(rows, rest.ordinals[new])[0])
        rest.distance[new] = -np.inf
    return np.asarray(picked, dtype=np.int64), np.asarray(far, dtype=np.float32)


def _round(rows: Rows, rest: _Rest, count: int, far: list[float]) -> list[int]:
    """Take as many as can be told from the farthest few thousand; at least one."""
    size = len(rest.distance)
    near, bound = np.arange(size), -np.inf
    if size > CANDIDATES:
        order = np.argpartition(-rest.distance, CANDIDATES)
        near, bound = order[:CANDIDATES], float(rest.distance[order[CANDIDATES]])
    near = near[np.isfinite(rest.distance[near])]
    values, distance = unit_rows(rows, rest.ordinals[near])[0], rest.distance[near]
    picked: list[int] = []
    while len(picked) < min(count, len(near)):
        place = int(np.argmax(distance))
        if picked and distance[place] <= bound:
            break
        picked.append(int(near[place]))
        far.append(float(distance[place]))
        np.minimum(distance, 1.0 - values @ values[place], out=distance)
        distance[place] = -np.inf
    return picked


def _chosen(rows: Rows, waiting: I64, taught: I64, count: int) -> tuple[_Rest, I64, F32]:
    """Return what waits with its distances, and the front with those it had when it was taken."""
    rest = _measured(rows, waiting)
    none = np.zeros(0, np.int64), np.zeros(0, np.float32)
    if not len(rest.ordinals):
        return rest, *none
    anchors = _anchors(rows, taught)
    if len(anchors):
        _approach(rows, rest, anchors)
        places, far = farthest(rows, rest, count)
        return rest, rest.ordinals[places], far
    middle = _middle(rows, rest)
    _approach(rows, rest, unit_rows(rows, rest.ordinals[[middle]])[0])
    rest.distance[middle] = -np.inf
    places, far = farthest(rows, rest, max(0, min(count, len(rest.ordinals)) - 1))
    places = np.concatenate([[middle], places])[:count]
    far = np.concatenate([np.full(1, np.nan, np.float32), far])[:count]
    return rest, rest.ordinals[places], far


def _anchors(rows: Rows, taught: I64) -> F32:
    """Return unit rows of the labelled pictures, or of 512 of them that leave none far away."""
    rest = _measured(rows, taught)
    if len(rest.ordinals) <= ANCHORS:
        return unit_rows(rows, rest.ordinals)[0]
    middle = _middle(rows, rest)
    _approach(rows, rest, unit_rows(rows, rest.ordinals[[middle]])[0])
    places, _ = farthest(rows, rest, ANCHORS)
    return unit_rows(rows, rest.ordinals[places])[0]


def _measured(rows: Rows, ordinals: I64) -> _Rest:
    """Return those that have a finite embedding, at a distance of 2 from everything."""
    length = np.full(len(ordinals), np.nan, np.float32)

    def work(at: int, part: NDArray[Any], valid: Bool) -> None:
        wide = part.astype(np.float32)
        square = np.einsum("nd,nd->n", wide, wide)
        known = valid & np.isfinite(square) & (square > 0)
        length[at : at + len(part)] = np.sqrt(np.where(known, square, np.nan))

    with np.errstate(invalid="ignore", over="ignore"):
        each_piece(_parts(rows, ordinals), len(ordinals), work)
    there = np.isfinite(length)
    return _Rest(ordinals[there], length[there], np.full(int(there.sum()), 2.0, np.float32))


def _approach(rows: Rows, rest: _Rest, new: F32) -> None:
    """Bring the distances up to date when rows (Q, D) of length 1 were taken."""
    matrix = np.ascontiguousarray(new.T)

    def work(at: int, part: NDArray[Any], _: Bool) -> None:
        here = slice(at, at + len(part))
        best = product(part, matrix).max(axis=1) / rest.length[here]
        np.minimum(rest.distance[here], 1.0 - best, out=rest.distance[here])

    each_piece(_parts(rows, rest.ordinals), len(rest.ordinals), work)


def _middle(rows: Rows, rest: _Rest) -> int:
    """Return the place of the picture most like the mean of all."""
    total = np.zeros(rows.read(rest.ordinals[:1])[0].shape[1], np.float64)
    for at, part, _ in _parts(rows, rest.ordinals):
        total += (1.0 / rest.length[at : at + len(part)]) @ part.astype(np.float32)
    likeness = np.concatenate(
        [
            product(part, total[:, None].astype(np.float32))[:, 0] / rest.length[at : at + PART]
            for at, part, _ in _parts(rows, rest.ordinals)
        ]
    )
    return int(np.argmax(likeness))


def _parts(rows: Rows, ordinals: I64) -> Iterator[tuple[int, NDArray[Any], Bool]]:
    for at in range(0, len(ordinals), PART):
        yield (at, *rows.read(ordinals[at : at + PART]))


def _why(distance: float, *, after: bool = False) -> str:
    if not np.isfinite(distance):
        return "not embedded yet" if after else "most like all the others"
    return f"{distance:.2f} from the nearest that is labelled or comes before it"
