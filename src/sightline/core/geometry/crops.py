"""Which whole pixels of a picture stand for a box."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.core.geometry.boxes import as_boxes

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from sightline.core.arrays import I64


def pixel_rects(
    boxes: ArrayLike, *, size_wh: ArrayLike, padding: float = 0.0, square: bool = False
) -> I64:
    """Return the rectangles (N, 4) x1, y1, x2, y2 of whole pixels that boxes touch.

    Args:
        boxes: (N, 4) in pixels of the upright picture; a pixel at least is taken of each.
        size_wh: (2,) of the picture, or (N, 2) of each box's; what lies outside is left out.
        padding: Added on each side first, as a share of a box's longer side.
        square: Grow the shorter side around the centre to the longer one, as far as there is room.

    Raises:
        InvalidInputError: A number of a box is none.
    """
    found = as_boxes(boxes)
    if not np.isfinite(found).all():
        raise InvalidInputError("a number of a box is none", hint="send x1, y1, x2, y2 in pixels")
    low, high = np.minimum(found[:, :2], found[:, 2:]), np.maximum(found[:, :2], found[:, 2:])
    side = (high - low).max(axis=1, keepdims=True, initial=0.0)
    if square:
        spare = (side - (high - low)) / 2
        low, high = low - spare, high + spare
    low, high = low - padding * side, high + padding * side
    most = np.asarray(size_wh, np.float64)
    low = np.clip(np.floor(low), 0, most - 1)
    high = np.clip(np.ceil(high), low + 1, most)
    return np.concatenate([low, high], axis=1).astype(np.int64)
