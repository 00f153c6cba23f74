"""Where a picture lies in the square that an encoder takes, and masks on the way back.

The picture lies at the top left of the square, its long side as long as the square's, the rest zero
after normalising (Kirillov et al. 2023, "Segment Anything"); or it is stretched to the whole square
(Ravi et al. 2024, "SAM 2").
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.imaging.preprocess import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32, U8, Bool
    from sightline.core.geometry.shapes import Bounds
    from sightline.core.preprocess import Preprocess


TINY: Final = 1e-6
"""Probabilities nearer than this to 0 and 1 are as near as one may ask for."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture of `width` x `height` pixels, of which `wide` x `high` of a square are made."""

    width: int
    height: int
    wide: int
    high: int
    side: int

    @property
    def scale(self) -> tuple[float, float]:
        """Square pixels for each pixel of the picture."""
        return self.wide / self.width, self.high / self.height

    def points(self, points: Sequence[tuple[float, float]]) -> F32:
        """Return points (N, 2) in the square, as indexes of pixels: centres are whole numbers."""
        inside = np.asarray(points, np.float64).reshape(-1, 2) * self.scale - 0.5
        return inside.astype(np.float32)

    def mask(self, logits: F32, level: float = 0.0) -> tuple[Bool, tuple[int, int]] | None:
        """Return the pixels above a level, their window's x and y; None where there are none.

        Args:
            logits: (h, w) over the whole square.
            level: What an object is above.
        """
        import cv2

        rows, columns = logits.shape
        sx, sy = (scale * pixels / self.side for scale, pixels in self._grain(columns, rows))
        inside = np.argwhere(logits > level)
        if not len(inside):
            return None
        (top, left), (bottom, right) = inside.min(axis=0) - 1, inside.max(axis=0) + 2
        x1, y1 = max(0, int(left / sx)), max(0, int(top / sy))
        x2, y2 = min(self.width, int(right / sx) + 1), min(self.height, int(bottom / sy) + 1)
        if x1 >= x2 or y1 >= y2:
            return None
        # the centre of pixel x of the window lies at sx * (x1 + x + .5) - .5 of the logits
        back = np.array(
            [[sx, 0, sx * (x1 + 0.5) - 0.5], [0, sy, sy * (y1 + 0.5) - 0.5]], np.float64
        )
        whole = cv2.warpAffine(
            logits,
            back,
            (x2 - x1, y2 - y1),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        found = whole > level
        return (found, (x1, y1)) if found.any() else None

    def _grain(self, columns: int, rows: int) -> tuple[tuple[float, int], tuple[float, int]]:
        x, y = self.scale
        return (x, columns), (y, rows)


def frame_of(width: int, height: int, rule: Preprocess) -> Frame:
    """Return how a picture of this size lies in the square of a rule."""
    if rule.resize == "stretch":
        return Frame(width, height, rule.size, rule.size, rule.size)
    scale = rule.size / max(width, height)
    wide, high = (max(1, int(side * scale + 0.5)) for side in (width, height))
    return Frame(width, height, wide, high, rule.size)


def square_of(image: U8, frame: Frame, rule: Preprocess) -> F32:
    """Return a picture (H, W, 3) as (1, 3, side, side), normalised, zero beside the picture."""
    resized = resized_of(image, frame)
    out = np.zeros((1, 3, frame.side, frame.side), np.float32)
    out[:, :, : frame.high, : frame.wide] = normalise(resized[None], rule)
    return out


def resized_of(image: U8, frame: Frame) -> U8:
    """Return a picture (H, W, 3) at the size that it has in the square."""
    import cv2

    smaller = frame.wide < frame.width
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    resized = cv2.resize(image, (frame.wide, frame.high), interpolation=how)
    return np.asarray(resized, np.uint8)


def level_of(threshold: float) -> float:
    """Return the logit of a probability."""
    kept = min(max(threshold, TINY), 1 - TINY)
    return math.log(kept / (1 - kept))


def box_of(mask: Bool, window: tuple[int, int]) -> Bounds:
    """Return the smallest box about the pixels of a mask, of which one is set."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    x, y = window
    return (
        float(x + columns[0]),
        float(y + rows[0]),
        float(x + columns[-1] + 1),
        float(y + rows[-1] + 1),
    )
