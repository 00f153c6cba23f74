"""Pictures in which predicted objects and drawn ones do not fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.curate.ranked import Ranking, ranked
from sightline.metrics.detection_errors import FAULTS

if TYPE_CHECKING:
    from sightline.core.arrays import I32, I64
    from sightline.curate.ask import Ask
    from sightline.curate.pool import Plan, Pool

COUNTS: Final = "detection_errors"
"""Of `Pool.arrays`: how many errors of each kind, (N, kinds)."""
SUREST: Final = "detection_surest"
"""Of `Pool.arrays`: the score of the surest wrong prediction, (N,), 0 where there is none."""
WORDS: Final = {
    "missed": "missed",
    "extra": "extra",
    "wrong_class": "of a wrong class",
    "badly_placed": "badly placed",
    "duplicate": "twice",
}


def plan_detection_errors(pool: Pool, ask: Ask) -> Plan:
    """Return the pictures with errors, those with the surest wrong predictions first."""
    counts, surest = pool.arrays[COUNTS], pool.arrays[SUREST]
    total = counts.sum(axis=1)
    wanted = pool.live() & (total > 0)
    return ranked(
        pool,
        ask,
        Ranking(
            wanted=wanted,
            last=np.zeros(pool.size, np.bool_),
            key=-(surest + np.minimum(total, 999) * 1e-6),
            shown=surest,
            whys=lambda ordinals: _whys(counts, ordinals),
            note=f"{int(total[wanted].sum()):,} errors in {int(wanted.sum()):,} pictures",
            alike=True,
        ),
    )


def _whys(counts: I32, ordinals: I64) -> list[str]:
    return [
        ", ".join(
            f"{count} {WORDS[kind]}"
            for kind, count in zip(FAULTS, counts[at].tolist(), strict=True)
            if count
        )
        for at in ordinals.tolist()
    ]
