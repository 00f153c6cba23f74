"""A process's share of each step: some rows of the batch, and what all processes add up.

One sum over the processes carries it all: gradients of summed losses, the norms' statistics
weighted by pictures, the loss, the hits, the weight that the losses are divided by, and which rows
could be read. So a step is that of one process within the error of floating-point sums, and
whatever it depends on is the same number everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.train.augment_mix import mixes
from sightline.train.targets import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import torch
    from torch import nn

    from sightline.core.arrays import F32, I64, U8, Bool
    from sightline.train.augment import Augmenter, Batch
    from sightline.train.data import Pixels
    from sightline.train.microbatch import Splitter
    from sightline.train.objective import Objective
    from sightline.train.spec import TrainSpec

NOTHING: Final = 1e-6
"""Weight of a step below which none of its pictures has a part in the loss."""
LOSS, HITS, WEIGHT, PICTURES = range(4)
FIGURES: Final = 4


def rows_of(count: int, rank: int, size: int) -> tuple[int, int]:
    """Return from and to which row of `count` a process works: alike but for one, the first most.

    The first process has rows whenever there is one.
    """
    return -(-rank * count // size), -(-(rank + 1) * count // size)


class Sums:
    """An objective over a part of a batch: sums, which are divided once all parts are known."""

    def __init__(self, inner: Objective) -> None:
        self.inner = inner
        self.count = 1
        """Pictures of the whole step; losses are divided by it for now."""

    def whole(self, batch: Batch) -> float:  # noqa: ARG002 - as every objective is asked
        """Return what losses are divided by for now."""
        return float(self.count)

    def mean(self, logits: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Return the part's summed loss, divided for now."""
        return self.inner.sum(logits, batch) / self.count

    def sum(self, logits: torch.Tensor, part: Batch) -> torch.Tensor:
        """Return the part's summed loss."""
        return self.inner.sum(logits, part)

    def hits(self, logits: torch.Tensor, y: torch.Tensor) -> torch.Tensor:  # noqa: ARG002
        """Return how many pictures were answered rightly, from counts in place of logits."""
        return logits.sum()


@dataclass(frozen=True, slots=True)
class Step:
    """Which step it is."""

    epoch: int
    """From 0."""
    at: int
    """From 0, in the epoch."""
    number: int
    """From 0, of all."""


@dataclass(frozen=True, slots=True)
class Summed:
    """What all processes together found; the gradients are in the parameters."""

    loss: torch.Tensor
    """Mean of the batch."""
    hits: torch.Tensor
    read: Bool
    """(B,) which rows have a part in the loss."""


