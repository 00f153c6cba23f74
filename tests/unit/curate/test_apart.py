"""Near copies do not stand in one batch of fifty."""

from __future__ import annotations

import numpy as np

from sightline.curate.apart import BATCH, apart
from sightline.curate.queues import plan
from unit.curate.pools import MemoryRows, pool


def test_copies_wait_for_the_next_batch_and_nothing_is_lost() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(300, 16))
    rows[1:4] = rows[0] + rng.normal(size=(3, 16)) * 1e-3
    order = apart(MemoryRows(rows), np.arange(300))
    place = {one: at for at, one in enumerate(order.tolist())}
    assert sorted(order.tolist()) == list(range(300))
    assert [place[one] // BATCH for one in range(4)] == [0, 1, 2, 3]
    others = [one for one in order.tolist() if one > 3]
    assert others == sorted(others), "all others keep their order"


def test_a_queue_by_doubt_gives_unlike_pictures_to_whoever_asks_for_few() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(100, 16))
    rows[:10] = rows[0]
    here = pool(100, margin=np.arange(100) / 100, embeddings=MemoryRows(rows))
    assert plan("uncertain", here, limit=3).ordinals.tolist() == [0, 10, 11]
    assert sorted(plan("uncertain", here).ordinals.tolist()) == list(range(100))


def test_copies_alone_are_given_as_they_are() -> None:
    same = MemoryRows(np.ones((120, 4)))
    assert sorted(apart(same, np.arange(120)).tolist()) == list(range(120))
    missing = MemoryRows(np.ones((5, 4)), (0, 1, 2, 3, 4))
    assert apart(missing, np.arange(5)).tolist() == [0, 1, 2, 3, 4]
    assert apart(same, np.arange(1)).tolist() == [0]
