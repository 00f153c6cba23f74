"""The head is the logistic regression that scikit-learn fits, and refuses what cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from sightline.core.errors import InvalidInputError
from sightline.heads.half import widen
from sightline.heads.logistic import fit, folds, held_out
from sightline.heads.task import prepare


def blobs(n: int, dim: int, k: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = np.arange(n) % k
    centres = rng.normal(size=(k, dim))
    return (centres[y] * 1.5 + rng.normal(size=(n, dim)) + 3).astype(np.float32), y * 7 + 2


@pytest.mark.parametrize(("n", "dim"), [(60, 200), (200, 12)])
def test_it_agrees_with_scikit_learn_with_few_rows_and_with_few_numbers(n: int, dim: int) -> None:
    rows, labels = blobs(n, dim)
    task = prepare(rows, labels)
    head = fit(task, encoder="e", strength=3.0)
    scaled = (rows - task.mean) / task.scale
    peer = LogisticRegression(C=3.0, tol=1e-8, max_iter=2000).fit(scaled, labels)
    assert head.class_ids == tuple(peer.classes_)
    assert head.score(rows) == pytest.approx(peer.predict_proba(scaled), abs=5e-3)


def test_halves_and_singles_give_the_same_answer() -> None:
    rows, labels = blobs(40, 30)
    halves = rows.astype(np.float16)
    head = fit(prepare(halves, labels), encoder="e", strength=30.0)
    assert head.score(halves) == pytest.approx(head.score(halves.astype(np.float32)), abs=1e-5)
    assert head.score(halves).sum(axis=1) == pytest.approx(np.ones(40), abs=1e-5)


@given(st.lists(st.floats(-60000, 60000, width=16), min_size=1, max_size=50))
@settings(max_examples=50, deadline=None)
def test_widening_is_exact(values: list[float]) -> None:
    halves = np.array([values], np.float16)
    assert (widen(halves) == halves.astype(np.float32)).all()
    assert (widen(halves[:, ::-1]) == halves[:, ::-1].astype(np.float32)).all()


def test_widening_keeps_every_finite_half() -> None:
    every = np.arange(65536, dtype=np.uint32).astype(np.uint16).view(np.float16)
    finite = every[np.isfinite(every)][None]
    assert (widen(finite) == finite.astype(np.float32)).all()


def test_starting_from_an_earlier_head_ends_at_the_same_place() -> None:
    rows, labels = blobs(90, 50)
    earlier = fit(prepare(rows[:60], labels[:60]), encoder="e", strength=30.0)
    task = prepare(rows, labels)
    cold = fit(task, encoder="e", strength=30.0)
    warm = fit(task, encoder="e", strength=30.0, start=earlier)
    assert warm.score(rows) == pytest.approx(cold.score(rows), abs=5e-3)


def test_an_earlier_head_may_know_other_classes() -> None:
    rows, labels = blobs(90, 50, k=4)
    some = labels != 9
    earlier = fit(prepare(rows[some], labels[some]), encoder="e", strength=30.0)
    head = fit(prepare(rows, labels), encoder="e", strength=30.0, start=earlier)
    assert head.class_ids == (2, 9, 16, 23)
    assert (np.array(head.class_ids)[head.score(rows).argmax(1)] == labels).mean() > 0.9


def test_each_row_is_held_out_once_and_a_only_label_never() -> None:
    y = np.array([0] * 11 + [1] * 3 + [2])
    part = folds(y)
    assert part[-1] == -1
    assert set(part[:-1]) == {0, 1, 2, 3, 4}
    for fold in range(5):
        assert set(y[part != fold]) == {0, 1, 2}


def test_held_out_logits_come_from_models_that_did_not_see_the_row() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(120, 300)).astype(np.float32)
    labels = rng.integers(0, 2, 120)  # nothing to learn: only memory could be right
    task = prepare(rows, labels)
    logits = held_out(task, folds(task.y), 300.0)
    assert (logits.argmax(1) == task.y).mean() < 0.68
    assert fit(task, encoder="e", strength=300.0).score(rows).argmax(1).tolist() == task.y.tolist()


def test_many_labels_hold_out_one_fifth() -> None:
    part = folds(np.arange(5000) % 4)
    assert (part == 0).sum() == 1000
    assert (part == -1).sum() == 4000


def test_what_cannot_be_fitted_is_refused_with_the_next_step() -> None:
    rows, labels = blobs(9, 4)
    with pytest.raises(InvalidInputError) as caught:
        prepare(rows, np.zeros(9))
    assert "two classes" in caught.value.hint
    rows[0, 0] = np.nan
    with pytest.raises(InvalidInputError, match="finite"):
        prepare(rows, labels)
    head = fit(prepare(*blobs(9, 4)), encoder="e", strength=3.0)
    with pytest.raises(InvalidInputError, match="do not fit"):
        head.score(np.zeros((2, 5), np.float32))
    assert head.score(np.zeros((0, 4), np.float32)).shape == (0, 3)
