"""Randomness from counters: what is drawn depends on (seed, purpose, epoch, step) and no history.

So a resumed run draws what an uninterrupted one would have drawn, and no generator's state has to
be saved. Philox is the counter-based generator of Salmon et al. 2011.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from sightline.core.arrays import I64

ORDER: Final = 1
AUGMENT: Final = 2
MIXUP: Final = 3
PICTURE: Final = 4
_MASK: Final = (1 << 64) - 1


def generator(seed: int, purpose: int, epoch: int = 0, step: int = 0) -> np.random.Generator:
    """Return a generator for one purpose at one place of the training."""
    return np.random.Generator(np.random.Philox(key=[seed, purpose], counter=[0, 0, step, epoch]))


def epoch_order(seed: int, epoch: int, count: int) -> I64:
    """Return a permutation of 0..count-1 for an epoch."""
    return generator(seed, ORDER, epoch).permutation(count).astype(np.int64)


def step_seed(seed: int, step: int) -> int:
    """Return a seed for torch's generator (dropout) at a step; neighbours are unlike (SplitMix)."""
    x = (seed * 0x9E3779B97F4A7C15 + step * 0xD1B54A32D192ED03 + 0x632BE59BD9B4E019) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return (x ^ (x >> 31)) & (_MASK >> 1)
