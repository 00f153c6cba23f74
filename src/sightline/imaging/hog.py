"""Shapes by histograms of oriented gradients (Dalal and Triggs 2005), and colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.imaging.stretch import check, stretched, unit

if TYPE_CHECKING:
    from sightline.core.arrays import F32, I32, U8

SIDE_PX: Final = 256
CELL_PX: Final = 16
BLOCK: Final = 2
BINS: Final = 9
COLOUR_BINS: Final = 8
GRID: Final = SIDE_PX // CELL_PX
SHAPE_DIM: Final = (GRID // 2) ** 2 * BINS
DIM: Final = SHAPE_DIM + 3 * COLOUR_BINS
COLOUR_WEIGHT: Final = 0.5
"""Length of the colour part beside a shape part of length 1."""
_CLIP: Final = 0.2
_EPS: Final = 1e-5


def row_of(image: U8) -> F32:
    """Return what an RGB picture (H, W, 3) looks like, (600,) of length 1: shapes and colours.

    Raises:
        InvalidInputError: It has no pixels or is not RGB of 8 bits.
    """
    check(image)
    row = np.empty(DIM, np.float32)
    row[:SHAPE_DIM] = unit(compact(blocks(cells(grey(image)))).ravel())
    row[SHAPE_DIM:] = COLOUR_WEIGHT * unit(colours(image))
    row /= np.linalg.norm(row)
    return row


def grey(image: U8) -> F32:
    """Return an RGB picture (H, W, 3) as grey (256, 256), 0..1, stretched."""
    import cv2

    plane = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    return stretched(np.asarray(plane, dtype=np.uint8), SIDE_PX) / np.float32(255.0)


def cells(plane: F32) -> F32:
    """Return the mean gradient by cell and orientation, (16, 16, 9), of a grey (256, 256).

    Orientations are 9 of 20 degrees, without sign; the picture's border has no gradient across.
    """
    import cv2

    across, down = np.zeros_like(plane), np.zeros_like(plane)
    np.subtract(plane[:, 2:], plane[:, :-2], out=across[:, 1:-1])
    np.subtract(plane[2:], plane[:-2], out=down[1:-1])
    size, angle = cv2.cartToPolar(across, down)
    place = (angle * np.float32(BINS / np.pi)).astype(np.int32)
    place %= BINS
    place += _cell_of_pixel()
    sums = np.bincount(place.ravel(), weights=size.ravel(), minlength=GRID * GRID * BINS)
    return (sums.reshape(GRID, GRID, BINS) / CELL_PX**2).astype(np.float32)


def blocks(histograms: F32) -> F32:
    """Return blocks of 2 x 2 cells, each of length 1, clipped at 0.2 ("L2-Hys"): (15, 15, 36).

    Flattened, this is the classic descriptor, equal to scikit-image's.
    """
    corners = [
        histograms[dy : GRID - 1 + dy, dx : GRID - 1 + dx] for dy in range(2) for dx in range(2)
    ]
    values = np.concatenate(corners, axis=2)
    values /= np.sqrt((values**2).sum(axis=2, keepdims=True) + _EPS**2)
    np.minimum(values, _CLIP, out=values)
    values /= np.sqrt((values**2).sum(axis=2, keepdims=True) + _EPS**2)
    return values


def compact(descriptor: F32) -> F32:
    """Return a descriptor (15, 15, 36) as (8, 8, 9): an eleventh of the numbers.

    Each cell occurs in up to four blocks, normalised in four ways: their mean says nearly as much
    (Felzenszwalb et al. 2010); then cells are averaged in twos. With few labels this is better
    than the whole, not only smaller: fewer numbers that merely tell where a line lay.
    """
    total = np.zeros((GRID, GRID, BINS), np.float32)
    for at in range(BLOCK * BLOCK):
        dy, dx = divmod(at, BLOCK)
        part = descriptor[..., at * BINS : (at + 1) * BINS]
        total[dy : GRID - 1 + dy, dx : GRID - 1 + dx] += part
    edge = np.full(GRID, 2.0, np.float32)
    edge[[0, -1]] = 1.0
    total /= (edge[:, None] * edge)[..., None]
    half = GRID // 2
    return np.asarray(total.reshape(half, 2, half, 2, BINS).mean(axis=(1, 3)), dtype=np.float32)


def colours(image: U8) -> F32:
    """Return the share of pixels in each of 8 equal bins, of R, G and B in turn: (24,)."""
    flat = (image >> 5).reshape(-1, 3)
    counts = [np.bincount(flat[:, band], minlength=COLOUR_BINS) for band in range(3)]
    return (np.concatenate(counts) / max(len(flat), 1)).astype(np.float32)


def _cell_of_pixel() -> I32:
    """Return (256, 256): where the histogram of each pixel's cell begins."""
    if "places" not in _CACHE:
        cell = np.arange(SIDE_PX, dtype=np.int32) // CELL_PX
        _CACHE["places"] = (cell[:, None] * GRID + cell) * BINS
    return _CACHE["places"]


_CACHE: Final[dict[str, I32]] = {}
