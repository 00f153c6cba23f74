"""Pictures as a network wants them, with their labels, and the order of an epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.imaging import preprocess as imaging
from sightline.train.balance import balanced_order
from sightline.train.counters import epoch_order
from sightline.train.loader import Loader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sightline.core.arrays import F32, F64, I64, U8
    from sightline.core.preprocess import Preprocess
    from sightline.core.samples import Sample
    from sightline.train.cache import PixelCache
    from sightline.train.loader import Load

IGNORED: Final = -100
"""Label of a picture that cannot be read: it has no part in the loss, and no place changes."""


class Pixels:
    """The pictures of some samples, as (N, size, size, 3) uint8, and what they show.

    What is read never depends on threads, memory or cache, so that they may change when a run
    resumes.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        rule: Preprocess,
        *,
        workers: int = 0,
        ahead: int = 4,
        memory_mb: int = 2048,
        load: Load | None = None,
        cache: PixelCache | None = None,
        targets: F32 | None = None,
    ) -> None:
        self.samples = samples
        self.labels: I64 = np.array([sample.label for sample in samples], np.int64)
        self.targets = targets
        """(N, K) of tags, NaN where unknown; None: each picture has one class."""
        shelf = None
        if cache is not None and load is None:
            shelf = cache.shelf(rule, ((sample.digest, sample.page) for sample in samples))
        self._loader = Loader(
            samples,
            rule.size,
            load or (lambda sample: imaging.load(sample.path, rule, sample.page)),
            workers=workers,
            ahead=ahead,
            memory_bytes=memory_mb << 20,
            shelf=shelf,
            lost=self._lost,
        )

    @property
    def unreadable(self) -> dict[int, str]:
        """Position of each picture that cannot be read, and why."""
        return self._loader.unreadable

    @property
    def in_memory(self) -> bool:
        """Whether all pictures stay in memory once they are read."""
        return self._loader.in_memory

    @property
    def notes(self) -> list[str]:
        """What a person should know about the reading."""
        return self._loader.notes

    def check(self, positions: I64) -> None:
        """Make sure that there is something to learn from; it costs one picture.

        Raises:
            InvalidInputError: None of these can be read.
        """
        if not self._loader.any_readable(positions):
            raise InvalidInputError(
                f"none of {len(positions)} pictures can be read: {self.unreadable[positions[0]]}",
                hint="check that the folder is still where it was",
            )

    def truth(self, group: I64) -> I64 | F32:
        """Return labels (B,), or targets (B, K) of tags; of unreadable pictures IGNORED or NaN."""
        return self.labels[group] if self.targets is None else self.targets[group]

    def stream(self, groups: Iterable[I64]) -> Iterator[tuple[U8, I64 | F32]]:
        """Yield pictures (B, size, size, 3) and their truth for each group of positions."""
        for images, group in self._loader.batches(groups):
            yield images, self.truth(group)

    def leave_out(self, position: int, why: str) -> None:
        """Take a picture for unreadable from now on."""
        self.unreadable[position] = why
        self._lost(position)

    def close(self) -> None:
        """End the threads that read."""
        self._loader.close()

    def _lost(self, position: int) -> None:
        self.labels[position] = IGNORED
        if self.targets is not None:
            self.targets[position] = np.nan


def steps_per_epoch(count: int, batch: int) -> int:
    """Return how many steps an epoch of `count` pictures has."""
    return max(1, -(-count // batch))


def batches(
    seed: int, epoch: int, positions: I64, *, views: int, batch: int, weights: F64 | None = None
) -> list[I64]:
    """Return the positions of each step of an epoch, in order.

    The pictures are dealt evenly, so that no last batch is too small for batch norm: a step has at
    most `batch` pictures, and at most one fewer than any other step.

    Args:
        seed: Of the training.
        epoch: From 0.
        positions: (N,) positions of the training pictures.
        views: How often each occurs.
        batch: Pictures of a step at most.
        weights: (N,) how often each is drawn, as a share of all; None: all alike.
    """
    count = len(positions) * views
    if weights is None:
        places = epoch_order(seed, epoch, count) % len(positions)
    else:
        places = balanced_order(seed, epoch, weights, count)
    order = positions[places]
    steps = steps_per_epoch(count, batch)
    return [order[i * count // steps : (i + 1) * count // steps] for i in range(steps)]
