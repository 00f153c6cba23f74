"""Neighbours in bulk agree with the plain computation, whatever the rows hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import CancelledError
from sightline.core.progress import Silent
from sightline.curate import knn as module
from sightline.curate.knn import knn

METRICS: tuple[module.Metric, ...] = ("cosine", "euclidean")


def plain(rows: np.ndarray, metric: str) -> np.ndarray:
    """Return all distances (N, N); inf to itself."""
    rows = rows.astype(np.float64)
    if metric == "cosine":
        rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        found = 1 - rows @ rows.T
    else:
        found = np.linalg.norm(rows[:, None] - rows[None], axis=2)
    np.fill_diagonal(found, np.inf)
    return np.asarray(found)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_neighbours_are_those_of_the_plain_computation(
    metric: module.Metric, dtype: type[np.floating], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUERIES", 64)
    monkeypatch.setattr(module, "COLUMNS", 100)
    rows = np.random.default_rng(0).normal(size=(500, 24)).astype(dtype)
    got = knn(rows, 7, metric=metric)
    want = plain(rows, metric)
    assert got.indices.dtype == np.int32
    assert got.distances.dtype == np.float32
    order = np.argsort(want, axis=1)[:, :7]
    np.testing.assert_array_equal(np.sort(got.indices, axis=1), np.sort(order, axis=1))
    np.testing.assert_allclose(
        got.distances, np.take_along_axis(want, order, axis=1), rtol=1e-4, atol=1e-5
    )


@given(st.integers(0, 6), st.integers(1, 9), st.sampled_from(METRICS))
def test_few_rows_have_as_many_neighbours_as_there_are_others(
    n: int, k: int, metric: module.Metric
) -> None:
    rows = np.random.default_rng(n).normal(size=(n, 3)).astype(np.float16)
    got = knn(rows, k, metric=metric, threads=1)
    assert got.indices.shape == got.distances.shape == (n, max(0, min(k, n - 1)))
    for row, found in enumerate(got.indices):
        assert row not in found
        assert len(set(found.tolist())) == len(found)


def test_a_row_that_is_not_finite_is_nobodys_neighbour() -> None:
    rows = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float16)
    rows[3, 1], rows[5, 0] = np.nan, np.inf
    got = knn(rows, 18)
    assert (got.indices[[3, 5]] == -1).all()
    assert np.isinf(got.distances[[3, 5]]).all()
    assert not np.isin(got.indices, [3, 5]).any()
    assert (got.indices[0, :17] >= 0).all()
    assert got.indices[0, 17] == -1


@pytest.mark.parametrize("metric", METRICS)
def test_neighbours_among_some_are_the_nearest_of_those(
    metric: module.Metric, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUERIES", 32)
    monkeypatch.setattr(module, "COLUMNS", 20)
    rows = np.random.default_rng(1).normal(size=(150, 8)).astype(np.float32)
    some = np.sort(np.random.default_rng(2).choice(150, 60, replace=False))
    got = knn(rows, 4, metric=metric, among=some)
    want = np.full((150, 150), np.inf)
    want[:, some] = plain(rows, metric)[:, some]
    order = np.argsort(want, axis=1)[:, :4]
    np.testing.assert_array_equal(got.indices, order)


def test_rows_of_zeros_are_as_far_from_all_as_strangers() -> None:
    got = knn(np.array([[0, 0], [1, 0], [1, 0.01]], np.float32), 2)
    assert got.distances[0].tolist() == [1.0, 1.0]
    assert got.indices[1].tolist() == [2, 0]


def test_equal_rows_are_at_no_distance() -> None:
    rows = np.repeat(np.random.default_rng(0).normal(size=(4, 512)), 2, axis=0).astype(np.float16)
    for metric in METRICS:
        got = knn(rows, 1, metric=metric)
        assert got.indices[:, 0].tolist() == [1, 0, 3, 2, 5, 4, 7, 6]
        np.testing.assert_allclose(got.distances, 0, atol=1e-6)


def test_it_stops_when_asked_to() -> None:
    class Stopped(Silent):
        def check(self) -> None:
            raise CancelledError("stop")

    with pytest.raises(CancelledError):
        knn(np.ones((10, 2), np.float32), 2, progress=Stopped())


def test_beyond_the_exact_size_nearly_all_neighbours_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("faiss")
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(20, 16))
    rows = (centres[rng.integers(20, size=3000)] + rng.normal(size=(3000, 16)) * 0.2).astype("f2")
    rows[7] = np.nan
    exact = knn(rows, 5)
    monkeypatch.setattr(module, "EXACT_ROWS", 1000)
    got = knn(rows, 5)
    hits = [len(set(a) & set(b)) for a, b in zip(got.indices, exact.indices, strict=True)]
    assert np.mean(hits) > 4.7
    assert (got.indices[7] == -1).all()
    assert not (got.indices == np.arange(3000)[:, None]).any()
