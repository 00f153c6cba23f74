"""How much of each known patch is where in a picture (Coates, Ng and Lee 2011).

A picture is stretched to a small square and cut into overlapping patches; each is brought to the
same mean and contrast, whitened, and compared with every word of the dictionary. What agrees, and
what is its opposite, by more than a threshold is averaged over the cells of a grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.imaging.stretch import stretched, unit

if TYPE_CHECKING:
    from sightline.core.arrays import F32, U8

STRIDE: Final = 2
"""Pixels from one patch to the next."""
ENOUGH: Final = 0.5
"""Agreement below which a word is not there."""
FLAT: Final = (10 / 255) ** 2
"""Added to a patch's variance, so that what is flat stays so."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A dictionary for one size of the picture."""

    side: int
    """Of the square, pixels."""
    patch: int
    """Of a patch, pixels."""
    grid: int
    """Cells along a side."""
    words: F32
    """(patch * patch * 3, K): whitening and dictionary in one."""
    bias: F32
    """(K,): what an average patch says."""

    @property
    def dim(self) -> int:
        """Numbers that describe a picture."""
        return 2 * int(self.words.shape[1]) * self.grid**2


def patches_of(image: U8, side: int, patch: int) -> F32:
    """Return (rows, columns, patch * patch * 3): the patches of an RGB picture (H, W, 3)."""
    square = stretched(image, side) / np.float32(255)
    windows = np.lib.stride_tricks.sliding_window_view(square, (patch, patch), axis=(0, 1))
    windows = windows[::STRIDE, ::STRIDE]
    rows, columns = windows.shape[:2]
    return np.ascontiguousarray(windows).reshape(rows, columns, -1)


def normalised(patches: F32) -> F32:
    """Return patches (..., D) with mean 0 and a variance of nearly 1."""
    even = patches - patches.mean(axis=-1, keepdims=True)
    spread = np.sqrt(np.square(even).mean(axis=-1, keepdims=True) + np.float32(FLAT))
    return np.asarray(even / spread, dtype=np.float32)


def described(image: U8, scale: Scale) -> F32:
    """Return (scale.dim,) of length 1: how much of each word, and its opposite, is where."""
    said = normalised(patches_of(image, scale.side, scale.patch)) @ scale.words - scale.bias
    both = np.concatenate([said, -said], axis=-1)
    both -= np.float32(ENOUGH)
    np.maximum(both, 0, out=both)
    down, across = (np.linspace(0, many, scale.grid + 1).astype(int) for many in both.shape[:2])
    cells = [
        both[down[i] : down[i + 1], across[j] : across[j + 1]].mean(axis=(0, 1))
        for i in range(scale.grid)
        for j in range(scale.grid)
    ]
    return unit(np.sqrt(np.concatenate(cells)))
