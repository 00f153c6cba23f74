"""Similar pictures come by distance, the ones asked for first, labelled ones among them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sightline.core.errors import InvalidInputError
from sightline.core.labels import LABELLED
from sightline.curate import similar as module
from sightline.curate.ask import Ask
from sightline.curate.similar import closest, lengths, nearest, plan_similar
from unit.curate.pools import clusters, pool

if TYPE_CHECKING:
    from sightline.curate.pool import Plan, Pool

Chunks = list[tuple[int, np.ndarray, np.ndarray]]


def chunks_of(rows: np.ndarray, missing: tuple[int, ...] = (), size: int = 32) -> Chunks:
    valid = np.ones(len(rows), np.bool_)
    valid[list(missing)] = False
    return [(at, rows[at : at + size], valid[at : at + size]) for at in range(0, len(rows), size)]


def distances(rows: np.ndarray, queries: np.ndarray, missing: tuple[int, ...] = ()) -> np.ndarray:
    chunks = chunks_of(rows, missing)
    return nearest(chunks, queries, lengths(chunks, len(rows)))


def plain(rows: np.ndarray, queries: np.ndarray) -> np.ndarray:
    a, b = rows.astype(np.float64), queries.astype(np.float64)
    a /= np.linalg.norm(a, axis=1, keepdims=True)
    b /= np.linalg.norm(b, axis=1, keepdims=True)
    return np.asarray((1 - a @ b.T).min(axis=1))


@pytest.mark.parametrize("count", [1, 3])
def test_the_distance_is_that_to_the_nearest_of_the_pictures(count: int) -> None:
    rows = np.random.default_rng(0).normal(size=(100, 12)).astype(np.float16)
    got = distances(rows, rows[:count], missing=(50,))
    want = plain(rows, rows[:count])
    assert np.isnan(got[50])
    np.testing.assert_allclose(np.delete(got, 50), np.delete(want, 50), atol=2e-3)
    np.testing.assert_allclose(got[:count], 0, atol=1e-6)


def test_a_row_that_is_not_finite_has_no_distance() -> None:
    rows = np.random.default_rng(0).normal(size=(10, 4)).astype(np.float16)
    rows[2, 0], rows[3, 1] = np.nan, np.inf
    assert np.flatnonzero(np.isnan(distances(rows, rows[:1]))).tolist() == [2, 3]


def test_lengths_that_are_known_are_not_read_again() -> None:
    rows = np.ones((6, 4), np.float16)
    known = lengths(chunks_of(rows, missing=(4, 5)), 6)
    assert np.isnan(known[4:]).all()
    known[0] = 7
    assert lengths(chunks_of(rows), 6, known).tolist() == [7, 2, 2, 2, 2, 2]


@pytest.mark.parametrize("count", [0, module.MOST_QUERIES + 1])
def test_no_picture_or_too_many_are_refused(count: int) -> None:
    with pytest.raises(InvalidInputError):
        nearest([], np.zeros((count, 4)), np.zeros(3, np.float32))


def planned(here: Pool, distance: np.ndarray, *images: int, **asked: Any) -> Plan:
    ask = Ask(images=images, **asked)
    return plan_similar(replace(here, arrays={"distance": distance}), ask)


def test_the_pictures_asked_for_come_first_and_labelled_ones_are_listed() -> None:
    rows, which = clusters((6, 5, 4))
    status = np.zeros(15, np.int32)
    status[3] = LABELLED
    here = pool(15, status=status, test=(4,))
    got = planned(here, distances(rows, rows[[2, 7]], missing=(14,)), 7, 2)
    assert got.ordinals[:2].tolist() == [7, 2]
    assert sorted(got.ordinals) == list(range(14))
    assert set(which[got.ordinals[:11]]) == {0, 1}
    assert got.scores is not None
    assert got.scores[:2].tolist() == [0, 0]
    assert (np.diff(got.scores[2:]) >= 0).all()
    assert got.whys is not None
    assert got.whys[:2] == ["the picture itself"] * 2
    assert got.whys[2] == f"distance {got.scores[2]:.2f}"
    assert got.note == "1 image is not embedded yet"


def test_a_limit_counts_the_pictures_asked_for() -> None:
    rows, _ = clusters((6, 5))
    got = planned(pool(11), distances(rows, rows[:1]), 0, limit=3)
    assert len(got.ordinals) == 3
    assert got.ordinals[0] == 0


def test_a_filter_leaves_out_even_the_picture_asked_for() -> None:
    rows, which = clusters((6, 5))
    got = planned(pool(11, wanted=which == 1), distances(rows, rows[:1]), 0)
    assert sorted(got.ordinals) == [6, 7, 8, 9, 10]


def test_a_picture_that_is_not_embedded_can_be_asked_for_and_is_first() -> None:
    rows, _ = clusters((6, 5))
    got = planned(pool(11), distances(rows, rows[:1], missing=(0,)), 0)
    assert got.ordinals[0] == 0


def test_similar_to_nothing_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="similar to what"):
        plan_similar(pool(3), Ask())


def test_the_closest_leave_out_the_picture_itself() -> None:
    rows, which = clusters((6, 5))
    found, distance = closest(np.arange(11) != 5, distances(rows, rows[:1]), np.array([0]), 4)
    assert sorted(found) == [1, 2, 3, 4]
    assert (which[found] == 0).all()
    assert (np.diff(distance) >= 0).all()
