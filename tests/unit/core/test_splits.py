from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.splits import fold_of, split_of

DIGESTS = [f"{number:064x}" for number in range(20_000)]


@pytest.mark.parametrize("seed", [0, 42])
def test_the_shares_are_those_asked_for(seed: int) -> None:
    counts = Counter(split_of(one, seed=seed, val=0.15, test=0.2) for one in DIGESTS)
    assert abs(counts["val"] / len(DIGESTS) - 0.15) < 0.01
    assert abs(counts["test"] / len(DIGESTS) - 0.2) < 0.01


def test_another_seed_gives_another_split() -> None:
    first = [split_of(one, seed=1, val=0.3, test=0.3) for one in DIGESTS[:1000]]
    second = [split_of(one, seed=2, val=0.3, test=0.3) for one in DIGESTS[:1000]]
    assert 0.5 < sum(a != b for a, b in zip(first, second, strict=True)) / 1000 < 0.8


@given(st.text(), st.integers(0, 1 << 31))
def test_an_image_stays_where_it_is_and_a_larger_test_share_only_takes_more(
    group: str, seed: int
) -> None:
    before = split_of(group, seed=seed, val=0.1, test=0.1)
    assert split_of(group, seed=seed, val=0.1, test=0.1) == before
    if before == "test":
        assert split_of(group, seed=seed, val=0.1, test=0.3) == "test"


def test_shares_of_nothing_and_of_all() -> None:
    assert {split_of(one, seed=3, val=0, test=0) for one in DIGESTS[:200]} == {"train"}
    assert {split_of(one, seed=3, val=1, test=0) for one in DIGESTS[:200]} == {"val"}
    assert {split_of(one, seed=3, val=0, test=1) for one in DIGESTS[:200]} == {"test"}


def test_the_split_is_written_in_stone() -> None:
    """A change of the hash would move images of projects that exist."""
    found = [split_of(one, seed=42, val=0.15, test=0.15) for one in DIGESTS[:12]]
    assert found == [
        "train",
        "train",
        "train",
        "train",
        "train",
        "test",
        "train",
        "train",
        "test",
        "train",
        "train",
        "test",
    ]


@given(st.text(), st.integers(0, 1 << 31), st.integers(2, 20))
def test_a_fold_is_one_of_them_and_stays_the_same(group: str, seed: int, folds: int) -> None:
    fold = fold_of(group, seed=seed, folds=folds)
    assert 0 <= fold < folds
    assert fold == fold_of(group, seed=seed, folds=folds)


def test_folds_are_of_a_size_and_do_not_follow_the_splits() -> None:
    counts = Counter(fold_of(one, seed=42, folds=5) for one in DIGESTS)
    assert all(abs(count / len(DIGESTS) - 0.2) < 0.01 for count in counts.values())
    val = [one for one in DIGESTS if split_of(one, seed=42, val=0.2, test=0) == "val"]
    inside = Counter(fold_of(one, seed=42, folds=5) for one in val)
    assert all(abs(count / len(val) - 0.2) < 0.03 for count in inside.values())
