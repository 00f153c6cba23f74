"""Pairs of nearly equal rows are all found, and no others."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.core.errors import CancelledError
from sightline.core.progress import Silent
from sightline.curate import pairs as module
from sightline.curate.pairs import Pairs, joined, pairs


def plain(rows: np.ndarray, at_least: float) -> set[tuple[int, int]]:
    units = rows.astype(np.float64)
    units /= np.maximum(np.linalg.norm(units, axis=1, keepdims=True), 1e-12)
    found = np.triu(units @ units.T >= at_least, 1)
    return set(zip(*(one.tolist() for one in np.nonzero(found)), strict=True))


def doubled(n: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    rows = rng.normal(size=(n, dim))
    some = rng.choice(n, (n // 5, 2), replace=False)
    rows[some[:, 1]] = rows[some[:, 0]] + rng.normal(size=(len(some), dim)) * rng.uniform(
        0.05, 0.5, (len(some), 1)
    )
    return rows.astype(np.float16)


@pytest.mark.parametrize("dim", [16, 90, 200])
def test_every_pair_is_found_and_no_other(dim: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 128)
    rows = doubled(700, dim, np.random.default_rng(dim))
    got = pairs(rows, 0.95)
    found = set(zip(got.left.tolist(), got.right.tolist(), strict=True))
    assert found == plain(rows, 0.95)
    assert len(found) > 50
    assert (got.left < got.right).all()
    assert (np.diff(got.left) >= 0).all()


def test_rows_of_zeros_and_rows_that_are_not_finite_are_in_no_pair() -> None:
    rows = np.ones((6, 100), np.float16)
    rows[1], rows[2, 3], rows[3, 5] = 0, np.nan, np.inf
    got = pairs(rows, 0.9)
    assert list(zip(got.left, got.right, strict=True)) == [(0, 4), (0, 5), (4, 5)]
    np.testing.assert_allclose(got.likeness, 1, atol=1e-6)


def test_what_is_alike_by_the_hundred_keeps_a_few_partners_each() -> None:
    got = pairs(np.ones((1000, 80), np.float32), 0.9)
    assert len(got.left) < 1000 * module.PARTNERS
    assert set(got.left) | set(got.right) == set(range(1000))


def test_no_rows_have_no_pairs() -> None:
    assert len(pairs(np.zeros((0, 5), np.float32), 0.9).left) == 0


def test_a_pair_that_is_there_twice_counts_once_as_the_more_alike() -> None:
    one = Pairs(np.array([3, 0]), np.array([4, 1]), np.array([0.9, 0.8], np.float32))
    got = joined([one, Pairs(np.array([0]), np.array([1]), np.array([0.95], np.float32))])
    assert got.left.tolist() == [0, 3]
    assert got.likeness.tolist() == pytest.approx([0.95, 0.9])


def test_it_stops_when_asked_to() -> None:
    class Stopped(Silent):
        def check(self) -> None:
            raise CancelledError("stop")

    with pytest.raises(CancelledError):
        pairs(np.ones((10, 2), np.float32), 0.9, progress=Stopped())
