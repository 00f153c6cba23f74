"""What is tried to find a penalty; of a thousand classes less is."""

from __future__ import annotations

import numpy as np
import pytest

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


def test_a_penalty_is_chosen_anew_once_labels_have_grown() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(300) % 3
    rows = MemoryRows(rng.normal(size=(3, 40))[truth] * 0.6 + rng.normal(size=(300, 40)))
    memory = Memory()
    for n, chosen_at in ((60, 60), (64, 60), (90, 90), (50, 50)):
        learn(rows, Labels(np.arange(n), truth[:n]), encoder="e", memory=memory)
        assert memory.chosen_at == chosen_at


def test_a_memory_gives_the_answer_that_one_without_gives() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(300) % 3
    rows = MemoryRows(rng.normal(size=(3, 80))[truth] * 0.6 + rng.normal(size=(300, 80)))
    memory = Memory()
    for n in (60, 61, 63):
        labels = Labels(np.arange(n), truth[:n])
        warm, _, _ = learn(rows, labels, encoder="e", memory=memory)
        cold, _, _ = learn(rows, labels, encoder="e", memory=Memory(warm, None, n))
        assert warm.logits(rows.rows) == pytest.approx(cold.logits(rows.rows), abs=0.05)
    learn(rows, Labels(np.arange(63), truth[:63]), encoder="another", memory=memory)
    assert memory.head is not None
    assert memory.head.encoder == "another"
