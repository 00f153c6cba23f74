"""What a training sees of the store: files, labels and splits, as plain data."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

Split = Literal["train", "val", "test"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled image."""

    image_id: int
    path: Path
    page: int
    label: int
    """Index into the set's classes."""
    split: Split
    digest: str
    """BLAKE3 of the file's bytes, hex."""


@dataclass(frozen=True, slots=True)
class SampleSet:
    """Labelled images and the classes they are of, in a stable order."""

    samples: tuple[Sample, ...]
    classes: tuple[str, ...]
    class_ids: tuple[int, ...] = ()

    def of(self, split: Split) -> tuple[Sample, ...]:
        """Return the samples of one split."""
        return tuple(sample for sample in self.samples if sample.split == split)

    def counts(self) -> dict[str, int]:
        """Return how many samples each split has."""
        return dict(Counter(sample.split for sample in self.samples))
