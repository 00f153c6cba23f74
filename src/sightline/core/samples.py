"""What a training sees of the store: files, labels and splits, as plain data."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from pathlib import Path

Split = Literal["train", "val", "test"]
LabelTask = Literal["single", "multi"]
"""single: an image has one class; multi: any number of tags."""
HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled image."""

    image_id: int
    path: Path
    page: int
    label: int
    """Index into the set's classes; of tags the first one's, -1 for none."""
    split: Split
    digest: str
    """BLAKE3 of the file's bytes, hex."""
    tags: tuple[tuple[int, float], ...] = ()
    """Of tags: (index into the set's classes, probability 0..1 that it is there), each index once.
    A class that is not named is not there; a probability that is no number is not known."""
    group: str = ""
    """What must not be parted between splits: a source folder, a patient, a video."""


@dataclass(frozen=True, slots=True)
class SampleSet:
    """Labelled images and the classes they are of, in a stable order."""

    samples: tuple[Sample, ...]
    classes: tuple[str, ...]
    class_ids: tuple[int, ...] = ()
    task: LabelTask = "single"

    def of(self, split: Split) -> tuple[Sample, ...]:
        """Return the samples of one split."""
        return tuple(sample for sample in self.samples if sample.split == split)

    def counts(self) -> dict[str, int]:
        """Return how many samples each split has."""
        return dict(Counter(sample.split for sample in self.samples))

    def class_counts(self, split: Split) -> dict[str, int]:
        """Return how many samples of a split show each class; a tag counts from one half on."""
        found = Counter(self.classes[at] for one in self.of(split) for at in self.places(one))
        return dict(found)

    def places(self, sample: Sample) -> tuple[int, ...]:
        """Return the indices of the classes that a sample shows."""
        return shown(sample) if self.task == "multi" else (sample.label,)


def shown(sample: Sample) -> tuple[int, ...]:
    """Return the tags that are there rather than not."""
    return tuple(index for index, probability in sample.tags if probability >= HALF)
