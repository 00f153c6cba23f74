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
