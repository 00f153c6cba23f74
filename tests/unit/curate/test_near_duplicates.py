"""Near-duplicates come in groups, the one to keep first, those that straddle splits before all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.core.labels import SKIPPED
from sightline.curate.ask import Ask
from sightline.curate.near_duplicates import find, group, plan_near_duplicates
from sightline.curate.pairs import Pairs
from unit.curate.pools import pool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.curate.pool import Plan, Pool


def names(ordinals: Sequence[int]) -> dict[int, str]:
    return {one: f"IMG_{one}.jpg" for one in ordinals}


def some(*found: tuple[int, int, float]) -> Pairs:
    left, right, likeness = zip(*found, strict=True)
    return Pairs(np.array(left), np.array(right), np.array(likeness, np.float32))


def planned(here: Pool, alike: Pairs, **asked: Any) -> Plan:
    return plan_near_duplicates(replace(here, alike=alike, file_names=names), Ask(**asked))


NONE = Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))


def test_embeddings_that_are_nearly_equal_are_pairs_by_ordinal() -> None:
    rows = np.random.default_rng(0).normal(size=(10, 32)).astype(np.float16)
    rows[7] = rows[2] * np.float16(1.01)
    got = find(np.arange(100, 110), rows)
    assert (got.left.tolist(), got.right.tolist()) == ([102], [107])
    assert got.likeness[0] > 0.999


def test_fingerprints_find_what_embeddings_miss_unless_those_speak_against_it() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(8, 32)).astype(np.float32)
    rows[1] = rows[0] + rng.normal(size=32) * 0.5  # a cosine of about 0.9: too little alone
    prints = rng.integers(1, 256, (8, 8)).astype(np.uint8)
    prints[1] = prints[0] ^ np.array([3, 0, 0, 0, 0, 0, 0, 1], np.uint8)  # 3 bits of 64
    prints[5] = prints[4]  # equal, but the embeddings are strangers
    prints[6] = prints[7] = 0  # not known
    got = find(np.arange(8), rows, prints)
    assert (got.left.tolist(), got.right.tolist()) == ([0], [1])
    assert got.likeness[0] == np.float32(1 - 3 / 64)
    assert len(find(np.arange(8), rows).left) == 0


def test_a_group_begins_with_what_has_most_partners() -> None:
    got = group(some((1, 2, 0.98), (2, 3, 0.99), (8, 9, 0.97), (2, 5, 0.975)))
    assert got.image.tolist() == [2, 3, 1, 5, 8, 9]
    assert got.group.tolist() == [0, 0, 0, 0, 1, 1]
    assert got.kept.tolist() == [2, 2, 2, 2, 8, 8]


def test_the_end_of_a_chain_is_kept_too_because_nothing_kept_is_alike_to_it() -> None:
    got = group(some((0, 1, 0.98), (1, 2, 0.98), (2, 3, 0.98), (3, 4, 0.98)))
    assert set(got.group) == {0}
    keepers = got.image[got.image == got.kept]
    direct = {(0, 1), (1, 2), (2, 3), (3, 4)}
    for image, kept in zip(got.image.tolist(), got.kept.tolist(), strict=True):
        assert image == kept or tuple(sorted((image, kept))) in direct
    assert len(keepers) == 2


def test_the_reason_names_the_picture_to_keep_and_the_score_tells_it_apart() -> None:
    got = planned(pool(10), some((1, 2, 0.998), (2, 3, 0.981)))
    assert got.ordinals.tolist() == [2, 1, 3]
    assert got.whys == [
        "keep this one of 3",
        "like IMG_2.jpg (0.998), 3 alike",
        "like IMG_2.jpg (0.981), 3 alike",
    ]
    assert got.scores is not None
    assert np.flatnonzero(got.scores > 0).tolist() == [1, 2]
    assert got.note == "1 group of nearly the same pictures"


def test_a_group_that_is_in_more_than_one_split_comes_first_and_says_so() -> None:
    pairs = some((1, 2, 0.99), (2, 3, 0.99), (6, 7, 0.98))
    got = planned(pool(10, test=(7,)), pairs)
    assert got.ordinals.tolist() == [6, 7, 2, 1, 3]
    assert got.whys is not None
    assert got.whys[1] == "like IMG_6.jpg (0.980), 2 alike; in train and test"
    assert "more than one split" in got.note


def test_what_is_gone_filtered_out_or_skipped_is_no_partner() -> None:
    pairs = some((1, 2, 0.99), (3, 4, 0.99), (5, 6, 0.99), (7, 8, 0.99))
    alive, wanted = np.ones(10, np.bool_), np.ones(10, np.bool_)
    status = np.zeros(10, np.int32)
    alive[1], wanted[4], status[6] = False, False, SKIPPED
    here = pool(10, alive=alive, wanted=wanted, status=status)
    assert planned(here, pairs).ordinals.tolist() == [7, 8]


def test_without_pairs_the_queue_is_empty_and_says_so() -> None:
    got = planned(pool(4), NONE)
    assert len(got.ordinals) == 0
    assert got.note == "no two pictures are nearly the same"


def test_a_limit_cuts_the_queue() -> None:
    got = planned(pool(9), some((1, 2, 0.99), (5, 6, 0.99)), limit=3)
    assert len(got.ordinals) == 3


def test_a_band_of_likeness_leaves_out_what_is_more_or_less_alike() -> None:
    pairs = some((1, 2, 0.999), (3, 4, 0.985), (5, 6, 0.97))
    got = planned(pool(9), pairs, band=(0.98, 0.99))
    assert got.ordinals.tolist() == [3, 4]
