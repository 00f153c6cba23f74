"""Tiles of a large picture that overlap by half, so that any place lies deep within one of them.

All numbers are whole pixels of the upright picture. A border of a tile that is not the picture's
own is an inner one: what touches it may go on in the next tile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sightline.core.geometry.shapes import Bounds

NEAR_PX: Final = 1.0
"""What comes so near to an inner border touches it."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture."""

    x: int
    y: int
    width: int
    height: int

    def cuts(self, bounds: Bounds, size: tuple[int, int]) -> bool:
        """Say whether something within the tile touches one of its inner borders."""
        x1, y1, x2, y2 = bounds
        right, bottom = self.x + self.width, self.y + self.height
        return (
            (self.x > 0 and x1 <= self.x + NEAR_PX)
            or (self.y > 0 and y1 <= self.y + NEAR_PX)
            or (right < size[0] and x2 >= right - NEAR_PX)
            or (bottom < size[1] and y2 >= bottom - NEAR_PX)
        )


def tile_about(bounds: Bounds, size: tuple[int, int], side: int) -> Tile | None:
    """Return the tile in which something lies deepest; None where only the picture holds it.

    Args:
        bounds: What is looked for; may be a point.
        size: Width and height of the picture.
        side: Of a tile; 0: there are none. A picture that is no longer has none either.
    """
    width, height = size
    if side <= 0 or max(size) <= side:
        return None
    x = _start(bounds[0], bounds[2], width, side)
    y = _start(bounds[1], bounds[3], height, side)
    if x is None or y is None:
        return None
    return Tile(x, y, min(side, width), min(side, height))


def _starts(length: int, side: int) -> list[int]:
    """Return where tiles begin along an axis: evenly, by half a tile at most."""
    if length <= side:
        return [0]
    count = math.ceil((length - side) / max(1, side // 2))
    return [round(at * (length - side) / count) for at in range(count + 1)]


def _start(low: float, high: float, length: int, side: int) -> int | None:
    """Return where the tile begins in which low..high lies deepest, None where it is in none."""
    best, start = -1.0, None
    for one in _starts(length, side):
        before = low - one if one > 0 else math.inf
        after = one + side - high if one + side < length else math.inf
        if min(before, after) > best:
            best, start = min(before, after), one
    return start if best >= 0 else None
