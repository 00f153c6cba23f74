"""Fit the numbers that tell objects from other regions (`engines/classical/regions.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from benchmarks.assist_data import pixels
from benchmarks.assist_varied import Scene, blobs, varied
from benchmarks.train_outline import deepest
from sightline.engines.classical.regions import FACTS, facts, overlap, regions_at
from sightline.engines.classical.tree import grow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.assist_data import Drawn
    from sightline.core.arrays import F32, U8
    from sightline.engines.classical.tree import Trees

WIDTH = 24
WORTH = {"coco128": 1.0, "seg_facade": 0.3, "blobs": 0.15}


def fit(objects: Sequence[Drawn], *, epochs: int = 60, seed: int = 0) -> dict[str, F32]:
    """Return the weights of a network of two layers, fitted to the IoU of regions."""
    torch.manual_seed(seed)
    found = zip(*_examples(objects), strict=True)
    rows, truth, worth = (np.array(one, np.float32) for one in found)
    mean, scale = rows.mean(0), rows.std(0) + 1e-3
    read, there, weight = (torch.tensor(one) for one in ((rows - mean) / scale, truth, worth))
    net = nn.Sequential(nn.Linear(FACTS, WIDTH), nn.ReLU(), nn.Dropout(0.1), nn.Linear(WIDTH, 1))
    optimiser = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=3e-2)
    batches = -(-len(rows) // 256)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, 5e-3, total_steps=epochs * batches)
    for _ in range(epochs):
        for batch in torch.split(torch.randperm(len(rows)), 256):
            missed = (torch.sigmoid(net(read[batch])[:, 0]) - there[batch]) ** 2
            loss = (missed * weight[batch]).mean()
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
            rates.step()
    kept = {"mean": mean, "scale": scale}
    for number, layer in enumerate((net[0], net[3])):
        assert isinstance(layer, nn.Linear)
        kept[f"{number}.weight"] = layer.weight.detach().numpy().T
        kept[f"{number}.bias"] = layer.bias.detach().numpy()
    return kept


def _examples(objects: Sequence[Drawn]) -> Iterator[tuple[F32, float, float]]:
    rng = np.random.default_rng(0)
    originals = [Scene(one.source, pixels(one.picture), one.box, one.mask()) for one in objects]
    made = (*varied(objects, 2, rng), *blobs(60, rng))
    before: tuple[U8, Trees] | None = None
    for scenes, value in ((originals, 1.0), (made, 0.4)):
        for one in scenes:
            if before is None or before[0] is not one.picture:
                before = one.picture, grow(one.picture)
            yield from _rows(one, before[1], WORTH[one.source] * value, rng)


def _rows(
    one: Scene, trees: Trees, worth: float, rng: np.random.Generator
) -> Iterator[tuple[F32, float, float]]:
    import cv2

    height, width = trees.labels.shape
    mask = cv2.resize(one.mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_AREA) > 0
    if mask.sum() < 12:
        return
    held = np.argwhere(mask)
    others = [tuple(held[int(rng.integers(len(held)))][::-1].tolist()) for _ in range(2)]
    for column, row in (deepest(mask), *others):
        for region in regions_at(trees, column, row):
            yield facts(trees, region, column, row), overlap(region.mask, mask), worth
