"""Where a network's square lies on the picture that it was made of: the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from sightline.imaging.preprocess import scaled

if TYPE_CHECKING:
    from sightline.core.arrays import F32
    from sightline.core.preprocess import Preprocess

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Placement:
    """A network's square on the upright frame of a picture."""

    frame: tuple[int, int]
    """(width, height), pixels, upright, of the whole picture."""
    square: Box
    """xyxy, pixels of the frame: where the edges of the network's input lie. Beyond the frame where
    a letterbox has bars, within it where a crop left something out."""

    @property
    def seen(self) -> Box:
        """Return the part of the frame that the network saw, xyxy, pixels."""
        (width, height), (left, top, right, bottom) = self.frame, self.square
        return max(left, 0.0), max(top, 0.0), min(right, width), min(bottom, height)

    def spread(self, grid: F32, size: tuple[int, int]) -> F32:
        """Return a map over the network's input as one over the frame.

        Bilinear between the centres of the cells, which are even parts of the input; level beyond
        the outermost centres; 0 where the network saw nothing.

        Args:
            grid: (h, w), at any resolution.
            size: (width, height), pixels, that the frame is shown at.

        Returns:
            (height, width).
        """
        (width, height), (left, top, right, bottom) = self.frame, self.square
        rows, columns = grid.shape
        across = columns / (right - left)
        down = rows / (bottom - top)
        matrix = (
            across * width / size[0],
            0.0,
            -left * across,
            0.0,
            down * height / size[1],
            -top * down,
        )
        picture = Image.fromarray(np.ascontiguousarray(grid, np.float32))
        moved = picture.transform(
            size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=0
        )
        return np.asarray(moved, np.float32)


def placement(rule: Preprocess, decoded: tuple[int, int], frame: tuple[int, int]) -> Placement:
    """Return where the square that `preprocess.fit` makes lies on the frame.

    Args:
        rule: What was carried out.
        decoded: (width, height) of the picture that it was carried out on, pixels; smaller than the
            frame where a JPEG was decoded at a fraction; the way back is then exact to one of its
            pixels, for the last one may stand for fewer of the frame's.
        frame: (width, height) of the whole picture, upright, pixels.
    """
    width, height = frame
    if rule.resize == "stretch":
        return Placement(frame, (0.0, 0.0, float(width), float(height)))
    if rule.resize == "crop":
        size = scaled(decoded, rule.resize_px or rule.size, min(decoded))
        left, top = (size[0] - rule.size) // 2, (size[1] - rule.size) // 2
    else:
        size = scaled(decoded, rule.size, max(decoded))
        left, top = -((rule.size - size[0]) // 2), -((rule.size - size[1]) // 2)
    across, down = width / size[0], height / size[1]
    return Placement(
        frame,
        (left * across, top * down, (left + rule.size) * across, (top + rule.size) * down),
    )
