from __future__ import annotations

import numpy as np

from sightline.curate.queues import plan
from unit.curate.pools import pool


def test_a_networks_mistakes_come_surest_first_with_what_it_says() -> None:
    sure = np.array([np.nan, 0.4, 0.9, np.nan, 0.7], np.float32)
    said = np.array([-1, 2, 1, -1, 9], np.int64)
    made = plan(
        "mistaken",
        pool(
            5,
            arrays={"mistaken": sure, "mistaken_as": said},
            class_id=np.array([1, 1, 2, 1, -1]),
            class_names={1: "cat", 2: "dog"},
        ),
        options={"run": "r"},
    )
    assert made.ordinals.tolist() == [2, 4, 1]
    assert made.whys == [
        "says cat, labelled dog",
        "differs on (deleted)",
        "says dog, labelled cat",
    ]
