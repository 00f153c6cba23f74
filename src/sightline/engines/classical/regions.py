"""The regions that hold what was clicked, and how likely each is to be what was meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.engines.classical.learned import through, weights

if TYPE_CHECKING:
    from sightline.core.arrays import F32, Bool
    from sightline.engines.classical.tree import Trees

GROWS: Final = 1.12
"""A region is another candidate if it is so much larger than the one within it."""
FACTS: Final = 20
LIKE: Final = 0.5
"""IoU from which two candidates count as one."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the picture that holds the click."""

    mask: Bool
    """(h, w) on the trees' grid."""
    cost: float
    """How unlike what it merged from was."""
    next_cost: float
    """How unlike it was to what it merged with."""
    growth: float
    """How much larger that made it, as a ratio."""
    way: int
    """The tree it is of."""
    depth: float
    """Its place in the chain, 0..1."""


def regions_at(trees: Trees, column: int, row: int) -> list[Region]:
    """Return the regions of both trees that hold a cell, from small to large in each."""
    found = []
    for way in range(len(trees.parent)):
        chain = trees.chain(way, column, row)
        place = trees.joined_at(way, chain)[trees.labels]
        sizes = np.bincount(place.ravel(), minlength=len(chain)).cumsum()
        costs = trees.cost[way][chain].tolist()
        last = 0.0
        for number, size in enumerate(sizes.tolist()):
            following = min(number + 1, len(chain) - 1)
            if size < GROWS * last:
                continue
            last = size
            found.append(
                Region(
                    place <= number,
                    costs[number],
                    costs[following],
                    float(sizes[following] / size),
                    way,
                    number / len(chain),
                )
            )
    return found


def rated(trees: Trees, regions: list[Region], column: int, row: int) -> F32:
    """Return (R,): the IoU with what was meant that is to be expected of each region, 0..1."""
    learned = weights()
    rows = np.stack([facts(trees, region, column, row) for region in regions])
    scaled = (rows - learned["scorer.mean"]) / learned["scorer.scale"]
    logits = through(scaled.astype(np.float32), learned.layers("scorer"))[:, 0]
    return np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float32)


def chosen(regions: list[Region], scores: F32, most: int) -> list[int]:
    """Return up to `most` regions that differ from each other, the likeliest first."""
    kept: list[int] = []
    for number in np.argsort(-scores, kind="stable").tolist():
        mask = regions[number].mask
        if all(overlap(mask, regions[other].mask) < LIKE for other in kept):
            kept.append(number)
        if len(kept) == most:
            break
    return kept


def overlap(a: Bool, b: Bool) -> float:
    """Return the IoU of two masks."""
    return int((a & b).sum()) / max(1, int((a | b).sum()))


def facts(trees: Trees, region: Region, column: int, row: int) -> F32:
    """Return (FACTS,) numbers that tell objects from other regions."""
    import cv2

    mask: Any = region.mask.astype(np.uint8)
    height, width = mask.shape
    area = int(mask.sum())
    x, y, wide, high = cv2.boundingRect(mask)
    inner = cv2.erode(mask, np.ones((3, 3), np.uint8), borderValue=1)
    rim = (mask > 0) & (inner == 0)
    ring = (cv2.dilate(mask, np.ones((9, 9), np.uint8)) > 0) & (mask == 0)
    length = max(1, int(rim.sum()))
    share = np.log(area / mask.size)
    border = mask[0].sum() + mask[-1].sum() + mask[:, 0].sum() + mask[:, -1].sum()
    own = cv2.meanStdDev(trees.lab, mask=mask)
    far = cv2.mean(trees.lab, mask=ring.astype(np.uint8)) if ring.any() else own[0].ravel()
    apart = float(np.linalg.norm(own[0].ravel() - np.asarray(far)[:3])) / 60
    deep = cv2.distanceTransform(cv2.copyMakeBorder(mask, 1, 1, 1, 1, 0), cv2.DIST_L2, 3)
    centre = np.hypot(x + wide / 2 - column, y + high / 2 - row) / max(1.0, np.hypot(wide, high))
    outer, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = sum(cv2.contourArea(one) for one in outer)
    hull = max(cv2.contourArea(cv2.convexHull(np.concatenate(outer))), 1.0)
    return np.array(
        [
            share,
            share**2,
            trees.edge[rim].mean() if rim.any() else 0.0,
            region.next_cost - region.cost,
            region.next_cost,
            region.cost,
            border / (2 * (height + width)),
            area / (wide * high),
            length / np.sqrt(area),
            apart,
            min(3.0, float(np.log(region.growth))),
            centre,
            float(max(wide / width, high / height) > 0.97),  # noqa: PLR2004
            region.way,
            region.depth,
            deep[row + 1, column + 1] / max(1.0, float(deep.max())),
            min(2.0, filled / hull),
            min(2.0, area / max(filled, 1.0)),
            float(own[1].mean()) / 60,
            np.log(wide / high),
        ],
        np.float32,
    )
