"""Fit the network that reads where the sides of a box belong (`engines/classical/refine.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from benchmarks.assist_data import Drawn, loosened, pixels
from benchmarks.assist_varied import blobs, varied
from sightline.engines.classical.evidence import CURVES, FIRST, PLACES, curves, gather
from sightline.engines.classical.patch import SPAN, cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32
    from sightline.core.geometry.shapes import Bounds

DRAWS = 12
"""Loose boxes of each object; one more is its own, tight. Of a variant there are 3."""
TIGHT = 0.35
"""Share of the weight that tight boxes have."""
WIDTH = 24
WORTH = {"coco128": 1.0, "seg_facade": 0.25, "det_chess": 0.25, "bccd": 0.15, "blobs": 0.2}
MADE = 0.3
"""Worth of a variant beside the original's."""


class Sides(nn.Module):
    """As `refine.distributions` computes it."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(CURVES + 2, WIDTH, 7, padding=3)
        self.second = nn.Conv1d(2 * WIDTH, WIDTH, 5, padding=2)
        self.last = nn.Conv1d(WIDTH, 1, 3, padding=1)
        self.prior = nn.Parameter(torch.zeros(PLACES))
        self.drop = nn.Dropout(0.2)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 4, PLACES) of standardised curves (N, 4, CURVES, PLACES)."""
        n = len(rows)
        along = torch.linspace(-1, 1, PLACES).expand(n, 4, 1, PLACES)
        rows = torch.cat([rows, along, along**2], 2).reshape(n * 4, -1, PLACES)
        own = torch.relu(self.first(rows)).reshape(n, 4, -1, PLACES)
        joined = torch.cat([own, own.mean(1, keepdim=True).expand_as(own)], 2)
        hidden = torch.relu(self.second(self.drop(joined).reshape(n * 4, -1, PLACES)))
        logits: torch.Tensor = self.last(hidden)[:, 0] + self.prior
        return logits.reshape(n, 4, PLACES)


def examples(objects: Sequence[Drawn]) -> tuple[F32, F32, F32]:
    """Return curves (N, 4, CURVES, PLACES), true places in cells (N, 4), and weights (N,)."""
    rng = np.random.default_rng(0)
    rows, places, worth = [], [], []
    made = (*varied([one for one in objects if one.ring], 6, rng), *blobs(400, rng))
    plain = [(pixels(one.picture), one.box, _value(one), DRAWS) for one in objects]
    plain += [(one.picture, one.box, WORTH[one.source] * MADE, 3) for one in made]
    for picture, true, value, draws in plain:
        size = (picture.shape[1], picture.shape[0])
        for draw in range(draws + 1):
            box = loosened(true, size, rng) if draw else true
            rows.append(curves(gather(cut(picture, box))))
            places.append(_places(box, true))
            worth.append(value * ((1 - TIGHT) / draws if draw else TIGHT))
    return np.stack(rows), np.array(places, np.float32), np.array(worth, np.float32)


def fit(objects: Sequence[Drawn], *, epochs: int = 30, seed: int = 0) -> dict[str, F32]:
    """Return the weights: those of the best mean IoU, with a little cross entropy beside."""
    torch.manual_seed(seed)
    found, truth, worth = examples(objects)
    mean, scale = found.mean((0, 1, 3)), found.std((0, 1, 3)) + 1e-3
    rows = torch.tensor((found - mean[:, None]) / scale[:, None])
    places, weights = torch.tensor(truth), torch.tensor(worth / worth.mean())
    net = Sides()
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=1e-2)
    batches = -(-len(rows) // 128)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=epochs * batches)
    for _ in range(epochs):
        for batch in torch.split(torch.randperm(len(rows)), 128):
            loss = (_loss(net(rows[batch]), places[batch]) * weights[batch]).mean()
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
            rates.step()
    kept = {"mean": mean, "scale": scale, "prior": net.prior.detach().numpy()}
    for number, layer in enumerate((net.first, net.second, net.last)):
        kept[f"{number}.weight"] = layer.weight.detach().numpy()
        assert layer.bias is not None
        kept[f"{number}.bias"] = layer.bias.detach().numpy()
    return kept


def _value(one: Drawn) -> float:
    return WORTH[one.source] * (1.0 if one.share() > 0.02 else 0.5)


def _loss(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    at = torch.arange(PLACES) + FIRST
    inwards = (torch.softmax(logits, -1) * at).sum(-1)
    low = torch.maximum(inwards[:, :2], truth[:, :2])
    high = torch.maximum(inwards[:, 2:], truth[:, 2:])
    both = (SPAN - low - high).clamp(min=0).prod(1)
    areas = sum((SPAN - one[:, :2] - one[:, 2:]).prod(1) for one in (inwards, truth))
    hoped = torch.exp(-0.5 * (at - truth[..., None]) ** 2)
    hoped = hoped / hoped.sum(-1, keepdim=True).clamp(min=1e-6)
    crossed = -(hoped * torch.log_softmax(logits, -1)).sum(-1).mean(1)
    return 3 * (1 - both / (areas - both)) + 0.15 * crossed


def _places(box: Bounds, true: Bounds) -> list[float]:
    dx, dy = (box[2] - box[0]) / SPAN, (box[3] - box[1]) / SPAN
    return [
        (true[0] - box[0]) / dx,
        (true[1] - box[1]) / dy,
        (box[2] - true[2]) / dx,
        (box[3] - true[3]) / dy,
    ]
