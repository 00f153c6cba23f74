"""What a served model was unsure of and somebody took in, to be labelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.labels import LABELLED
from sightline.curate.ranked import Ranking, ranked

if TYPE_CHECKING:
    from sightline.core.arrays import I64
    from sightline.curate.ask import Ask
    from sightline.curate.pool import Plan, Pool

DOUBT: Final = "served"
"""Of `Pool.arrays`: how doubtful the answer was, 0..1; NaN where no such picture is."""
SAID: Final = "served_as"
"""Of `Pool.arrays`: id of the class that was said; -1: none of this project."""
SURE: Final = "served_p"
"""Of `Pool.arrays`: the probability that it said, 0..1; NaN where it gave none."""
ODD: Final = "served_odd"
"""Of `Pool.arrays`: share of the model's own pictures that are less odd, 0..1; NaN: not known."""
ODD_RANK: Final = 0.99


def plan_served(pool: Pool, ask: Ask) -> Plan:
    """Return the pictures that a served model doubted and nobody has labelled, by doubt."""
    doubt = pool.arrays[DOUBT]
    waiting, skipped = pool.open(test=ask.test)
    wanted, last = (np.zeros(pool.size, np.bool_) for _ in range(2))
    wanted[waiting], last[skipped] = True, True
    there = np.isfinite(doubt)
    done = int(np.count_nonzero(there & pool.live() & (pool.status == LABELLED)))
    return ranked(
        pool,
        ask,
        Ranking(
            wanted=wanted & there,
            last=last & there,
            key=-doubt,
            shown=doubt,
            whys=lambda ordinals: _whys(pool, ordinals),
            note=f"{done:,} of them are done" if done else "",
        ),
    )


def _whys(pool: Pool, ordinals: I64) -> list[str]:
    said, sure, odd = (pool.arrays[name][ordinals] for name in (SAID, SURE, ODD))
    whys = []
    for class_id, p, rank in zip(said.tolist(), sure.tolist(), odd.tolist(), strict=True):
        name = pool.class_names.get(class_id)
        surely = "" if np.isnan(p) else f" {p:.2f}"
        parts = ["served" if name is None else f"said {name}{surely}"]
        if rank >= ODD_RANK:
            parts.append("unlike what it learned from")
        whys.append(", ".join(parts))
    return whys
