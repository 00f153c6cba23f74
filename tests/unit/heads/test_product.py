"""Products of half-precision rows are those of NumPy in single precision."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.heads import product as module
from sightline.heads.product import each_piece, product


@given(st.integers(0, 1100), st.integers(1, 20), st.integers(1, 4), st.sampled_from(["f2", "f4"]))
def test_a_product_is_numpys(n: int, dim: int, columns: int, dtype: str) -> None:
    rng = np.random.default_rng(n)
    rows = rng.normal(size=(n, dim)).astype(dtype)
    matrix = rng.normal(size=(dim, columns)).astype(np.float32)
    got = product(rows, matrix)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, rows.astype(np.float32) @ matrix, rtol=1e-4, atol=1e-4)


def test_a_row_that_is_not_finite_spoils_only_itself() -> None:
    rows = np.ones((600, 3), np.float16)
    rows[5, 0], rows[6, 1] = np.nan, np.inf
    got = product(rows, np.ones((3, 1), np.float32))[:, 0]
    assert np.isnan(got[5])
    assert np.isinf(got[6])
    assert (np.delete(got, [5, 6]) == 3).all()


def test_each_piece_covers_every_ordinal_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 7)
    rows, valid = np.arange(50)[:, None], np.ones(50, np.bool_)
    seen = np.zeros(45, int)

    def work(start: int, part: np.ndarray, _valid: np.ndarray) -> None:
        assert part[0, 0] == start
        seen[start : start + len(part)] += 1

    each_piece([(0, rows[:30], valid[:30]), (30, rows[30:], valid[30:])], 45, work, threads=3)
    assert (seen[:30] == 1).all()
    assert (seen[30:45] == 1).all()


def test_what_a_piece_raises_is_raised() -> None:
    def work(*_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        each_piece([(0, np.zeros((3, 1)), np.ones(3, np.bool_))], 3, work)
