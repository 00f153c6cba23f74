"""Where two opinions differ: the head against a trained model, or two encoders' heads.

Query by committee (Seung, Opper and Sompolinsky 1992) with a committee of two. Where both answers
are the same there is nothing to ask. Where they differ, the surer both are the more one of them has
to learn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightline.core.errors import ConflictError
from sightline.curate.ranked import Ranking, ranked
from sightline.curate.tops import tops_of

if TYPE_CHECKING:
    from sightline.core.arrays import I64
    from sightline.curate.ask import Ask
    from sightline.curate.pool import Other, Plan, Pool, Tops


def plan_disagreement(pool: Pool, ask: Ask) -> Plan:
    """Return what waits and is answered differently, where both are surest first.

    Raises:
        ConflictError: There is no second opinion.
    """
    other = pool.other
    if other is None or pool.probabilities is None:
        raise ConflictError(
            "there is no second opinion to compare the head with",
            hint="train a network on the labels, or embed the images with a second encoder",
        )
    ours = pool.tops or tops_of(pool.probabilities, pool.size)
    theirs = other.tops or tops_of(other.probabilities, pool.size)
    mine = np.asarray(pool.class_ids, np.int64)[ours.place]
    yours = np.asarray(other.class_ids, np.int64)[theirs.place]
    both = np.isfinite(ours.p) & np.isfinite(theirs.p)
    waiting, skipped = pool.open_masks(test=ask.test)
    sure = ours.p * theirs.p
    differ = both & (mine != yours)
    asked = int(np.count_nonzero(both & waiting))
    agree = 1.0 - np.count_nonzero(differ & waiting) / max(1, asked)
    return ranked(
        pool,
        ask,
        Ranking(
            wanted=waiting & differ,
            last=skipped & differ,
            key=-sure,
            shown=sure,
            whys=lambda ordinals: _whys(pool, other, ours, theirs, ordinals),
            note=f"the head and {other.name} agree on {agree:.0%} of {asked:,} images",
        ),
    )


def _whys(pool: Pool, other: Other, ours: Tops, theirs: Tops, ordinals: I64) -> list[str]:
    names = [pool.class_names.get(one, "(deleted)") for one in other.class_ids]
    return [
        f"the head says {pool.names[a]} {p:.0%}, {other.name} says {names[b]} {q:.0%}"
        for a, p, b, q in zip(
            ours.place[ordinals].tolist(),
            ours.p[ordinals].tolist(),
            theirs.place[ordinals].tolist(),
            theirs.p[ordinals].tolist(),
            strict=True,
        )
    ]
