"""Labels are judged by heads that had not seen them."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.curate import out_of_fold
from sightline.curate.assist import Labels, refit
from sightline.curate.mistakes import suspects
from sightline.curate.out_of_fold import judge
from unit.curate.pools import MemoryRows, clusters

NOBODY = Labels(np.zeros(0, np.int64), np.zeros(0, np.int64))


@pytest.mark.parametrize("group", [40, 2000])
def test_a_changed_label_is_found_because_no_head_has_learned_it(
    group: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(out_of_fold, "GROUP", group)
    rows, which = clusters((40, 40, 40))
    given = which + 5
    given[3], given[90] = 6, 5
    found = judge(
        MemoryRows(rows, (7,)), Labels(np.arange(120), given), NOBODY, head=None, strength=30.0
    )
    assert found.class_ids == (5, 6, 7)
    assert set(found.ordinals) == set(range(120)) - {7}
    assert np.allclose(found.probabilities.sum(axis=1), 1, atol=1e-3)
    wrong = suspects(found.probabilities, found.truth)
    assert sorted(found.ordinals[wrong.wrong].tolist()) == [3, 90]


def test_test_images_are_judged_by_the_head_and_only_labels_not_at_all() -> None:
    rows, which = clusters((30, 30, 1))
    taught = Labels(np.arange(0, 61, 2), which[::2])
    test = Labels(np.arange(1, 60, 2), which[1:60:2].copy())
    test.class_ids[0] = 1
    memory = MemoryRows(rows)
    head, _ = refit(memory, taught, encoder="e")
    found = judge(memory, taught, test, head=head, strength=head.strength)
    assert 60 not in found.ordinals, "a class's only label cannot be judged"
    assert {1, 3, 59} <= set(found.ordinals.tolist())
    wrong = suspects(found.probabilities, found.truth).wrong
    assert found.ordinals[wrong].tolist() == [1]
    alone = judge(memory, Labels(np.arange(3), np.zeros(3)), NOBODY, head=None, strength=30.0)
    assert len(alone.ordinals) == 0


def test_tags_are_judged_one_by_one() -> None:
    rows, which = clusters((40, 40, 40))
    tags = np.stack([which == 0, which != 2, np.ones(120, bool)], axis=1)
    tags[5, 0] = False
    labels = Labels(np.arange(120), np.array([2, 4, 9]), tags)
    none = Labels(np.zeros(0, np.int64), np.array([2, 4, 9]), np.zeros((0, 3), bool))
    found = judge(MemoryRows(rows), labels, none, head=None, strength=30.0)
    assert found.truth.shape == (120, 3)
    assert found.probabilities[5, 0] > 0.5
    assert np.isnan(found.probabilities[:, 2]).all(), "what all have cannot be judged"
    assert found.probabilities[which == 2, 1].max() < 0.5
