"""A queue from a score: the front now, what follows when somebody goes there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.curate.apart import BATCH, apart
from sightline.curate.pool import WHYS, Plan
from sightline.curate.scores import Ranked, followed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, I64, Bool
    from sightline.curate.ask import Ask
    from sightline.curate.pool import Pool

EAGER: Final = 20_000
"""Up to so many images the whole queue is sorted at once."""
FRONT: Final = 2_000
"""Above that so many are, and the rest when somebody goes there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """What a score queue is made of; N ordinals."""

    wanted: Bool
    """(N,) who is in it."""
    last: Bool
    """(N,) who comes after all of them, by ordinal."""
    key: NDArray[Any]
    """(N,) what it is ordered by, ascending; NaN last."""
    shown: NDArray[Any]
    """(N,) the score that people see."""
    whys: Callable[[I64], list[str]]
    """Returns one line for each ordinal."""
    note: str = ""
    alike: bool = False
    """Let pictures that are nearly the same stand in one batch."""


def ranked(pool: Pool, ask: Ask, ranking: Ranking) -> Plan:
    """Return the queue: a front of 2,000 at least, all of it when it is short."""
    order = Ranked(ranking.wanted, ranking.key)
    total, last = int(np.count_nonzero(ranking.wanted)), np.flatnonzero(ranking.last)
    lazy = ask.limit is None and total > EAGER
    front = order.front(FRONT if lazy else _looked_at(total, ask.limit))
    if not ranking.alike and pool.embeddings is not None:
        front = apart(pool.embeddings, front, limit=ask.limit)
    if not lazy:
        front = np.concatenate([front, last])[: ask.limit]
        return _made(ranking, front, 0, None)
    left = total - len(front)
    rest = followed(order.without(front).part, left, last)
    return _made(ranking, front, left + len(last), rest)


def _looked_at(total: int, limit: int | None) -> int:
    """Return how many places to work out: some may leave the first batch."""
    return total if limit is None else min(total, 2 * max(limit, BATCH))


def _made(ranking: Ranking, front: I64, more: int, rest: Callable[[int, int], I64] | None) -> Plan:
    scores: F32 = ranking.shown[front].astype(np.float32)
    return Plan(front, scores, ranking.whys(front[:WHYS]), ranking.note, more, rest)
