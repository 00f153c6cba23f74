"""The measures agree with scikit-learn's and survive odd input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support
from sklearn.metrics import log_loss as sk_log_loss

from sightline.metrics.classification import accuracy, confusion, log_loss, per_class

K = 4
pairs = st.lists(st.tuples(st.integers(0, K - 1), st.integers(0, K - 1)), min_size=1, max_size=60)


@given(pairs)
@settings(max_examples=40, deadline=None)
def test_measures_agree_with_scikit_learn(drawn: list[tuple[int, int]]) -> None:
    true, pred = np.array(drawn).T
    matrix = confusion(true, pred, K)
    assert (matrix == confusion_matrix(true, pred, labels=range(K))).all()
    assert accuracy(true, pred) == pytest.approx(accuracy_score(true, pred))
    mine = per_class(matrix)
    expected = precision_recall_fscore_support(true, pred, labels=range(K), zero_division=0.0)
    for got, want in zip((mine.precision, mine.recall, mine.f1), expected, strict=False):
        assert np.allclose(got, want)
    assert (mine.support == expected[3]).all()
    occurring = sorted(set(true) | set(pred))
    assert mine.macro_f1 == pytest.approx(expected[2][occurring].mean())


def test_log_loss_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    probs = rng.dirichlet(np.ones(K), size=50)
    true = rng.integers(0, K, 50)
    assert log_loss(probs, true) == pytest.approx(sk_log_loss(true, probs, labels=range(K)))


def test_rows_of_the_confusion_are_the_truth() -> None:
    assert confusion([0, 0, 1], [1, 0, 1], 2).tolist() == [[1, 1], [0, 1]]


def test_a_class_outside_the_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"0\.\.1"):
        confusion([0, 2], [0, 1], 2)
    with pytest.raises(ValueError, match="2 true labels"):
        confusion([0, 1], [0], 2)


def test_no_labels_give_zeros() -> None:
    assert accuracy([], []) == 0.0
    assert log_loss(np.zeros((0, 3)), []) == 0.0
    empty = per_class(confusion([], [], 2))
    assert empty.macro_f1 == 0.0
    assert empty.rows()[0] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0}


def test_a_certain_mistake_has_a_finite_loss() -> None:
    assert np.isfinite(log_loss([[1.0, 0.0]], [1]))
