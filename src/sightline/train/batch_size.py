"""The batch size that suits a machine, found by real steps: passes, gradient and optimiser."""

from __future__ import annotations

import copy
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.train.memory import CeilingError, resident
from sightline.train.microbatch import Splitter, is_out_of_memory, release
from sightline.train.optim import Ema, make_optimizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    from sightline.core.arrays import F32, I64
    from sightline.train.augment import Augmenter
    from sightline.train.memory import Ceiling
    from sightline.train.objective import Objective
    from sightline.train.spec import TrainSpec

LEAST: Final = 8
MOST: Final = 1024
STEPS_OF_AN_EPOCH: Final = 8
"""At least: a batch that holds a large part of the pictures learns little from each epoch."""
WORTH: Final = 0.95
"""Twice as many pictures must take at most this share of the time for each."""
VERIFIED: Final = 3
SLACK: Final = 0.9
"""Of what seems to fit, this much is taken."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A size, and what it came to."""

    size: int
    ms: float
    """For each picture; 0 where it did not fit."""

    @property
    def fits(self) -> bool:
        """Whether memory sufficed."""
        return self.ms > 0


@dataclass(frozen=True, slots=True)
class Found:
    """The size, and all that were tried."""

    size: int
    tried: tuple[Tried, ...]

    @property
    def note(self) -> str:
        """What a person should know."""
        rows = ", ".join(
            f"{one.size}: {one.ms:.2f} ms" if one.fits else f"{one.size}: does not fit"
            for one in self.tried
        )
        return f"batch_size {self.size} was found by real steps (time for each picture: {rows})"


def largest(pictures: int) -> int:
    """Return the most pictures of a batch that a set of so many allows: a power of two."""
    size = LEAST
    while size * 2 <= min(MOST, pictures // STEPS_OF_AN_EPOCH):
        size *= 2
    return size


def find(take: Callable[[int], float | None], most: int) -> Found:
    """Return the size that trains fastest of 8, 16, ... `most`; the smaller of two alike.

    Args:
        take: Takes real steps with so many pictures and returns the seconds of one, or None when
            memory does not suffice.
        most: Largest to try.
    """
    tried: list[Tried] = []
    best, size = 0, LEAST
    while size <= most:
        seconds = take(size)
        tried.append(Tried(size, 0.0 if seconds is None else max(1e-6, 1e3 * seconds / size)))
        if seconds is None:
            break
        if best and tried[-1].ms > WORTH * tried[-2].ms:
            break
        best, size = size, size * 2
    best = best or LEAST // 2
    while best > 1 and any(take(best) is None for _ in range(VERIFIED)):
        best //= 2
    return Found(best, tuple(tried))


def fitting(take: Callable[[int], float | None], ceiling: Ceiling, most: int) -> int:
    """Return how many pictures of a step fit below a ceiling, at most `most`.

    Steps of 1, 2, 4, ... pictures are taken as long as twice as many are expected to fit; what the
    process then holds tells how many do.
    """
    release()
    base, size, each = resident(), 1, math.inf
    while take(size) is not None:
        each = max(1.0, (resident() - base) / size)
        if size >= most or base + 2 * size * each > ceiling.limit:
            break
        size = min(most, 2 * size)
    release()
    return max(1, min(most, int(SLACK * (ceiling.limit - base) / each)))


class Steps:
    """Real steps on a copy of a network, its optimiser and its averaged weights.

    The pictures are noise of the size that the training reads, varied and mixed as there: all
    batches are as large as the largest.
    """

    def __init__(
        self,
        spec: TrainSpec,
        net: nn.Module,
        objective: Objective,
        augmenter: Augmenter,
        truth: I64 | F32,
        *,
        autocast: Any = None,
        ceiling: Ceiling | None = None,
    ) -> None:
        self._spec, self._objective, self._augmenter = spec, objective, augmenter
        self._truth, self._autocast, self._ceiling = truth, autocast, ceiling
        self._net = copy.deepcopy(net).train()
        self._optimizer = make_optimizer(self._net, spec.optimizer)
        self._ema = Ema(self._net, spec.ema) if spec.ema else None
        self._gpu = next(self._net.parameters()).is_cuda

    def __call__(self, size: int) -> float | None:
        """Take two steps of a size; return the seconds of the second, None: it does not fit."""
        seconds: float | None = None
        try:
            for step in range(2):
                began = time.perf_counter()
                self._take(size, step)
                seconds = time.perf_counter() - began
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            seconds = None
        if seconds is None:
            self._net.zero_grad(set_to_none=True)
            release()
        return seconds

    def _take(self, size: int, step: int) -> None:
        side = self._spec.image_size
        images = np.random.default_rng(step).integers(0, 256, (size, side, side, 3), np.uint8)
        labels = np.resize(self._truth, (size, *self._truth.shape[1:]))
        batch = self._augmenter.batch(images, labels, epoch=0, step=step)
        once = _Once(
            self._net, self._objective, size=size, seed=self._spec.seed, autocast=self._autocast
        )
        once.gradient(batch, step)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        if self._ema is not None:
            self._ema.update(step)
        if self._gpu:
            import torch

            torch.cuda.synchronize()
        elif self._ceiling is not None and self._ceiling.reached():
            raise CeilingError("beyond memory.ceiling")


class _Once(Splitter):
    """Does not split: a size that does not fit is to be known."""

    def _halve(self, pictures: int, step: int) -> None:
        raise CeilingError(f"{pictures} pictures do not fit at step {step}")
