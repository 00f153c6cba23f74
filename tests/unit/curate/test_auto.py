"""The label-efficient queue covers first, weighs by doubt, then follows doubt without repeats."""

from __future__ import annotations

import numpy as np

from sightline.core.labels import LABELLED
from sightline.curate import auto
from sightline.curate.ask import Ask
from sightline.curate.auto import plan_auto
from unit.curate.pools import MemoryRows, clusters, pool


def test_the_first_images_cover_every_cluster_and_the_largest_comes_first() -> None:
    rows, which = clusters((60, 5, 30, 10))
    got = plan_auto(pool(105, embeddings=MemoryRows(rows)), Ask(limit=4, seed=0))
    assert which[got.ordinals].tolist() == [0, 2, 3, 1]
    assert got.note == "by coverage"
    assert got.whys is not None
    assert got.whys[0].startswith("stands for ")


def test_what_labels_cover_already_is_not_asked_again() -> None:
    rows, which = clusters((60, 40, 30))
    status, class_id = np.zeros(130, np.int32), np.full(130, -1)
    status[3], class_id[3] = LABELLED, 7
    here = pool(130, status=status, class_id=class_id, embeddings=MemoryRows(rows))
    got = plan_auto(here, Ask(limit=2, seed=0))
    assert which[got.ordinals].tolist() == [1, 2]


def test_with_few_labels_coverage_counts_where_the_head_doubts() -> None:
    rows, which = clusters((40, 40, 40, 40))
    status, class_id = np.zeros(160, np.int32), np.full(160, -1)
    status[[0, 40]], class_id[[0, 40]] = LABELLED, [1, 2]
    margin = np.where(which == 3, 0.05, 0.95).astype(np.float32)
    here = pool(160, status=status, class_id=class_id, embeddings=MemoryRows(rows), margin=margin)
    got = plan_auto(here, Ask(limit=1, seed=0))
    assert which[got.ordinals].tolist() == [3]
    assert got.note == "by coverage, where the head doubts"


def test_with_enough_labels_the_doubtful_come_and_no_two_alike() -> None:
    rows, which = clusters((50, 50, 50))
    status, class_id = np.zeros(150, np.int32), np.full(150, -1)
    known = np.r_[0:8, 50:58]
    status[known], class_id[known] = LABELLED, which[known]
    margin = np.full(150, 0.9, np.float32)
    doubtful = np.r_[20:26, 70:76]  # twelve doubtful ones, six alike in each of two clusters
    margin[doubtful] = 0.01
    here = pool(150, status=status, class_id=class_id, embeddings=MemoryRows(rows), margin=margin)
    got = plan_auto(here, Ask(limit=2, seed=0))
    assert set(got.ordinals) <= set(doubtful)
    assert sorted(which[got.ordinals]) == [0, 1]
    assert got.note == "by doubt, no two alike"


def test_images_without_an_embedding_come_after_the_front() -> None:
    rows, _ = clusters((20, 20))
    got = plan_auto(pool(40, embeddings=MemoryRows(rows, (0, 1, 2))), Ask(limit=None, seed=0))
    assert sorted(got.ordinals) == list(range(40))
    assert set(got.ordinals[-3:]) == {0, 1, 2}


def test_with_no_embedding_at_all_it_is_chance_and_says_so() -> None:
    rows, _ = clusters((5, 5))
    for here in (pool(10), pool(10, embeddings=MemoryRows(rows, tuple(range(10))))):
        got = plan_auto(here, Ask(limit=None, seed=0))
        assert sorted(got.ordinals) == list(range(10))
        assert got.note.startswith("by chance")


def test_a_large_project_is_covered_by_a_sample() -> None:
    rows, which = clusters((3000, 2500, 2000))
    got = plan_auto(pool(7500, embeddings=MemoryRows(rows)), Ask(limit=3, seed=0))
    assert auto.SAMPLE < 7500
    assert set(which[got.ordinals]) == {0, 1, 2}


def test_the_same_question_has_the_same_answer() -> None:
    rows, _ = clusters((30, 30))
    here = pool(60, embeddings=MemoryRows(rows))
    first, again = (plan_auto(here, Ask(limit=None, seed=4)).ordinals for _ in range(2))
    assert (first == again).all()


def test_vectors_that_are_no_numbers_spoil_no_other_and_come_last() -> None:
    rows, which = clusters((30, 10))
    rows[4, 0], rows[35, 1] = np.nan, np.inf
    here = pool(40, embeddings=MemoryRows(rows))
    got = plan_auto(here, Ask(limit=None, seed=0))
    assert which[got.ordinals[:2]].tolist() == [0, 1]
    assert set(got.ordinals[-2:].tolist()) == {4, 35}
