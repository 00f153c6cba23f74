"""A trained network's mistakes: where its answer differs from the label that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.curate.ranked import Ranking, ranked

if TYPE_CHECKING:
    from sightline.core.arrays import I64
    from sightline.curate.ask import Ask
    from sightline.curate.pool import Plan, Pool

SURE: Final = "mistaken"
"""Of `Pool.arrays`: how sure the wrong answer is, 0..1; NaN where there is none."""
SAID: Final = "mistaken_as"
"""Of `Pool.arrays`: id of the class that the network says."""


def plan_mistaken(pool: Pool, ask: Ask) -> Plan:
    """Return the images that a run's network answered wrongly, the surest first."""
    sure, said = pool.arrays[SURE], pool.arrays[SAID]
    wanted = pool.live() & np.isfinite(sure)
    return ranked(
        pool,
        ask,
        Ranking(
            wanted=wanted,
            last=np.zeros(pool.size, np.bool_),
            key=-sure,
            shown=sure,
            whys=lambda ordinals: _whys(pool, said, ordinals),
            note=f"{int(np.count_nonzero(wanted)):,} answers differ from the labels",
            alike=True,
        ),
    )


def _whys(pool: Pool, said: I64, ordinals: I64) -> list[str]:
    names = pool.class_names
    whys = []
    for at in ordinals.tolist():
        other = names.get(int(said[at]), "(deleted)")
        own = names.get(int(pool.class_id[at]))
        whys.append(f"says {other}, labelled {own}" if own is not None else f"differs on {other}")
    return whys
