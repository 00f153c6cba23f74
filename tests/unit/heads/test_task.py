"""Coordinates that hold all that the rows say, made once and extended by a label."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sightline.core.errors import InvalidInputError
from sightline.heads.half import finite_rows
from sightline.heads.logistic import fit
from sightline.heads.task import prepare, prepare_tags


def data(n: int, dim: int, k: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = np.arange(n) % k
    return (rng.normal(size=(k, dim))[labels] + rng.normal(size=(n, dim))).astype("f4"), labels


@pytest.mark.parametrize(("n", "dim"), [(60, 200), (200, 40), (80, 80)])
def test_distances_between_rows_are_kept(n: int, dim: int) -> None:
    rows, labels = data(n, dim)
    task = prepare(rows, labels)
    scaled = (rows - task.mean) / task.scale
    assert task.rows @ task.rows.T == pytest.approx(scaled @ scaled.T, abs=2e-4)
    square = task.basis.vectors.T @ task.basis.vectors
    assert square == pytest.approx(np.eye(square.shape[0]), abs=1e-3)


@pytest.mark.parametrize(("n", "dim"), [(60, 200), (200, 40)])
def test_a_basis_serves_the_next_labels_too(n: int, dim: int) -> None:
    rows, labels = data(n + 5, dim)
    before = prepare(rows[:n], labels[:n])
    cold = prepare(rows, labels)
    warm = prepare(rows, labels, basis=before.basis)
    assert warm.basis.rows == n
    assert warm.rows @ warm.rows.T == pytest.approx(cold.rows @ cold.rows.T, abs=2e-4)
    one, other = (fit(task, encoder="e", strength=30.0) for task in (cold, warm))
    assert other.score(rows) == pytest.approx(one.score(rows), abs=5e-3)


def test_a_basis_that_has_grown_old_or_is_of_another_encoder_is_not_taken() -> None:
    rows, labels = data(90, 200)
    before = prepare(rows[:60], labels[:60])
    assert prepare(rows, labels, basis=before.basis).basis.rows == 90
    assert prepare(rows[:30], labels[:30], basis=before.basis).basis.rows == 30
    assert prepare(rows[:, :50], labels, basis=before.basis).basis.vectors.shape[0] == 50


def test_equal_rows_are_no_reason_to_fail() -> None:
    task = prepare(np.ones((4, 8), np.float32), np.array([0, 1, 0, 1]))
    head = fit(task, encoder="e", strength=30.0)
    assert head.score(np.ones((1, 8), np.float32))[0] == pytest.approx([0.5, 0.5], abs=1e-3)


def test_each_tag_is_the_logistic_regression_that_scikit_learn_fits() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(150, 20)).astype(np.float32)
    tags = rows[:, :3] + rng.normal(size=(150, 3)) > [0, 1, -1]
    task = prepare_tags(rows, tags, np.array([4, 7, 9]))
    head = fit(task, encoder="e", strength=3.0)
    assert head.task == "multi"
    scaled = (rows - task.mean) / task.scale
    for k in range(3):
        peer = LogisticRegression(C=3.0, tol=1e-8, max_iter=2000).fit(scaled, tags[:, k])
        assert head.score(rows)[:, k] == pytest.approx(peer.predict_proba(scaled)[:, 1], abs=5e-3)


def test_tags_that_part_nothing_are_left_out_and_none_at_all_is_told() -> None:
    rows, _ = data(30, 8)
    tags = np.zeros((30, 3), np.bool_)
    tags[:, 0], tags[:10, 1] = True, True
    task = prepare_tags(rows, tags, np.array([2, 3, 5]))
    assert task.class_ids == (3,)
    assert task.counts.tolist() == [10]
    assert task.y.tolist() == [0] * 10 + [1] * 20
    with pytest.raises(InvalidInputError, match="tags"):
        prepare_tags(rows, tags[:, [0, 2]], np.array([2, 5]))


def test_halves_that_are_not_finite_are_found() -> None:
    rows = np.ones((4, 3), np.float16)
    assert finite_rows(rows) is None
    assert finite_rows(rows.astype(np.float32)) is None
    rows[1, 2], rows[3, 0] = np.nan, -np.inf
    for one in (rows, rows.astype(np.float32)):
        found = finite_rows(one)
        assert found is not None
        assert found.tolist() == [True, False, True, False]
