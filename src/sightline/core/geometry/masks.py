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


def encode_window(pixels: Bool, *, window: tuple[int, int], size: tuple[int, int]) -> Mask:
    """Return the mask of a picture of which only a window has pixels that are set.

    Args:
        pixels: (h, w) within the window; what sticks out of the picture is left out.
        window: x and y of the top left pixel of the window.
        size: Width and height of the picture, pixels.

    Raises:
        ValueError: No pixel is set.
    """
    (x, y), (width, height) = window, size
    inner = pixels[max(0, -y) : max(0, height - y), max(0, -x) : max(0, width - x)]
    x, y = max(0, x), max(0, y)
    columns = np.zeros((inner.shape[1], inner.shape[0] + 2), np.int8)
    columns[:, 1:-1] = inner.T
    turns = np.diff(columns, axis=1)
    starts, stops = (np.nonzero(turns == step) for step in (1, -1))
    first, last = ((x + column) * height + y + row for column, row in (starts, stops))
    apart = np.append(np.ones(min(1, len(first)), np.bool_), first[1:] != last[:-1])
    first, last = first[apart], last[np.append(apart[1:], np.ones(min(1, len(last)), np.bool_))]
    edges = np.concatenate([[0], np.stack([first, last], axis=1).ravel(), [width * height]])
    runs = np.diff(edges)
    runs = runs[:-1] if not runs[-1] else runs
    return Mask(height, width, rle.counts_to_text(runs), rle.extent(runs, height))


def decode(mask: Mask) -> Bool:
    """Return (H, W) pixels."""
    runs = rle.counts_from_text(mask.counts)
    values = np.zeros(len(runs), np.bool_)
    values[1::2] = True
    return np.repeat(values, runs).reshape(mask.width, mask.height).T
