"""Pictures stretched to a square, for descriptors that look at them whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from sightline.core.arrays import F32, U8


def check(image: U8) -> None:
    """Refuse what is no picture.

    Raises:
        InvalidInputError: It has no pixels or is not RGB of 8 bits.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:  # noqa: PLR2004
        raise InvalidInputError(
            f"cannot encode a picture of {image.dtype} {image.shape}", hint="give (H, W, 3) uint8"
        )


def stretched(image: U8, side: int) -> F32:
    """Return a picture (H, W) or (H, W, 3) as a square of `side` pixels, 0..255.

    A side that shrinks is averaged over its area, so that no detail aliases; one that grows is
    interpolated, so that no staircase of pixels makes gradients of its own.
    """
    import cv2

    height, width = image.shape[:2]
    square = image
    small = (min(width, side), min(height, side))
    if small != (width, height):
        square = np.asarray(cv2.resize(square, small, interpolation=cv2.INTER_AREA), np.uint8)
    if small != (side, side):
        whole = cv2.resize(square, (side, side), interpolation=cv2.INTER_LINEAR)
        square = np.asarray(whole, np.uint8)
    return square.astype(np.float32)


def unit(values: F32) -> F32:
    """Return values at length 1; nothing but zeros stays as it is."""
    length = float(np.linalg.norm(values))
    return values / np.float32(length) if length > 0 else values
