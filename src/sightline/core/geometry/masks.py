"""Masks as pixels, and back; what two of them share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightline.core.geometry import boxes, rle
from sightline.core.geometry.shapes import Mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F64, I64, Bool


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
    columns = np.zeros((inner.shape[1], inner.shape[0] + 2), np.bool_)
    columns[:, 1:-1] = inner.T
    # a column begins and ends with nothing: where it turns is a start, a stop, a start, ...
    column, row = np.divmod(np.flatnonzero(columns[:, 1:] != columns[:, :-1]), len(inner) + 1)
    places = (x + column) * height + y + row
    first, last = places[::2], places[1::2]
    apart = np.append(np.ones(min(1, len(first)), np.bool_), first[1:] != last[:-1])
    first, last = first[apart], last[np.append(apart[1:], np.ones(min(1, len(last)), np.bool_))]
    edges = np.concatenate([[0], np.stack([first, last], axis=1).ravel(), [width * height]])
    runs = np.diff(edges)
    runs = runs[:-1] if not runs[-1] else runs
    return Mask(height, width, rle.counts_to_text(runs), rle.extent(runs, height))


def decode_window(mask: Mask) -> tuple[Bool, tuple[int, int]]:
    """Return the smallest window (h, w) with all pixels that are set, and its x and y."""
    x1, y1, x2, y2 = (int(side) for side in mask.extent)
    runs = rle.counts_from_text(mask.counts)
    runs[0] -= x1 * mask.height
    if len(runs) % 2:
        runs[-1] -= (mask.width - x2) * mask.height
    values = np.zeros(len(runs), np.bool_)
    values[1::2] = True
    return np.repeat(values, runs).reshape(x2 - x1, mask.height).T[y1:y2], (x1, y1)


def decode(mask: Mask) -> Bool:
    """Return (H, W) pixels."""
    runs = rle.counts_from_text(mask.counts)
    values = np.zeros(len(runs), np.bool_)
    values[1::2] = True
    return np.repeat(values, runs).reshape(mask.width, mask.height).T


def runs(mask: Mask) -> tuple[I64, I64]:
    """Return the starts (N,) and ends (N,) of the runs of set pixels, counted down the columns."""
    found = rle.counts_from_text(mask.counts)
    ends = np.cumsum(found)
    starts, stops = (ends - found)[1::2], ends[1::2]
    used = stops > starts
    return starts[used], stops[used]


def area(mask: Mask) -> int:
    """Return how many pixels are set."""
    return int(rle.counts_from_text(mask.counts)[1::2].sum())


def centroid(mask: Mask) -> tuple[float, float]:
    """Return the centre of gravity, x and y."""
    y, x = np.nonzero(decode(mask))
    return float(x.mean()) + 0.5, float(y.mean()) + 0.5


def intersection(a: Sequence[Mask], b: Sequence[Mask]) -> F64:
    """Return how many pixels (N, M) each of N shares with each of M, without decoding them.

    Raises:
        ValueError: They are of pictures of different sizes.
    """
    if len({(mask.width, mask.height) for mask in (*a, *b)}) > 1:
        raise ValueError("masks of pictures of different sizes")
    out = np.zeros((len(a), len(b)))
    i, j = np.nonzero(boxes.intersection(boxes.bounds_of(a), boxes.bounds_of(b)) > 0)
    first = {at: runs(a[at]) for at in set(i.tolist())}
    second = {at: runs(b[at]) for at in set(j.tolist())}
    for row, column in zip(i.tolist(), j.tolist(), strict=True):
        out[row, column] = _common(*first[row], *second[column])
    return out


def iou(a: Sequence[Mask], b: Sequence[Mask]) -> F64:
    """Return intersection over union (N, M).

    Raises:
        ValueError: They are of pictures of different sizes.
    """
    shared = intersection(a, b)
    sizes = [np.array([area(mask) for mask in side], np.float64) for side in (a, b)]
    return np.asarray(shared / (sizes[0][:, None] + sizes[1][None] - shared), np.float64)


def _common(starts: I64, stops: I64, others: I64, ends: I64) -> int:
    """Return how long two lists of runs overlap: what one has before each end of the other."""
    before = np.concatenate([[0], np.cumsum(stops - starts)])

    def up_to(places: I64) -> I64:
        at = np.searchsorted(starts, places)
        over = np.maximum(stops[np.maximum(at - 1, 0)] - places, 0) * (at > 0)
        return np.asarray(before[at] - over, np.int64)

    return int((up_to(ends) - up_to(others)).sum())
