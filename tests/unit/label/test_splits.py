from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.label.splits import (
    ORDER,
    Item,
    Shares,
    Unit,
    balanced_seed,
    dealt,
    folded,
    hashed,
    units_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightline.core.samples import Split

SHARES = Shares(0.15, 0.15)


def pictures(count: int, *, per_unit: int = 1, labels: int = 3) -> list[Item]:
    """Pictures of `labels` classes, the last of which is rare, in units of a size."""
    return [
        Item(
            number,
            f"u{number // per_unit}",
            (labels - 1 if number % 10 == 0 else number % (labels - 1),),
            "train",
            False,
        )
        for number in range(count)
    ]


def after(items: Sequence[Item], splits: Mapping[str, Split], *, fixed: bool) -> list[Item]:
    """The pictures once a plan is carried out."""
    return [
        replace(one, split=splits[one.unit], fixed=fixed) if one.unit in splits else one
        for one in items
    ]


def deal(items: Sequence[Item]) -> list[Item]:
    """The pictures once they have been dealt."""
    return after(items, dealt(list(units_of(items).values()), SHARES, seed=1), fixed=True)


def shares_of(items: Sequence[Item]) -> dict[int, dict[str, float]]:
    """The share of each split in each label."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for one in items:
        for label in one.labels:
            found[label][one.split] += 1
    return {
        label: {split: counts[split] / counts.total() for split in ORDER}
        for label, counts in found.items()
    }


ITEMS = st.lists(
    st.builds(
        Item,
        image_id=st.integers(1, 1 << 40),
        unit=st.sampled_from("abcdefgh"),
        labels=st.lists(st.integers(1, 4), max_size=3, unique=True).map(tuple),
        split=st.sampled_from(ORDER),
        fixed=st.booleans(),
    ),
    max_size=40,
)


@given(ITEMS, st.integers(0, 9), st.booleans())
def test_no_group_is_ever_in_two_splits(items: list[Item], seed: int, keep: bool) -> None:
    units = list(units_of(items).values())
    labelled = {unit.name for unit in units if unit.counts}
    for found in (
        hashed(units, SHARES, seed=seed, keep=keep),
        dealt(units, SHARES, seed=seed, keep=keep),
    ):
        moved = after(items, found, fixed=True)
        where = defaultdict(set)
        for one in moved:
            if one.unit in labelled:
                where[one.unit].add(one.split)
        assert all(len(splits) == 1 for splits in where.values())


@given(ITEMS, st.integers(0, 9), st.integers(2, 6))
def test_folds_partition_the_pictures(items: list[Item], seed: int, folds: int) -> None:
    where = folded(units_of(items).values(), seed=seed, folds=folds)
    assert set(where) == {one.unit for one in items}
    assert all(0 <= fold < folds for fold in where.values())


@pytest.mark.parametrize("seed", [0, 42])
def test_a_hash_never_moves_an_image_when_the_data_grow(seed: int) -> None:
    few, many = pictures(200, per_unit=4), pictures(2_000, per_unit=4)
    before = hashed(units_of(few).values(), SHARES, seed=seed)
    later = hashed(units_of(many).values(), SHARES, seed=seed)
    assert {name: later[name] for name in before} == before
    assert folded(units_of(few).values(), seed=seed, folds=5).items() <= (
        folded(units_of(many).values(), seed=seed, folds=5).items()
    )


def test_two_calls_give_the_same_split_where_hootsight_shuffled_without_a_seed() -> None:
    units = list(units_of(pictures(500)).values())
    backwards = units[::-1]
    for split in (hashed, dealt):
        first = split(units, SHARES, seed=42)
        assert first == split(units, SHARES, seed=42)
        assert first == split(backwards, SHARES, seed=42)
        assert first != split(units, SHARES, seed=43)


def test_dealing_keeps_the_shares_in_every_class() -> None:
    items = pictures(400)
    found = shares_of(
        after(items, dealt(list(units_of(items).values()), SHARES, seed=1), fixed=True)
    )
    for shares in found.values():
        assert shares == pytest.approx({"train": 0.7, "val": 0.15, "test": 0.15}, abs=0.02)


def test_what_has_been_dealt_stays_and_later_pictures_fill_up_around_it() -> None:
    items = pictures(400, per_unit=2)
    first = after(
        items[:120], dealt(list(units_of(items[:120]).values()), SHARES, seed=1), fixed=True
    )
    second = deal([*first, *items[120:]])
    assert [one.split for one in second[:120]] == [one.split for one in first]
    for shares in shares_of(second).values():
        assert shares == pytest.approx({"train": 0.7, "val": 0.15, "test": 0.15}, abs=0.04)


def test_a_class_of_three_pictures_is_in_train_and_beyond() -> None:
    items = [Item(number, f"u{number}", (7,), "train", False) for number in range(3)]
    found = Counter(dealt(list(units_of(items).values()), SHARES, seed=1).values())
    assert found["train"] == 2
    assert found.total() == 3


def test_pictures_that_wait_for_a_label_are_not_dealt() -> None:
    items = [Item(1, "a", (), "train", False), Item(2, "b", (5,), "train", False)]
    assert set(dealt(list(units_of(items).values()), SHARES, seed=1)) == {"b"}


def test_a_split_without_a_share_stays_empty() -> None:
    units = list(units_of(pictures(50)).values())
    assert set(dealt(units, Shares(0.2, 0), seed=1).values()) == {"train", "val"}


def test_a_group_goes_where_most_of_its_fixed_pictures_are() -> None:
    held: Counter[Split] = Counter({"test": 2, "val": 1})
    units = [Unit("a", 5, Counter({1: 5}), held)]
    assert hashed(units, SHARES, seed=1, keep=True) == {"a": "test"}
    assert dealt(units, SHARES, seed=1) == {"a": "test"}


def test_a_seed_is_found_whose_folds_are_all_filled() -> None:
    units = list(units_of(pictures(80, per_unit=8)).values())
    seed = balanced_seed(units, 5)
    sizes = Counter(folded(units, seed=seed, folds=5).values())
    assert len(sizes) == 5
    assert max(sizes.values()) <= 3
    assert balanced_seed(units, 5) == seed
