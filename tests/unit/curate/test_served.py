from __future__ import annotations

import numpy as np

from sightline.core.labels import LABELLED, SKIPPED, UNLABELLED
from sightline.curate.queues import plan
from unit.curate.pools import pool


def test_a_served_models_doubts_come_most_doubtful_first_until_they_are_labelled() -> None:
    nan = np.nan
    made = plan(
        "served",
        pool(
            6,
            status=np.array([UNLABELLED, UNLABELLED, LABELLED, UNLABELLED, SKIPPED, UNLABELLED]),
            class_names={1: "cat"},
            arrays={
                "served": np.array([0.4, 0.9, 0.8, nan, 0.7, 0.5], np.float32),
                "served_as": np.array([1, 1, 1, -1, 1, -1]),
                "served_p": np.array([0.7, 0.51, 0.6, nan, 0.6, nan], np.float32),
                "served_odd": np.array([nan, 1.0, nan, nan, nan, 0.2], np.float32),
            },
        ),
    )
    assert made.ordinals.tolist() == [1, 5, 0, 4]
    assert made.whys is not None
    assert made.whys[:3] == [
        "said cat 0.51, unlike what it learned from",
        "served",
        "said cat 0.70",
    ]
    assert made.note == "1 of them are done"
