from __future__ import annotations

import numpy as np

from sightline.curate.queues import plan
from unit.curate.pools import pool


def test_pictures_with_the_surest_errors_come_first_and_say_what_is_wrong() -> None:
    counts = np.zeros((6, 5), np.int32)
    counts[1] = [2, 1, 0, 0, 0]
    counts[2] = [0, 0, 1, 1, 1]
    counts[4] = [3, 0, 0, 0, 0]
    surest = np.array([0, 0.6, 0.9, 0, 0, 0])
    found = plan(
        "detection-errors",
        pool(6, arrays={"detection_errors": counts, "detection_surest": surest}),
    )
    assert found.ordinals.tolist() == [2, 1, 4]
    assert found.whys == [
        "1 of a wrong class, 1 badly placed, 1 twice",
        "2 missed, 1 extra",
        "3 missed",
    ]
    assert found.note == "9 errors in 3 pictures"