class Share:
    """Computes one process's part of a step, and sums it with the others'."""

    def __init__(
        self,
        spec: TrainSpec,
        net: nn.Module,
        splitter: Splitter,
        augmenter: Augmenter,
        *,
        rank: int,
        size: int,
        add: Callable[[torch.Tensor], object],
    ) -> None:
        import torch

        self._net, self._splitter, self._augmenter = net, splitter, augmenter
        self._rank, self._size, self._add, self._torch = rank, size, add, torch
        self._sums = splitter.objective = Sums(splitter.objective)
        self._mixes = mixes(spec.augment)
        self._keeps = spec.on_nan == "skip"
        self._most = spec.batch_size * spec.accumulate
        self._buffers = list(net.buffers())
        self._kept: list[torch.Tensor] = []
        self._used: list[bool] = []

    def stream(self, pixels: Pixels, groups: Sequence[I64]) -> Iterator[tuple[U8, I64]]:
        """Yield the pictures that this process needs of each step, and the step's positions.

        Where pictures are mixed that is the whole batch, since any may be mixed into any.
        """
        for (images, _), group in zip(
            pixels.stream([self._mine(one) for one in groups]), groups, strict=True
        ):
            yield images, group

    def begin(self) -> None:
        """Make all processes equal to the first, and lay out what is summed in this epoch."""
        torch = self._torch
        first = self._rank == 0
        with torch.no_grad():
            floats = [one for one in self._net.state_dict().values() if one.is_floating_point()]
            flat = torch.cat([one.reshape(-1).float() for one in floats])
            self._add(flat if first else flat.zero_())
            if not first:
                for one, part in zip(floats, flat.split([x.numel() for x in floats]), strict=True):
                    one.copy_(part.view(one.shape))
        self._params = [one for one in self._net.parameters() if one.requires_grad]
        self._stats = _moving(self._net)
        tensors = [*self._params, *self._stats]
        self._weights = sum(one.numel() for one in self._params)
        self._tail = self._weights + sum(one.numel() for one in self._stats)
        device = tensors[0].device
        self._flat = torch.zeros(self._tail + FIGURES + self._most, device=device)
        views, at = [], 0
        for one in tensors:
            views.append(_like(self._flat[at : at + one.numel()], one))
            at += one.numel()
        self._grads, self._means = views[: len(self._params)], views[len(self._params) :]
        self._used = []

    def gradient(self, images: U8, labels: I64 | F32, step: Step) -> Summed | None:
        """Give the parameters the whole batch's mean gradient.

        Args:
            images: What `stream` gave.
            labels: Of the whole batch; right at least in this process's rows.
            step: Which step it is.

        Returns:
            What all found; None where no picture of the step has a part in the loss.

        Raises:
            RuntimeError: Another process is gone.
        """
        count = len(labels)
        start, stop = rows_of(count, self._rank, self._size)
        if self._keeps:
            self._kept = [one.clone() for one in self._buffers]
        flat = self._flat[: self._tail + FIGURES + count].zero_()
        if stop > start:
            self._work(self._batch(images, labels, step, start, stop), count, step)
            read = counted(labels[start:stop]).astype(np.float32)
            flat[self._tail + FIGURES + start : self._tail + FIGURES + stop] = (
                self._torch.from_numpy(read).to(flat.device)
            )
        self._add(flat)
        return self._taken(flat, count)

    def undo(self) -> None:
        """Forget what a step that is left out did to the norms' statistics."""
        if self._kept:
            self._torch._foreach_copy_(self._buffers, self._kept)

    def _mine(self, group: I64) -> I64:
        start, stop = rows_of(len(group), self._rank, self._size)
        if self._mixes:
            return group
        return group[start:stop] if stop > start else group[:1]  # read, and not looked at

    def _batch(self, images: U8, labels: I64 | F32, step: Step, start: int, stop: int) -> Batch:
        if self._mixes:
            whole = self._augmenter.batch(images, labels, epoch=step.epoch, step=step.at)
            return whole.part(start, stop)
        return self._augmenter.batch(
            images, labels[start:stop], epoch=step.epoch, step=step.at, first=start
        )

    def _work(self, batch: Batch, count: int, step: Step) -> None:
        """Fill the sums with what this process's rows give."""
        torch, inner = self._torch, self._sums.inner
        self._sums.count = count
        outcome = self._splitter.gradient(batch, step.number)
        grads = [one.grad for one in self._params]
        self._used = [one is not None for one in grads]
        there = [(to, one) for to, one in zip(self._grads, grads, strict=True) if one is not None]
        torch._foreach_copy_([to for to, _ in there], [one for _, one in there])
        for to, one in zip(self._means, self._stats, strict=True):
            torch.mul(one, len(batch), out=to)
        figures = self._flat[self._tail : self._tail + FIGURES]
        figures[LOSS] = torch.stack([loss for loss, _, _ in outcome]).sum()
        figures[HITS] = torch.stack([inner.hits(logits, y) for _, logits, y in outcome]).sum()
        figures[WEIGHT] = inner.whole(batch)
        figures[PICTURES] = len(batch)

    def _taken(self, flat: torch.Tensor, count: int) -> Summed | None:
        """Take over what was summed."""
        figures = flat[self._tail : self._tail + FIGURES]
        _, _, weight, pictures = figures.tolist()
        for one, mean in zip(self._stats, self._means, strict=True):
            self._torch.mul(mean, 1 / pictures, out=one)
        if weight <= NOTHING:
            self._net.zero_grad(set_to_none=True)
            return None
        flat[: self._weights].mul_(count / weight)
        for i, (one, grad) in enumerate(zip(self._params, self._grads, strict=True)):
            one.grad = grad if not self._used or self._used[i] else None
        read: Any = flat[self._tail + FIGURES :].cpu().numpy() > 0
        return Summed(figures[LOSS] * (count / weight), figures[HITS].clone(), read)


def _moving(net: nn.Module) -> list[torch.Tensor]:
    """Return the statistics that passes change: those of batch norms that are not frozen."""
    from torch.nn.modules.batchnorm import _BatchNorm

    norms = [one for one in net.modules() if isinstance(one, _BatchNorm) and one.training]
    found = [x for one in norms for x in (one.running_mean, one.running_var) if x is not None]
    return [one.detach() for one in found]


def _like(flat: torch.Tensor, one: torch.Tensor) -> torch.Tensor:
    """Return numbers in a tensor's shape, and in its order in memory where that has no gaps."""
    extent = 1 + sum((n - 1) * s for n, s in zip(one.shape, one.stride(), strict=True))
    if extent == one.numel():
        return flat.as_strided(one.shape, one.stride(), flat.storage_offset())
    return flat.view(one.shape)
