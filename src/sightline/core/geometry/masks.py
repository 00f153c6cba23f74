"""Masks as pixels, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightline.core.geometry import rle
from sightline.core.geometry.shapes import Mask

if TYPE_CHECKING:
    from sightline.core.arrays import Bool


def encode(pixels: Bool) -> Mask:
    """Return (H, W) pixels as a mask.

    Raises:
        ValueError: No pixel is set.
    """
    height, width = pixels.shape
    flat = np.asarray(pixels, dtype=np.bool_).T.ravel()
    turns = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    edges = np.concatenate([[0], turns, [flat.size]])
    runs = np.diff(edges)
    if flat[0]:
        runs = np.concatenate([[0], runs])
    return Mask(height, width, rle.counts_to_text(runs), rle.extent(runs, height))


def decode(mask: Mask) -> Bool:
    """Return (H, W) pixels."""
    runs = rle.counts_from_text(mask.counts)
    values = np.zeros(len(runs), np.bool_)
    values[1::2] = True
    return np.repeat(values, runs).reshape(mask.width, mask.height).T
