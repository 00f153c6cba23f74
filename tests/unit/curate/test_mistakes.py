"""Confident learning finds labels that were changed, and says what they should be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sightline.core.errors import ConflictError
from sightline.core.labels import LABELLED, TEST
from sightline.curate.mistakes import suspects, wrong_tags
from sightline.curate.pool import OutOfFold
from sightline.curate.queues import plan
from unit.curate.pools import pool


def judged(
    probs: np.ndarray, given: list[int], tags: np.ndarray | None = None, **fields: Any
) -> Any:
    """Return a project of labelled images with what heads say of them; classes 3, 5, ..."""
    n, k = probs.shape
    ids = tuple(3 + 2 * one for one in range(k))
    names = dict(zip(ids, ("cat", "dog", "fox"), strict=False))
    known: dict[str, Any] = {
        "status": np.full(n, LABELLED),
        "class_id": np.array([ids[one] for one in given]),
        "margin": np.ones(n),
        "class_names": names,
        "out_of_fold": OutOfFold(
            np.arange(n), probs.astype(np.float32), ids, np.array(given) if tags is None else tags
        ),
    }
    return pool(n, **(known | fields))


PROBS = np.array([[0.9, 0.1], [0.8, 0.2], [0.07, 0.93], [0.1, 0.9], [0.2, 0.8], [0.75, 0.25]])
GIVEN = [0, 0, 0, 1, 1, 1]


def test_labels_that_heads_contradict_come_first_and_say_why() -> None:
    got = plan("mistakes", judged(PROBS, GIVEN))
    assert got.ordinals.tolist() == [2, 5]
    assert got.whys == [
        "labelled cat, the head says dog 93%",
        "labelled dog, the head says cat 75%",
    ]
    assert got.note == "2 of 6 labels look wrong"
    assert got.scores is not None
    assert got.scores.tolist() == pytest.approx([0.07 - 0.93, 0.25 - 0.75])


def test_a_class_asked_for_is_the_label_or_what_it_should_be() -> None:
    probs = np.array([[0.9, 0.05, 0.05]] * 4 + [[0.1, 0.8, 0.1]] * 4 + [[0.1, 0.1, 0.8]] * 4)
    given = [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2]
    here = judged(probs, given)
    assert plan("mistakes", here).ordinals.tolist() == [3, 7]
    assert plan("mistakes", here, options={"class_id": 3}).ordinals.tolist() == [3]
    assert plan("mistakes", here, options={"class_id": 7}).ordinals.tolist() == [7]


def test_a_class_of_which_no_head_is_sure_is_not_blamed_for_that() -> None:
    """Its own threshold is low, and the other's is high."""
    probs = np.array([[0.95, 0.05]] * 10 + [[0.6, 0.4]] * 10)
    found = suspects(probs, np.repeat([0, 1], 10))
    assert not found.sure.any()
    probs[0] = 0.45, 0.55
    note = plan("mistakes", judged(probs, [0] * 10 + [1] * 10)).note
    assert note == "1 of 20 labels look wrong, 10 more are contradicted"
    assert found.wrong.tolist() == [False] * 10 + [True] * 10, "but it is contradicted"


def test_changed_labels_are_found_among_many() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 600)
    logits = rng.normal(size=(600, 3)) + 4 * np.eye(3)[truth]
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    given = truth.copy()
    changed = rng.choice(600, 40, replace=False)
    given[changed] = (given[changed] + 1) % 3
    got = plan("mistakes", judged(probs, given.tolist()))
    assert len(set(got.ordinals[:30]) & set(changed)) >= 28
    assert len(set(got.ordinals) & set(changed)) >= 36


def test_test_images_are_judged_too_and_filters_hold() -> None:
    assert 2 in plan("mistakes", judged(PROBS, GIVEN, split=np.full(6, TEST))).ordinals
    some = judged(PROBS, GIVEN, wanted=np.arange(6) != 2)
    assert plan("mistakes", some).ordinals.tolist() == [5]


def test_a_wrong_tag_is_one_too_many_or_one_too_few() -> None:
    rng = np.random.default_rng(1)
    tags = rng.random((60, 2)) < 0.5
    probs = np.where(tags, 0.9, 0.1)
    said = tags.copy()
    said[7, 0], said[8, 1] = not tags[7, 0], not tags[8, 1]
    found = wrong_tags(probs, said)
    assert np.flatnonzero(found.wrong).tolist() == [7, 8]
    assert found.instead[[7, 8]].tolist() == [0, 1]
    here = judged(probs, [0] * 60, said, multi=True)
    got = plan("mistakes", here)
    assert sorted(got.ordinals.tolist()) == [7, 8]
    missing = [one for one in (7, 8) if tags[one, one - 7]]
    for ordinal, why in zip(got.ordinals.tolist(), got.whys or [], strict=True):
        name = "cat" if ordinal == 7 else "dog"
        expected = (
            f"the head says {name} 90%"
            if ordinal in missing
            else f"tagged {name}, the head says {name} 10%"
        )
        assert why == expected
    only = plan("mistakes", here, options={"class_id": 5})
    assert only.ordinals.tolist() == [8]


def test_with_too_few_labels_nothing_is_judged() -> None:
    nothing = np.zeros(0, np.int64)
    nobody = OutOfFold(nothing, np.zeros((0, 2), np.float32), (3, 5), nothing)
    for out_of_fold in (None, nobody):
        with pytest.raises(ConflictError, match="too few labels"):
            plan("mistakes", judged(PROBS, GIVEN, out_of_fold=out_of_fold))
