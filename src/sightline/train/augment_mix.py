"""Which pictures of a step are mixed with which, and how: numpy only, so that a server can ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sightline.train.counters import MIXUP, generator

if TYPE_CHECKING:
    from sightline.core.arrays import F32, I64
    from sightline.train.spec_augment import AugmentPart


@dataclass(frozen=True, slots=True)
class Mix:
    """A step's plan: each of its B pictures and the other one that is mixed in."""

    share: F32
    """(B,) weight of the picture's own label; the other's has the rest."""
    other: I64
    """(B,) row of the other picture."""
    box: I64 | None
    """(B, 4) left, top, right, bottom, pixels, of the other's rectangle; empty where the whole
    pictures are mixed. None without cutmix."""

    def weight(self, rows: slice, side: int) -> F32:
        """Return (b, 1, h, w) weights of the pictures' own pixels; h and w are 1 or `side`."""
        share = self.share[rows].reshape(-1, 1, 1, 1)
        if self.box is None:
            return share
        box = self.box[rows]
        place = np.arange(side)[None]
        wide = (place >= box[:, :1]) & (place < box[:, 2:3])
        tall = (place >= box[:, 1:2]) & (place < box[:, 3:])
        inside = (tall[:, :, None] & wide[:, None, :])[:, None]
        cut = inside.any(axis=(1, 2, 3), keepdims=True)
        return np.where(cut, 1.0 - inside, share).astype(np.float32)


def mixes(part: AugmentPart) -> bool:
    """Say whether pictures are mixed."""
    return bool(part.mixup or part.cutmix)


def draw_mix(part: AugmentPart, seed: int, *, epoch: int, step: int, count: int, side: int) -> Mix:
    """Return the plan of a step of `count` pictures of `side` pixels.

    With both, each picture is mixed in one of the two ways, by even odds.
    """
    rng = generator(seed, MIXUP, epoch, step)
    alpha = part.mixup or part.cutmix
    share = rng.beta(alpha, alpha, count).astype(np.float32)
    other = rng.permutation(count)
    if not part.cutmix:
        return Mix(share, other, None)
    cut = np.ones(count, bool)
    if part.mixup:
        cut = rng.random(count) < 0.5  # noqa: PLR2004 - even odds
        share = np.where(cut, rng.beta(part.cutmix, part.cutmix, count), share)
    box = _boxes(share, rng.random((count, 2)), side) * cut[:, None]
    area = (box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1]) / side**2
    return Mix(np.where(cut, 1 - area, share).astype(np.float32), other, box)


def _boxes(share: F32, centre: np.ndarray, side: int) -> I64:
    """Return (B, 4) rectangles of area `1 - share` around a place; what juts out is cut off."""
    half = np.sqrt(1 - share)[:, None] * (side / 2)
    low = np.rint(centre * side - half).clip(0, side)
    high = np.rint(centre * side + half).clip(0, side)
    return np.concatenate([low, high], axis=1).astype(np.int64)
