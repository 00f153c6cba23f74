"""Masks as a window of pixels within a picture, as other tools keep them, and back."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from sightline.core.geometry import rle
from sightline.core.geometry.shapes import MAX_PIXELS, Mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import I64, Bool

MOST_PIXELS: Final = 1 << 28
"""Of a window that is unpacked."""


def mask_at(window: Bool, left: int, top: int, width: int, height: int) -> Mask:
    """Return the mask of a picture of which a window is known; all around it is not set.

    Args:
        window: (H, W) pixels.
        left: Where the window lies; what lies outside of the picture is cut off.
        top: The same.
        width: Of the picture.
        height: Of the picture.

    Raises:
        ValueError: No pixel within the picture is set, or that is no size.
    """
    if not (width > 0 and height > 0 and width * height < MAX_PIXELS):
        raise ValueError(f"{width} x {height} is no size of a picture")
    inside = window[max(-top, 0) : max(height - top, 0), max(-left, 0) : max(width - left, 0)]
    left, top = max(left, 0), max(top, 0)
    high, wide = inside.shape
    framed = np.zeros((wide, high + 2), np.int8)  # by columns, with a margin above and below
    framed[:, 1:-1] = inside.T
    column, start = np.nonzero(np.diff(framed, axis=1) == 1)
    _, stop = np.nonzero(np.diff(framed, axis=1) == -1)
    first = (left + column) * height + top
    edges = np.stack([first + start, first + stop], axis=1).ravel()
    return _mask_of_edges(edges, width, height)


def window_of(mask: Mask) -> tuple[Bool, int, int]:
    """Return the pixels within the bounds of a mask, (H, W), and where they begin: left, top.

    Raises:
        ValueError: There are too many.
    """
    x1, y1, x2, y2 = map(int, mask.bounds())
    _check(x2 - x1, mask.height)
    runs = rle.counts_from_text(mask.counts)
    ends = np.minimum(np.maximum(np.cumsum(runs), x1 * mask.height), x2 * mask.height)
    lengths = np.diff(ends, prepend=x1 * mask.height)
    values = np.zeros(len(runs), np.bool_)
    values[1::2] = True
    columns = np.repeat(values, lengths).reshape(x2 - x1, mask.height)
    return columns.T[y1:y2], x1, y1


def png_of(window: Bool) -> bytes:
    """Return (H, W) pixels as a PNG of one bit each."""
    out = io.BytesIO()
    Image.fromarray(window).save(out, "PNG")
    return out.getvalue()


def window_of_png(data: bytes) -> Bool:
    """Return the (H, W) pixels of a PNG that are not black, or not clear.

    Raises:
        ValueError: It is none, or too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
                _check(*picture.size)
                values = np.asarray(picture)
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("its mask is no PNG that can be read") from error
    plane = values if values.ndim == 2 else values[..., -1]  # noqa: PLR2004 - grey
    return np.asarray(plane != 0)


def rows_of(window: Bool) -> I64:
    """Return run lengths row by row, the first of pixels that are not set."""
    flat = window.ravel()
    edges = np.flatnonzero(np.diff(flat, prepend=False, append=False))
    if len(flat) and flat[-1]:
        edges[-1] = len(flat)
    else:
        edges = np.append(edges, len(flat))
    return np.diff(edges, prepend=0)


def window_of_rows(runs: Sequence[int], width: int, height: int) -> Bool:
    """Return the (H, W) pixels of run lengths row by row; what is left to fill is not set.

    Raises:
        ValueError: The runs do not fit.
    """
    lengths = np.asarray(runs, np.int64)
    _check(width, height)
    if lengths.ndim != 1 or (lengths < 0).any() or lengths.sum() > width * height:
        raise ValueError("the runs do not fit into the mask")
    values = np.zeros(len(lengths), np.bool_)
    values[1::2] = True
    found = np.zeros(width * height, np.bool_)
    filled = np.repeat(values, lengths)
    found[: len(filled)] = filled
    return found.reshape(height, width)


def _check(width: int, height: int) -> None:
    if not (width > 0 and height > 0 and width * height <= MOST_PIXELS):
        raise ValueError(f"a mask of {width} x {height} pixels")


def _mask_of_edges(edges: I64, width: int, height: int) -> Mask:
    """Return the mask whose pixels are set from each even edge to the odd one after it."""
    if not len(edges):
        raise ValueError("no pixel is set")
    joined = np.flatnonzero(edges[1:-1:2] == edges[2::2])  # from the bottom of a column on
    edges = np.delete(edges, np.concatenate([2 * joined + 1, 2 * joined + 2]))
    total = width * height
    runs = np.diff(edges, prepend=0)
    if edges[-1] < total:
        runs = np.append(runs, total - edges[-1])
    return Mask(height, width, rle.counts_to_text(runs), rle.extent(runs, height))
