from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sightline.core.errors import CancelledError, ConflictError
from sightline.core.progress import Silent
from sightline.curate.map_pca import reduce_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


class InChunks:
    def __init__(self, rows: NDArray[Any], valid: NDArray[np.bool_] | None = None) -> None:
        self.rows, self.size = rows, 64
        self.valid = np.ones(len(rows), np.bool_) if valid is None else valid

    def iter_chunks(self, n: int) -> Iterator[tuple[int, NDArray[Any], NDArray[np.bool_]]]:
        for at in range(0, n, self.size):
            end = min(n, at + self.size)
            yield at, self.rows[at:end], self.valid[at:end]


def cloud(n: int, dim: int, dtype: Any = np.float16) -> NDArray[Any]:
    rng = np.random.default_rng(3)
    scale = np.linspace(4, 0.1, dim)
    return (rng.standard_normal((n, dim)) * scale + rng.standard_normal(dim)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_components_are_those_of_sklearn_up_to_their_sign(dtype: Any) -> None:
    from sklearn.decomposition import PCA

    rows = cloud(400, 24, dtype)
    ours = reduce_rows(InChunks(rows), np.ones(400, np.bool_), components=10).rows
    theirs = PCA(10, svd_solver="full").fit_transform(rows.astype(np.float64))
    signs = np.sign((ours * theirs).sum(axis=0))
    np.testing.assert_allclose(ours, theirs * signs, atol=2e-3)


def test_the_same_rows_give_the_same_components_twice() -> None:
    chunks, every = InChunks(cloud(300, 16)), np.ones(300, np.bool_)
    np.testing.assert_array_equal(reduce_rows(chunks, every).rows, reduce_rows(chunks, every).rows)


def test_rows_without_an_embedding_unwanted_and_not_finite_ones_are_left_out() -> None:
    rows = cloud(200, 8)
    rows[7, 3], rows[9, 0] = np.nan, np.inf
    valid, wanted = np.ones(200, np.bool_), np.ones(200, np.bool_)
    valid[3] = wanted[5] = False
    found = reduce_rows(InChunks(rows, valid), wanted)
    assert sorted({*range(200)} - {*found.ordinals.tolist()}) == [3, 5, 7, 9]
    assert found.left_out.tolist() == [7, 9]
    assert np.isfinite(found.rows).all()


def test_fewer_dimensions_than_components_are_no_fault() -> None:
    found = reduce_rows(InChunks(cloud(40, 3)), np.ones(40, np.bool_))
    assert found.rows.shape == (40, 3)


def test_a_large_pool_is_learnt_from_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightline.curate.map_pca.FIT_WORK", 0)
    rows, every = (
        cloud(4000, 16, np.float32) * np.float32(0.8) ** np.arange(16),
        np.ones(4000, np.bool_),
    )
    sampled = reduce_rows(InChunks(rows), every, components=2, seed=1).rows
    again = reduce_rows(InChunks(rows), every, components=2, seed=1).rows
    other = reduce_rows(InChunks(rows), every, components=2, seed=2).rows
    np.testing.assert_array_equal(sampled, again)
    assert not np.array_equal(sampled, other)
    assert abs(np.corrcoef(sampled[:, 0], other[:, 0])[0, 1]) > 0.9


@pytest.mark.parametrize("rows", [cloud(2, 4), np.ones((50, 4), np.float16)])
def test_too_few_pictures_or_all_the_same_are_no_map(rows: NDArray[Any]) -> None:
    with pytest.raises(ConflictError) as caught:
        reduce_rows(InChunks(rows), np.ones(len(rows), np.bool_))
    assert caught.value.hint


class Stopped(Silent):
    def check(self) -> None:
        raise CancelledError("stopped")


def test_it_stops_when_asked_to() -> None:
    with pytest.raises(CancelledError):
        reduce_rows(InChunks(cloud(50, 4)), np.ones(50, np.bool_), progress=Stopped())
