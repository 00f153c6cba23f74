"""Fit the two small networks for outlines: three convolutions over the maps, without the pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from benchmarks.outline_net import loss
from benchmarks.train_outline import examples
from sightline.engines.classical.outline import MAPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.assist_data import Drawn
    from sightline.core.arrays import F32

WIDTH = 16


class Outline(nn.Module):
    """As `outline.outline` computes it."""

    def __init__(self) -> None:
        super().__init__()
        sizes = ((MAPS, WIDTH), (WIDTH, WIDTH), (WIDTH, 1))
        self.layers = nn.ModuleList(nn.Conv2d(a, b, 5, padding=2) for a, b in sizes)
        self.drop = nn.Dropout2d(0.1)

    def forward(self, read: torch.Tensor) -> torch.Tensor:
        """Return logits (N, COARSE, COARSE) of standardised maps (N, MAPS, COARSE, COARSE)."""
        first, second, last = self.layers
        hidden = torch.relu(second(torch.relu(first(read))))
        logits: torch.Tensor = last(self.drop(hidden))
        return logits[:, 0]


def fit(objects: Sequence[Drawn], *, epochs: int, seed: int = 0) -> dict[str, F32]:
    """Return the weights: those of the best soft IoU and cross entropy together."""
    told = list(examples(objects))
    rows, truth = (np.stack([getattr(one, name) for one in told]) for name in ("maps", "truth"))
    worth = np.array([one.worth for one in told], np.float32)
    return fitted(rows, truth, worth, epochs=epochs, seed=seed)


def fitted(rows: F32, truth: F32, worth: F32, *, epochs: int, seed: int) -> dict[str, F32]:
    """Return the weights for maps (N, MAPS, COARSE, COARSE), masks and the worth of each."""
    torch.manual_seed(seed)
    mean, scale = rows.mean((0, 2, 3)), rows.std((0, 2, 3)) + 1e-2
    rows -= mean[:, None, None]
    rows /= scale[:, None, None]
    read, there, weight = torch.tensor(rows), torch.tensor(truth), torch.tensor(worth)
    net = Outline()
    optimiser = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=2e-2)
    batches = -(-len(rows) // 32)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=epochs * batches)
    for _ in range(epochs):
        for batch in torch.split(torch.randperm(len(rows)), 32):
            some, hoped = read[batch], there[batch]
            if torch.rand(1) < 0.5:
                some, hoped = some.flip(-1), hoped.flip(-1)
            mean_loss = (loss(net(some), hoped) * weight[batch]).mean()
            optimiser.zero_grad()
            torch.autograd.backward(mean_loss)
            optimiser.step()
            rates.step()
    kept = {"mean": mean, "scale": scale}
    for number, layer in enumerate(net.layers):
        kept |= {
            f"{number}.{name}": value.detach().numpy() for name, value in layer.named_parameters()
        }
    return kept
