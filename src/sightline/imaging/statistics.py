"""What a picture is like as a few numbers, for telling odd pictures where no network does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from sightline.core.arrays import F32, U8

BINS: Final = 8
DIM: Final = 6 + BINS + 4


def input_statistics(image: U8) -> F32:
    """Return (DIM,) of an upright RGB picture (H, W, 3).

    Mean and standard deviation of each colour, 0..1; the histogram of the luma; the logarithms of
    the variance of its Laplacian and of width / height; mean saturation; share of clipped pixels.
    """
    import cv2

    scale = max(1.0, max(image.shape[:2]) / 144)
    size = max(1, round(image.shape[1] / scale)), max(1, round(image.shape[0] / scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    flat = small.reshape(-1, 3)
    luma = small @ np.array([0.299, 0.587, 0.114], np.float32)
    bars = np.histogram(luma, BINS, (0.0, 1.0))[0] / luma.size
    sharp = float(cv2.Laplacian(luma, cv2.CV_32F).var())
    clipped = float(np.mean((luma < 0.01) | (luma > 0.99)))  # noqa: PLR2004
    saturation = float((flat.max(axis=1) - flat.min(axis=1)).mean())
    rest = [np.log1p(255**2 * sharp) / 10, np.log(image.shape[1] / image.shape[0])]
    parts = (flat.mean(axis=0), flat.std(axis=0), bars, rest, [saturation, clipped])
    return np.concatenate(parts).astype(np.float32)
