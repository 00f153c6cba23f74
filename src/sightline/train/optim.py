"""Optimiser, learning rate and averaged weights; none has a state that a checkpoint misses."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any

from sightline.nets.parts import head_of

if TYPE_CHECKING:
    import torch
    from torch import nn

    from sightline.train.spec_model import ModelPart, OptimizerPart, SchedulePart


def make_optimizer(net: nn.Module, part: OptimizerPart) -> torch.optim.Optimizer:
    """Return AdamW or SGD over the network; biases and norms (one dimension) do not decay.

    Each group has a `share`: what part of the step's learning rate it takes (see `set_rate`).
    """
    import torch

    groups = _groups(net, part)
    if part.name == "adamw":
        return torch.optim.AdamW(groups, lr=part.lr, betas=(part.momentum, 0.999), foreach=True)
    return torch.optim.SGD(
        groups, lr=part.lr, momentum=part.momentum, nesterov=part.momentum > 0, foreach=True
    )


def _groups(net: nn.Module, part: OptimizerPart) -> list[dict[str, Any]]:
    params = [one for one in net.parameters() if one.requires_grad]
    head = set(head_of(net)[1].parameters()) if part.backbone_lr != 1 else set()
    groups: list[dict[str, Any]] = []
    for mine, share in ((False, part.backbone_lr), (True, 1.0)):
        some = [one for one in params if (one in head) is mine]
        groups += [
            {
                "params": [one for one in some if one.ndim > 1],
                "weight_decay": part.weight_decay,
                "share": share,
            },
            {"params": [one for one in some if one.ndim <= 1], "weight_decay": 0.0, "share": share},
        ]
    return [group for group in groups if group["params"]]


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Give each group its share of a step's learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["share"]


def begin_epoch(net: nn.Module, part: ModelPart, epoch: int) -> None:
    """Put the network into the state in which an epoch (from 0) trains it.

    That follows from the spec and the epoch alone, so that a resumed run finds it again: in the
    first `freeze_epochs` only the head has gradients, and then, or with `freeze_norm`, batch norms
    use their statistics without changing them.
    """
    from torch.nn.modules.batchnorm import _BatchNorm

    net.train()
    frozen = epoch < part.freeze_epochs
    if part.freeze_epochs:
        net.requires_grad_(not frozen)
        head_of(net)[1].requires_grad_(requires_grad=True)
    if frozen or part.freeze_norm:
        for one in net.modules():
            if isinstance(one, _BatchNorm):
                one.eval()


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
