"""The built-in encoder: shape and colour, in about a millisecond a picture, without weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.imaging.hog import DIM, SIDE_PX, row_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32, U8

KEY: Final = "hog-256-16-2-9-rgb8-v1"


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
            row[:] = row_of(image)
        return out
