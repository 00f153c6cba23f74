"""Thresholds for a wanted precision."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sightline.metrics.thresholds import HIGHEST, LOWEST, NOTHING, for_precision


@given(st.integers(0, 10_000), st.integers(1, 60), st.floats(0.1, 1.0))
def test_what_is_said_is_right_often_enough_wherever_that_can_be(
    seed: int, n: int, target: float
) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.random((n, 1)) < 0.5
    p = np.round(rng.random((n, 1)) * 0.8 + 0.1, 2)
    limit = for_precision(p, truth, target, np.ones((n, 1), np.bool_))[0]
    assert LOWEST <= limit <= HIGHEST
    if not truth.any():
        assert limit == NOTHING
        return
    reachable = any(truth[p >= one].mean() >= target for one in np.unique(p))
    if reachable:
        said = p >= limit
        assert truth[said].mean() >= target
        lower = [one for one in np.unique(p) if one < limit]
        assert all(truth[p >= one].mean() < target for one in lower)


def test_what_is_not_known_has_no_say() -> None:
    p = np.array([[0.9], [0.8], [0.7], [0.2]])
    truth = np.array([[True], [False], [True], [False]])
    known = np.array([[True], [False], [True], [True]])
    assert for_precision(p, truth, 1.0, known)[0] == (0.7 + 0.2) / 2
    assert for_precision(p, truth, 1.0, np.ones_like(known))[0] == (0.9 + 0.8) / 2
