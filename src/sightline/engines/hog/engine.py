"""The built-in encoder: shape and colour, in about a millisecond a picture, without weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.engines.hog.descriptor import (
    BINS,
    COLOUR_BINS,
    GRID,
    SIDE_PX,
    blocks,
    cells,
    colours,
    compact,
    grey,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32, U8

KEY: Final = "hog-256-16-2-9-rgb8-v1"
SHAPE_DIM: Final = (GRID // 2) ** 2 * BINS
DIM: Final = SHAPE_DIM + 3 * COLOUR_BINS
COLOUR_WEIGHT: Final = 0.5
"""Length of the colour part beside a shape part of length 1."""


class HogEncoder:
    """HOG at 256 px (cell 16, block 2, 9 orientations), compacted, and a colour histogram."""

    key: Final = KEY
    dim: Final = DIM
    min_side_px: Final = SIDE_PX

    def __init__(self) -> None:
        import cv2

        # Pictures are taken by threads of our own; OpenCV's, on 256 x 256 pixels, only double
        # the processor time.
        cv2.setNumThreads(1)

    def encode(self, images: Sequence[U8]) -> F32:
        """Return (N, 600), rows of length 1, for N upright RGB pictures (H, W, 3) of any size.

        Raises:
            InvalidInputError: A picture has no pixels or is not RGB of 8 bits.
        """
        out = np.empty((len(images), DIM), np.float32)
        for row, image in zip(out, images, strict=True):
            _encode_one(image, row)
        return out


def _encode_one(image: U8, row: F32) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:  # noqa: PLR2004
        raise InvalidInputError(
            f"cannot encode a picture of {image.dtype} {image.shape}", hint="give (H, W, 3) uint8"
        )
    shape = compact(blocks(cells(grey(image)))).ravel()
    row[:SHAPE_DIM] = _unit(shape)
    row[SHAPE_DIM:] = COLOUR_WEIGHT * _unit(colours(image))
    row /= np.linalg.norm(row)


def _unit(values: F32) -> F32:
    length = float(np.linalg.norm(values))
    return values / np.float32(length) if length > 0 else values
