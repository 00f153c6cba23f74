"""Fit the network that draws outlines (`engines/classical/outline.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from benchmarks.assist_data import loosened, pixels
from benchmarks.assist_varied import Scene, blobs, varied
from sightline.engines.classical.clicks import look
from sightline.engines.classical.evidence import gather
from sightline.engines.classical.outline import COARSE, MAPS, box_hint, maps
from sightline.engines.classical.patch import cut, sample
from sightline.engines.classical.refine import refine
from sightline.engines.classical.regions import overlap, regions_at
from sightline.engines.classical.tree import grow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.assist_data import Drawn
    from sightline.core.arrays import F32, U8, Bool
    from sightline.engines.classical.outline import Hint
    from sightline.engines.classical.patch import Patch
    from sightline.engines.classical.tree import Trees

WORTH = {"coco128": 1.0, "seg_facade": 0.4, "blobs": 0.4}
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
    rows, truth, worth = (np.stack(one) for one in zip(*examples(objects), strict=True))
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
            loss = (_loss(net(some), hoped) * weight[batch]).mean()
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
            rates.step()
    kept = {"mean": mean, "scale": scale}
    for number, layer in enumerate(net.layers):
        kept |= {
            f"{number}.{name}": value.detach().numpy() for name, value in layer.named_parameters()
        }
    return kept


def _loss(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    soft = torch.sigmoid(logits)
    both = (soft * truth).sum((1, 2))
    either = (soft + truth - soft * truth).sum((1, 2)).clamp(min=1)
    crossed = nn.functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    return 1 - both / either + crossed.mean((1, 2))


def examples(objects: Sequence[Drawn]) -> Iterator[tuple[F32, F32, np.float32]]:
    """Yield maps, the mask on their grid, and what an example counts for."""
    rng = np.random.default_rng(0)
    originals = [Scene(one.source, pixels(one.picture), one.box, one.mask()) for one in objects]
    made = (*varied(objects, 1, rng), *blobs(60, rng))
    before: tuple[U8, Trees] | None = None
    for scenes, boxes, clicks, value in ((originals, 5, 6, 1.0), (made, 2, 2, 0.4)):
        for one in scenes:
            if before is None or before[0] is not one.picture:
                before = one.picture, grow(one.picture)
            worth = np.float32(WORTH[one.source] * value)
            told = _clicked(one, before[1], clicks, rng)
            for patch, hint in (*_boxed(one, boxes, rng), *told):
                yield maps(patch, hint), _truth(patch, one.mask), worth


def _boxed(one: Scene, draws: int, rng: np.random.Generator) -> Iterator[tuple[Patch, Hint]]:
    size = (one.picture.shape[1], one.picture.shape[0])
    for draw in range(draws):
        box = loosened(one.box, size, rng) if draw else one.box
        patch = cut(one.picture, box)
        yield patch, box_hint(patch, refine(gather(patch), box)[0])


def _clicked(
    one: Scene, trees: Trees, draws: int, rng: np.random.Generator
) -> Iterator[tuple[Patch, Hint]]:
    """Yield what a person who clicks on what is wrong would have said, from regions of the tree."""
    import cv2

    height, width = trees.labels.shape
    mask = cv2.resize(one.mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_AREA) > 0
    if mask.sum() < 12:
        return
    scale = np.array([one.picture.shape[1] / width, one.picture.shape[0] / height])
    first = deepest(mask)
    regions = [region.mask for region in regions_at(trees, *first)]
    good = [region for region in regions if overlap(region, mask) > 0.12]
    if not good:
        return
    for _ in range(draws):
        drawn = good[int(rng.integers(len(good)))].copy()
        points = [(*first, True)]
        for _ in range(int(rng.choice([0, 1, 2, 4], p=[0.4, 0.25, 0.2, 0.15]))):
            wrong = drawn != mask
            at, piece = worst(wrong)
            points.append((*at, bool(mask[at[1], at[0]])))
            if rng.uniform() < 0.7:
                drawn[piece] = mask[piece]
        pointed = [((x + 0.5) * scale[0], (y + 0.5) * scale[1], on) for x, y, on in points]
        yield look(one.picture, drawn.astype(np.float32), tuple(pointed))


def deepest(mask: Bool) -> tuple[int, int]:
    """Return the column and row of the cell furthest from a mask's outline: where people click."""
    import cv2

    padded = np.pad(mask.astype(np.uint8), 1)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return int(column), int(row)


def worst(wrong: Bool) -> tuple[tuple[int, int], Bool]:
    """Return the middle of the largest piece of what is wrong, and the piece."""
    import cv2

    count, labels, facts, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8))
    if count == 1:
        return (0, 0), wrong
    piece = labels == 1 + int(facts[1:, cv2.CC_STAT_AREA].argmax())
    return deepest(piece), piece


def _truth(patch: Patch, mask: Bool) -> F32:
    import cv2

    blur = max(patch.cell)
    soft: Any = mask.astype(np.float32)
    if blur > 1.5:
        soft = cv2.GaussianBlur(soft, (0, 0), 0.5 * blur)
    fine = sample(patch, soft, (0, 0))
    return np.asarray(fine.reshape(COARSE, 2, COARSE, 2).mean((1, 3)), dtype=np.float32)
