"""Pictures as a network wants them: read once where memory allows, else ahead by threads."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import InvalidInputError, SightlineError
from sightline.core.progress import track
from sightline.imaging import preprocess as imaging
from sightline.train.balance import balanced_order
from sightline.train.counters import epoch_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sightline.core.arrays import F32, F64, I64, U8
    from sightline.core.preprocess import Preprocess
    from sightline.core.progress import Progress
    from sightline.core.samples import Sample

    Load = Callable[[Sample], U8]

IGNORED: Final = -100
"""Label of a picture that cannot be read: it has no part in the loss, and no place changes."""
AHEAD: Final = 4
"""Batches that threads read ahead."""


class Pixels:
    """The pictures of some samples, as (N, size, size, 3) uint8, and what they show.

    What is read never depends on the number of threads, so that it may change when a run resumes.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        rule: Preprocess,
        *,
        workers: int = 0,
        memory_mb: int = 2048,
        load: Load | None = None,
        targets: F32 | None = None,
    ) -> None:
        self.samples = samples
        self.labels: I64 = np.array([sample.label for sample in samples], np.int64)
        self.targets = targets
        """(N, K) of tags, NaN where unknown; None: each picture has one class."""
        self.unreadable: dict[int, str] = {}
        """Position to reason."""
        self._rule = rule
        self._workers = workers
        self._load = load or (lambda sample: imaging.load(sample.path, rule, sample.page))
        self._cache: U8 | None = None
        self.in_memory = len(samples) * rule.size**2 * 3 <= memory_mb << 20

    def read_all(self, progress: Progress) -> None:
        """Read every picture into memory, when all fit.

        Raises:
            CancelledError: Somebody asked to stop.
            InvalidInputError: None can be read.
        """
        if not self.in_memory or self._cache is not None:
            return
        cache = np.empty((len(self.samples), self._rule.size, self._rule.size, 3), np.uint8)
        with ThreadPoolExecutor(max(1, self._workers)) as pool:
            images = pool.map(self._one, range(len(self.samples)))
            for i, image in enumerate(
                track(progress, images, total=len(self.samples), note="reading pictures")
            ):
                cache[i] = image
        self._cache = cache
        if self.samples and len(self.unreadable) == len(self.samples):
            raise InvalidInputError(
                f"none of {len(self.samples)} pictures can be read: {self.unreadable[0]}",
                hint="check that the folder is still where it was",
            )

    def truth(self, group: I64) -> I64 | F32:
        """Return labels (B,), or targets (B, K) of tags; of unreadable pictures IGNORED or NaN."""
        return self.labels[group] if self.targets is None else self.targets[group]

    def stream(self, groups: Iterable[I64]) -> Iterator[tuple[U8, I64 | F32]]:
        """Yield pictures (B, size, size, 3) and their truth for each group of positions."""
        if self._cache is not None:
            for group in groups:
                yield self._cache[group], self.truth(group)
        elif self._workers == 0:
            for group in groups:
                yield self._stack(group, map(self._one, group))
        else:
            yield from self._read_ahead(groups)

    def _read_ahead(self, groups: Iterable[I64]) -> Iterator[tuple[U8, I64 | F32]]:
        pool = ThreadPoolExecutor(self._workers, thread_name_prefix="read")
        try:
            waiting = deque[tuple["I64", "Iterator[U8]"]]()
            for group in groups:
                waiting.append((group, pool.map(self._one, group)))
                if len(waiting) > AHEAD:
                    yield self._stack(*waiting.popleft())
            while waiting:
                yield self._stack(*waiting.popleft())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _stack(self, group: I64, images: Iterator[U8]) -> tuple[U8, I64 | F32]:
        return np.stack(list(images)), self.truth(group)

    def _one(self, position: int | np.int64) -> U8:
        i = int(position)
        try:
            return self._load(self.samples[i])
        except (SightlineError, OSError) as error:
            self.unreadable[i] = f"{self.samples[i].path}: {error}"
            self.labels[i] = IGNORED
            if self.targets is not None:
                self.targets[i] = np.nan
            return np.full((self._rule.size, self._rule.size, 3), 127, np.uint8)


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
