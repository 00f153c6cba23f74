"""A thousand classes are learned in seconds, with what is tried cut down."""

from __future__ import annotations

import numpy as np

from sightline.curate.assist import Labels, learn, score
from sightline.curate.trials import Memory, is_heavy
from unit.curate.pools import MemoryRows


def test_a_thousand_classes_are_learned() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(2400) % 1000
    rows = MemoryRows(rng.normal(size=(1000, 64))[truth] * 2 + rng.normal(size=(2400, 64)))
    memory = Memory()
    labels = Labels(np.arange(2200), truth[:2200])
    head, fit, known = learn(rows, labels, encoder="e", pool=np.arange(2400), memory=memory)
    assert is_heavy(known.task)
    assert len(head.class_ids) == 1000
    assert fit.accuracy is not None
    assert fit.accuracy > 0.5
    got = score(head, rows.iter_chunks(2400), 2400)
    assert (got.probabilities[2200:].argmax(axis=1) == truth[2200:]).mean() > 0.7
