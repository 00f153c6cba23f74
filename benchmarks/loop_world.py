"""What the loops of bench_loop share: pictures, a network, its maths by hand, measuring."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.arrays import I64, U8

BLOCK = 10
"""Steps of a turn."""


@dataclass(frozen=True)
class World:
    """Pictures of noise, in batches."""

    batch: int
    px: int
    steps: int
    """Of an epoch."""

    @cached_property
    def images(self) -> U8:
        """(N, px, px, 3)."""
        rng = np.random.default_rng(0)
        shape = (self.steps * self.batch, self.px, self.px, 3)
        return rng.integers(0, 256, shape, dtype=np.uint8)

    @cached_property
    def labels(self) -> I64:
        """(N,) of ten classes."""
        return np.random.default_rng(1).integers(0, 10, self.steps * self.batch)

    def rows(self) -> list[I64]:
        """Return the positions of each step, shuffled."""
        order = np.random.default_rng(2).permutation(len(self.labels))
        return [order[i : i + self.batch] for i in range(0, len(order), self.batch)]


class Maths:
    """Network, optimiser, averaged weights, and a step's forward pass."""

    def __init__(self, world: World) -> None:
        import torch
        from torch.nn.functional import cross_entropy

        from sightline.core.preprocess import IMAGENET_MEAN, IMAGENET_STD
        from sightline.nets.build import build

        torch.manual_seed(0)
        self._torch: Any = torch
        self._world, self._entropy = world, cross_entropy
        net: Any = build("small_cnn", 10)
        self.net: Any = net.to(memory_format=torch.channels_last).train()
        self.params = list(self.net.parameters())
        groups = [
            {"params": [one for one in self.params if one.ndim > 1], "weight_decay": 0.05},
            {"params": [one for one in self.params if one.ndim <= 1], "weight_decay": 0.0},
        ]
        self.optimizer: Any = torch.optim.AdamW(groups, lr=1e-3, foreach=True)
        state = self.net.state_dict().values()
        self._now = [one.detach() for one in state if one.is_floating_point()]
        self._mean = [one.clone() for one in self._now]
        self._std = torch.tensor(IMAGENET_STD).view(1, 3, 1, 1)
        self._offset = -torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1) / self._std

    def loss(self, net: Any, rows: I64) -> Any:
        """Return the mean loss of the pictures at `rows`."""
        torch, world = self._torch, self._world
        x = torch.from_numpy(world.images[rows]).permute(0, 3, 1, 2).float().div_(255)
        x = torch.addcdiv(self._offset, x, self._std).contiguous(memory_format=torch.channels_last)
        y = torch.from_numpy(world.labels[rows])
        return self._entropy(net(x), y, label_smoothing=0.05)

    def clip(self) -> None:
        """Shorten the gradient."""
        self._torch.nn.utils.clip_grad_norm_(self.params, 1.0, foreach=True)

    def average(self) -> None:
        """Take the weights into their mean."""
        self._torch._foreach_lerp_(self._mean, self._now, 0.01)


def bare_loop(world: World, *, full: bool) -> Callable[[], None]:
    """Return a function that takes the next step of a loop written by hand."""
    maths = Maths(world)
    batches = cycle(world.rows())

    def step() -> None:
        loss: Any = maths.loss(maths.net, next(batches))
        loss.backward()
        if full:
            maths.clip()
        maths.optimizer.step()
        maths.optimizer.zero_grad()
        if full:
            maths.average()

    return step


def quiet(blocks: list[float]) -> float:
    """Return the mean of the fastest fifth: what others do to the machine only adds."""
    return statistics.mean(sorted(blocks)[: max(1, len(blocks) // 5)])
