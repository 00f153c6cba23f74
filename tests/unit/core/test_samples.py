from __future__ import annotations

from pathlib import Path

from sightline.core.samples import Sample, SampleSet, Split


def test_a_set_is_parted_and_counted_by_split_in_its_order() -> None:
    splits: tuple[Split, ...] = ("train", "test", "train")
    rows = tuple(
        Sample(number, Path(f"{number}.png"), 0, number % 2, split, f"{number}")
        for number, split in enumerate(splits)
    )
    found = SampleSet(rows, ("cat", "dog"))
    assert [one.image_id for one in found.of("train")] == [0, 2]
    assert found.of("val") == ()
    assert found.counts() == {"train": 2, "test": 1}


def test_tags_are_counted_where_they_are_more_likely_than_not() -> None:
    rows = (
        Sample(1, Path("a.png"), 0, 0, "train", "a", ((0, 1.0), (1, 0.4))),
        Sample(2, Path("b.png"), 0, 0, "train", "b", ((0, 0.7), (1, 0.5))),
        Sample(3, Path("c.png"), 0, -1, "train", "c"),
    )
    found = SampleSet(rows, ("cat", "dog"), task="multi")
    assert found.class_counts("train") == {"cat": 2, "dog": 1}
    assert SampleSet(rows[:2], ("cat", "dog")).class_counts("train") == {"cat": 2}
