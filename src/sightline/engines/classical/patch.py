"""What a box holds and a margin about it, on a grid of fixed size: all else is whole-array work."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from sightline.core.arrays import F32, U8, Bool
    from sightline.core.geometry.shapes import Bounds

SPAN: Final = 64
"""Cells of the grid along each side of the box, whatever its shape."""
MARGIN: Final = 16
"""Cells beyond the box on each side."""
GRID: Final = SPAN + 2 * MARGIN
_SHARP: Final = 1.5
"""Pixels per cell above which a picture is averaged down before it is sampled."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A box of a picture and what lies about it."""

    pixels: U8
    """(GRID, GRID, 3) RGB; beyond the picture its border goes on."""
    inside: Bool
    """(GRID, GRID) cells whose centre lies in the picture."""
    box: Bounds
    """The box that the middle SPAN x SPAN cells are, in pixels of the picture."""

    @property
    def cell(self) -> tuple[float, float]:
        """Width and height of a cell, pixels."""
        x1, y1, x2, y2 = self.box
        return (x2 - x1) / SPAN, (y2 - y1) / SPAN

    @property
    def corner(self) -> tuple[float, float]:
        """The corner of the grid's first cell, pixels."""
        (dx, dy), (x1, y1, _, _) = self.cell, self.box
        return x1 - MARGIN * dx, y1 - MARGIN * dy


def cut(picture: U8, box: Bounds) -> Patch:
    """Return the patch of a box (x1 < x2, y1 < y2) of an RGB picture (H, W, 3).

    A picture with more than 1.5 pixels to a cell is averaged first, so that nothing aliases.
    """
    import cv2

    height, width = picture.shape[:2]
    empty = Patch(picture, np.empty((0, 0), np.bool_), box)
    (dx, dy), (left, top) = empty.cell, empty.corner
    x, x_end = _around(left, left + GRID * dx, width)
    y, y_end = _around(top, top + GRID * dy, height)
    part: Any = picture[y:y_end, x:x_end]
    size = (_shrunk(x_end - x, dx), _shrunk(y_end - y, dy))
    fx, fy = size[0] / (x_end - x), size[1] / (y_end - y)
    if fx < 1 or fy < 1:
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    place = ((dx * fx, (left - x + dx / 2) * fx - 0.5), (dy * fy, (top - y + dy / 2) * fy - 0.5))
    matrix = np.array([[place[0][0], 0, place[0][1]], [0, place[1][0], place[1][1]]])
    pixels: Any = cv2.warpAffine(
        part,
        matrix,
        (GRID, GRID),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    centres = np.arange(GRID) + 0.5
    across, down = left + centres * dx, top + centres * dy
    inside = ((down > 0) & (down < height))[:, None] & ((across > 0) & (across < width))
    return Patch(pixels, inside, box)


def paste(
    patch: Patch, soft: F32, size: tuple[int, int], above: float = 0.5
) -> tuple[Bool, tuple[int, int]]:
    """Return the pixels where `soft` (GRID, GRID) is over `above`, and where they lie.

    Interpolated between cells, so that outlines are finer than the grid. `size` is the picture's
    (width, height). The second value is the x and y of the first pixel.
    """
    import cv2

    (dx, dy), (left, top) = patch.cell, patch.corner
    x, x_end = _within(left, left + GRID * dx, size[0])
    y, y_end = _within(top, top + GRID * dy, size[1])
    matrix = np.array(
        [[1 / dx, 0, (x + 0.5 - left) / dx - 0.5], [0, 1 / dy, (y + 0.5 - top) / dy - 0.5]]
    )
    drawn = cv2.warpAffine(
        np.ascontiguousarray(soft, dtype=np.float32),
        matrix,
        (x_end - x, y_end - y),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(drawn > above, dtype=np.bool_), (x, y)


def sample(patch: Patch, mask: F32, window: tuple[int, int]) -> F32:
    """Return (GRID, GRID): a mask (h, w), whose first pixel is at `window`, on a patch's grid."""
    import cv2

    (dx, dy), (left, top) = patch.cell, patch.corner
    matrix = np.array(
        [
            [dx, 0, left - window[0] + dx / 2 - 0.5],
            [0, dy, top - window[1] + dy / 2 - 0.5],
        ]
    )
    drawn = cv2.warpAffine(
        np.ascontiguousarray(mask, dtype=np.float32),
        matrix,
        (GRID, GRID),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
    )
    return np.asarray(drawn, dtype=np.float32)


@cache
def radius() -> F32:
    """Return (GRID, GRID): distance from the box's centre; 1 on the ellipse within the box."""
    across = (np.arange(GRID, dtype=np.float32) + 0.5 - GRID / 2) / (SPAN / 2)
    return np.asarray(np.hypot(across[:, None], across), dtype=np.float32)


@cache
def within() -> Bool:
    """Return (GRID, GRID): the cells of the box."""
    held = np.zeros((GRID, GRID), np.bool_)
    held[MARGIN : MARGIN + SPAN, MARGIN : MARGIN + SPAN] = True
    return held


def _around(low: float, high: float, end: int) -> tuple[int, int]:
    """Return the pixels that an interpolation between `low` and `high` needs; at least one."""
    first = min(max(int(low) - 2, 0), end - 1)
    return first, max(first + 1, min(int(high) + 3, end))


def _within(low: float, high: float, end: int) -> tuple[int, int]:
    first = min(max(int(np.floor(low)), 0), end - 1)
    return first, max(first + 1, min(int(np.ceil(high)), end))


def _shrunk(pixels: int, per_cell: float) -> int:
    return max(1, round(pixels * min(1.0, _SHARP / per_cell)))
