"""Images by how probable a class is: those between, and those that only want a nod."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import ConflictError
from sightline.curate.pool import Tops
from sightline.curate.ranked import Ranking, ranked
from sightline.curate.tops import column_of, tops_of

if TYPE_CHECKING:
    from sightline.core.arrays import F32, I64, Bool
    from sightline.curate.ask import Ask
    from sightline.curate.pool import Plan, Pool

BAND: Final = (0.3, 0.8)
CERTAIN: Final = (0.9, 1.0)
_ROOM: Final = 5e-4
"""Half precision keeps three digits: 0.9 is stored as 0.8999."""


def plan_band(pool: Pool, ask: Ask) -> Plan:
    """Return what waits and has a probability in the band, from its lower end up.

    Raises:
        ConflictError: The head does not know the class.
    """
    tops, inside = _inside(pool, ask, BAND)
    waiting, skipped = pool.open_masks(test=ask.test)
    return ranked(
        pool,
        ask,
        Ranking(
            wanted=waiting & inside,
            last=skipped & inside,
            key=tops.p,
            shown=tops.p,
            whys=lambda ordinals: _whys(pool, tops, ordinals),
        ),
    )


def plan_certain(pool: Pool, ask: Ask) -> Plan:
    """Return what waits and the head is sure of: class by class, the surest first.

    The class with most images comes first, so that a long run is confirmed by one key.

    Raises:
        ConflictError: The head does not know the class.
    """
    tops, inside = _inside(pool, ask, CERTAIN)
    waiting, skipped = pool.open_masks(test=ask.test)
    wanted = waiting & inside
    counts = np.bincount(tops.place[wanted], minlength=1)
    rank = np.empty(len(counts), np.float32)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    safe = np.minimum(tops.place, len(counts) - 1)
    return ranked(
        pool,
        ask,
        Ranking(
            wanted=wanted,
            last=skipped & inside,
            key=2.0 * rank[safe] + (1.0 - tops.p),
            shown=tops.p,
            whys=lambda ordinals: _whys(pool, tops, ordinals),
            note=_runs(pool, counts),
            alike=True,
        ),
    )


def _inside(pool: Pool, ask: Ask, usual: tuple[float, float]) -> tuple[Tops, Bool]:
    """Return the class asked for, or the likeliest, of each image, and who is in the band."""
    tops = _column(pool, ask.class_id) if ask.class_id is not None else _likeliest(pool)
    low, high = ask.band or usual
    with np.errstate(invalid="ignore"):
        inside: Bool = (tops.p >= low - _ROOM) & (tops.p <= high + _ROOM)
    return tops, inside


def _likeliest(pool: Pool) -> Tops:
    if pool.tops is not None:
        return pool.tops
    assert pool.probabilities is not None
    return tops_of(pool.probabilities, pool.size)


def _column(pool: Pool, class_id: int) -> Tops:
    if class_id not in pool.class_ids or pool.probabilities is None:
        name = pool.class_names.get(class_id, str(class_id))
        raise ConflictError(
            f"the head does not know the class {name}", hint="label a few images of it first"
        )
    place = pool.class_ids.index(class_id)
    p: F32 = column_of(pool.probabilities, pool.size, place)
    return Tops(p, np.full(pool.size, place, np.int32))


def _whys(pool: Pool, tops: Tops, ordinals: I64) -> list[str]:
    pairs = zip(tops.place[ordinals].tolist(), tops.p[ordinals].tolist(), strict=True)
    return [f"{pool.names[place]} {p:.0%}" for place, p in pairs]


def _runs(pool: Pool, counts: I64) -> str:
    """Say how many images there are of each class, the most first."""
    order = [at for at in np.argsort(-counts, kind="stable").tolist() if counts[at]]
    told = [f"{counts[at]:,} {pool.names[at]}" for at in order[:6]]
    more = len(order) - len(told)
    return ", ".join(told) + (f" and {more} more classes" if more > 0 else "")
