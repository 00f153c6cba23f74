"""Optimiser, learning rate and averaged weights; none has a state that a checkpoint misses."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import nn

    from sightline.train.spec_model import OptimizerPart, SchedulePart


def make_optimizer(net: nn.Module, part: OptimizerPart) -> torch.optim.Optimizer:
    """Return AdamW or SGD over the network; biases and norms (one dimension) do not decay."""
    import torch

    params = [one for one in net.parameters() if one.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [one for one in params if one.ndim > 1], "weight_decay": part.weight_decay},
        {"params": [one for one in params if one.ndim <= 1], "weight_decay": 0.0},
    ]
    if part.name == "adamw":
        return torch.optim.AdamW(groups, lr=part.lr, betas=(part.momentum, 0.999), foreach=True)
    return torch.optim.SGD(
        groups, lr=part.lr, momentum=part.momentum, nesterov=part.momentum > 0, foreach=True
    )


def learning_rate(part: SchedulePart, lr: float, step: int, total: int) -> float:
    """Return the learning rate of a step (from 0) out of `total`: a function, with no state."""
    rise = part.warmup_share * total
    done = step + 1
    if done <= rise:
        up = done / rise
        return lr * (up if part.name != "one_cycle" else 0.5 - 0.5 * math.cos(math.pi * up))
    if part.name == "constant":
        return lr
    down = (done - rise) / max(1e-9, total - rise)
    low = part.final_share
    return lr * (low + (1 - low) * 0.5 * (1 + math.cos(math.pi * min(1.0, down))))


class Ema:
    """A running mean of the weights and the norms' statistics; `net` answers with them."""

    def __init__(self, net: nn.Module, decay: float) -> None:
        self.net = copy.deepcopy(net).requires_grad_(False).eval()
        self._decay = decay
        self._mean = _floats(self.net)
        self._now = _floats(net)

    def update(self, step: int) -> None:
        """Take in the weights after a step (from 0); early on the mean is short."""
        import torch

        decay = min(self._decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self._mean, self._now, 1 - decay)


def _floats(net: nn.Module) -> list[torch.Tensor]:
    return [one.detach() for one in net.state_dict().values() if one.is_floating_point()]
