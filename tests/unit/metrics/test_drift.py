from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from sightline.metrics.drift import DriftWatch, knn_distances


def test_the_kth_neighbour_is_as_far_as_a_tree_says() -> None:
    rng = np.random.default_rng(0)
    known, rows = (rng.normal(size=(n, 6)).astype(np.float32) for n in (700, 40))
    tree = cKDTree(known)
    assert knn_distances(rows, known, k=3) == pytest.approx(tree.query(rows, 3)[0][:, 2], abs=1e-4)
    own = knn_distances(known, known, k=3, among_themselves=True)
    assert own == pytest.approx(tree.query(known, 4)[0][:, 3], abs=1e-4)


def test_one_row_alone_is_no_neighbour_of_itself() -> None:
    row = np.ones((1, 2), np.float32)
    assert knn_distances(row, row, among_themselves=True).tolist() == [0.0]


def test_a_stream_like_the_known_raises_no_alarm_and_one_that_has_moved_does() -> None:
    rng = np.random.default_rng(1)
    watch = DriftWatch(rng.gamma(4, size=400).astype(np.float32))
    for value in rng.gamma(4, size=100):
        watch.add(float(value))
    assert watch.verdict is not None
    assert (watch.verdict.alarm, watch.verdict.window) == (False, 1)
    for value in rng.gamma(7, size=100):
        watch.add(float(value))
    assert (watch.verdict.alarm, watch.verdict.window) == (True, 2)
    assert watch.verdict.statistic > 0.3


def test_false_alarms_are_as_rare_as_was_promised() -> None:
    rng = np.random.default_rng(2)
    known = rng.normal(size=4_000).astype(np.float32)
    watch, alarms = DriftWatch(known, window=50, alarm_p=0.05), 0
    for value in rng.normal(size=50 * 200):
        verdict = watch.add(float(value))
        alarms += verdict is not None and verdict.alarm
    assert alarms <= 20


def test_a_rank_is_the_share_that_is_less_and_nothing_known_ranks_nothing() -> None:
    watch = DriftWatch(np.array([1.0, 2.0, 3.0, 4.0], np.float32))
    assert [watch.rank(value) for value in (0.5, 2.5, 9.0)] == [0.0, 0.5, 1.0]
    empty = DriftWatch(np.zeros(0, np.float32), window=1)
    assert (empty.rank(3.0), empty.add(1.0)) == (0.0, None)
