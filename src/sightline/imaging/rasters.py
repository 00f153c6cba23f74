"""Shapes as pixels: a pixel belongs to a shape when its centre does.

The rule is exact for fractional coordinates and for holes, gives neighbouring polygons that share
an edge no pixel twice, and needs no limit on coordinates: edges are cut with the rows of pixel
centres (the scan line of Wylie, Romney, Evans and Erdahl 1967, "Half-tone perspective drawings by
computer"), and a pixel is inside after an odd number of cuts.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.core.geometry import masks
from sightline.core.geometry.convert import to_polygon
from sightline.core.geometry.polygons import points_of
from sightline.core.geometry.shapes import Mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sightline.core.arrays import F64, I64, Bool
    from sightline.core.geometry.shapes import Shape

HALF: Final = 0.5 + 1e-9
"""To a pixel's centre; what passes that near to it is through it, wherever in the picture."""
OUTSIDE_HINT: Final = "move the shape into the picture, or delete it"


def pixels_of(shape: Shape, width: int, height: int) -> Bool:
    """Return the pixels (height, width) of a box, oriented box, polygon or mask.

    A shape within the picture that is too thin to hold a pixel's centre gets the pixel at its
    middle, so that no object is lost.

    Raises:
        InvalidInputError: The shape has no area, is a mask of another size, or lies outside.
    """
    if isinstance(shape, Mask):
        if (shape.width, shape.height) != (width, height):
            raise InvalidInputError(
                f"the mask has {shape.width} x {shape.height} pixels, "
                f"the picture {width} x {height}",
                hint="draw it again on this picture",
            )
        return masks.decode(shape)
    window = window_of(shape, width, height)
    x1, y1, x2, y2 = window
    out = np.zeros((height, width), np.bool_)
    out[y1:y2, x1:x2] = pixels_in(shape, window)
    return out


def mask_of_shape(shape: Shape, width: int, height: int) -> Mask:
    """Return the mask of a box, oriented box, polygon or mask in a picture of this size.

    Raises:
        InvalidInputError: The shape has no area, is a mask of another size, or lies outside.
    """
    if isinstance(shape, Mask):
        return masks.encode(pixels_of(shape, width, height))
    window = window_of(shape, width, height)
    found = pixels_in(shape, window)
    return masks.encode_window(found, window=window[:2], size=(width, height))


def window_of(shape: Shape, width: int, height: int) -> tuple[int, int, int, int]:
    """Return x1, y1, x2, y2 of the pixels that a shape can touch, within the picture.

    Raises:
        InvalidInputError: The shape lies outside.
    """
    x1, y1, x2, y2 = shape.bounds()
    if x1 >= width or y1 >= height or x2 <= 0 or y2 <= 0:
        raise InvalidInputError("the shape lies outside of the picture", hint=OUTSIDE_HINT)
    left, top = max(0, math.floor(x1)), max(0, math.floor(y1))
    return (
        left,
        top,
        min(width, max(left + 1, math.ceil(x2))),
        min(height, max(top + 1, math.ceil(y2))),
    )


def pixels_in(shape: Shape, window: tuple[int, int, int, int]) -> Bool:
    """Return the pixels (y2 - y1, x2 - x1) of a box, oriented box or polygon within a window.

    Raises:
        InvalidInputError: The shape has no area.
    """
    x1, y1, x2, y2 = window
    found = np.zeros((y2 - y1, x2 - x1), np.bool_)
    for rings in _parts_of(shape):
        found |= fill([ring - (x1, y1) for ring in rings], x2 - x1, y2 - y1)
    if not found.any():
        left, top, right, bottom = shape.bounds()
        middle = int((top + bottom) / 2 - y1), int((left + right) / 2 - x1)
        found[min(max(middle[0], 0), y2 - y1 - 1), min(max(middle[1], 0), x2 - x1 - 1)] = True
    return found


def fill(rings: Sequence[F64], width: int, height: int) -> Bool:
    """Return the pixels (height, width) inside rings (N, 2): even-odd, so holes are holes."""
    cuts = np.concatenate([np.zeros(0, np.int64), *(cuts_of(one, width, height) for one in rings)])
    counts = np.bincount(cuts, minlength=height * (width + 1)).astype(np.uint8)
    rows = counts.reshape(height, width + 1)[:, :width]
    return np.asarray(np.cumsum(rows, axis=1, dtype=np.uint8) & 1, np.bool_)


def cuts_of(ring: F64, width: int, height: int) -> I64:
    """Return where a ring (N, 2) cuts the rows of pixel centres.

    A place is row * (width + 1) + column of the first pixel on the other side; each row has an even
    number of them.
    """
    return cuts_between(ring, after(ring), width, height)[1]


def after(ring: F64) -> F64:
    """Return the corner that follows each corner of a ring (N, 2)."""
    return np.concatenate([ring[1:], ring[:1]])


def cuts_between(start: F64, end: F64, width: int, height: int) -> tuple[I64, I64]:
    """Return for each cut of sides (N, 2) to (N, 2) the side, and the place as `cuts_of` says."""
    (x1, y1), (x2, y2) = start.T, end.T
    down = y1 <= y2
    low, high = np.where(down, y1, y2), np.where(down, y2, y1)
    first = np.minimum(np.maximum(np.ceil(low - HALF), 0), height).astype(np.int64)
    last = np.minimum(np.maximum(np.ceil(high - HALF), 0), height).astype(np.int64)
    edge, row = _ranges(first, last)
    left = np.where(down, x1, x2)
    step = np.where(down, x2, x1) - left
    share = (row + 0.5 - low[edge]) / (high - low)[edge]
    x = left[edge] + share * step[edge]
    column = np.minimum(np.maximum(np.ceil(x - HALF), 0), width).astype(np.int64)
    return edge, row * (width + 1) + column


def _ranges(first: I64, last: I64) -> tuple[I64, I64]:
    """Return for each edge its rows first .. last - 1: (R,) edges, (R,) rows."""
    counts = np.maximum(last - first, 0)
    edge = np.repeat(np.arange(len(first)), counts)
    begun = np.cumsum(counts) - counts
    row = np.arange(int(counts.sum())) - begun[edge] + first[edge]
    return edge, row


def _parts_of(shape: Shape) -> Iterable[list[F64]]:
    found = to_polygon(shape)
    if found is None:
        raise InvalidInputError(f"a {shape.kind} has no area", hint="draw a box, polygon or mask")
    return [[points_of(ring) for ring in part] for part in found.parts]
