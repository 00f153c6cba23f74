"""What is unlike the rest comes first, by each of the methods, and says why."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sightline.core.errors import InvalidInputError
from sightline.core.labels import LABELLED, SKIPPED
from sightline.curate import oddities as module
from sightline.curate.ask import Ask
from sightline.curate.oddities import METHODS, oddness, plan_oddities
from unit.curate.pools import clusters, pool

if TYPE_CHECKING:
    from sightline.curate.pool import Plan, Pool


def with_odd_ones() -> np.ndarray:
    rows, _ = clusters((120, 80))
    rows[[10, 150]] = np.random.default_rng(3).normal(size=(2, 16)) * 3
    return rows


@pytest.mark.parametrize("method", METHODS)
def test_strangers_are_the_oddest(method: str) -> None:
    got = oddness(with_odd_ones(), method)
    assert got.dtype == np.float32
    assert set(np.argsort(-got)[:2]) == {10, 150}


@pytest.mark.parametrize("method", METHODS)
def test_a_sample_of_the_pictures_is_enough(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REFERENCE", 60)
    got = oddness(with_odd_ones().astype(np.float16), method)
    assert set(np.argsort(-got)[:2]) == {10, 150}
    np.testing.assert_array_equal(got, oddness(with_odd_ones().astype(np.float16), method))


@pytest.mark.parametrize("method", METHODS)
def test_a_row_that_is_not_finite_is_odder_than_all(method: str) -> None:
    rows = with_odd_ones()
    rows[5, 0] = np.nan
    got = oddness(rows, method)
    assert np.flatnonzero(np.isinf(got)).tolist() == [5]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_pictures_are_no_trouble(method: str, n: int) -> None:
    got = oddness(np.random.default_rng(0).normal(size=(n, 4)).astype(np.float32), method)
    assert got.shape == (n,)
    assert np.isfinite(got).all()


def test_the_local_outlier_factor_is_that_of_scikit_learn() -> None:
    from sklearn.neighbors import LocalOutlierFactor

    rows = with_odd_ones().astype(np.float32)
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    peer = LocalOutlierFactor(module.NEIGHBOURS["lof"]).fit(units)
    np.testing.assert_allclose(oddness(rows, "lof"), -peer.negative_outlier_factor_, rtol=1e-3)


def test_local_outliers_stand_out_beside_a_dense_group() -> None:
    rng = np.random.default_rng(0)
    dense = np.array([1, 0, 0, 0]) + rng.normal(size=(100, 4)) * 0.01
    loose = np.array([0, 1, 0, 0]) + rng.normal(size=(100, 4)) * 0.3
    rows = np.concatenate([dense, loose, [[1, 0, 0.15, 0]]]).astype(np.float32)
    assert np.argmax(oddness(rows, "lof")) == 200


def test_an_unknown_method_is_refused_by_name() -> None:
    with pytest.raises(InvalidInputError, match="knnn") as caught:
        oddness(np.zeros((3, 2)), "knnn")
    assert "knn" in (caught.value.hint or "")


def planned(odd: np.ndarray, here: Pool, **asked: Any) -> Plan:
    return plan_oddities(replace(here, arrays={"oddness": odd}), Ask(**asked))


def test_the_queue_holds_what_waits_with_the_oddest_first_and_says_how_odd() -> None:
    odd = np.array([0.1, 0.5, np.inf, 0.3, np.nan, 0.9, 0.8], np.float32)
    status = np.array([0, 0, 0, 0, 0, LABELLED, SKIPPED], np.int32)
    got = planned(odd, pool(7, status=status, test=(3,)))
    assert got.ordinals.tolist() == [2, 1, 0, 4, 6]
    assert got.whys is not None
    assert got.whys[0] == "its embedding is not finite"
    assert got.whys[1] == "0.50 from its 10th neighbour; odder than 40% of the pictures"
    assert got.whys[3] == "not embedded yet"


@pytest.mark.parametrize(("method", "words"), [("lof", "thinner"), ("forest", "few cuts")])
def test_each_method_has_words_of_its_own(method: str, words: str) -> None:
    got = planned(np.array([0.4, 0.6], np.float32), pool(2), method=method)
    assert got.whys is not None
    assert words in got.whys[0]


def test_a_limit_and_the_test_split_are_the_askers_choice() -> None:
    odd = np.random.default_rng(0).random(30).astype(np.float32)
    here = pool(30, test=tuple(range(0, 30, 2)))
    order = np.argsort(-odd)
    assert planned(odd, here, limit=3, test=True).ordinals.tolist() == order[:3].tolist()
    assert planned(odd, here, limit=3).ordinals.tolist() == order[order % 2 == 1][:3].tolist()
