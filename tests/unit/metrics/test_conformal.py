from __future__ import annotations

import numpy as np

from sightline.metrics.conformal import conformal_threshold, prediction_set


def _answers(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities (N, 4) and labels that were drawn by them."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(scale=2.0, size=(count, 4))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (rng.random((count, 1)) > p.cumsum(axis=1)).sum(axis=1)
    return p.astype(np.float32), labels.clip(0, 3)


def test_the_set_misses_the_true_class_as_often_as_was_promised() -> None:
    p, labels = _answers(2_000, 0)
    threshold = conformal_threshold(p, labels, risk=0.1)
    assert threshold is not None
    fresh, true = _answers(5_000, 1)
    covered = prediction_set(fresh, threshold)[np.arange(5_000), true].mean()
    assert 0.88 <= covered <= 0.92


def test_too_few_pictures_give_no_threshold() -> None:
    p, labels = _answers(29, 0)
    assert conformal_threshold(p, labels, risk=0.1) is None
    p, labels = _answers(60, 0)
    assert conformal_threshold(p, labels, risk=0.01) is None
