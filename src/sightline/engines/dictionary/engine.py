"""The built-in encoder that has learned: a dictionary of patches beside shapes and colours.

What it learned lies in `weights.npz`; `benchmarks/train_dictionary.py` fits it, on pictures that
anyone may use for anything.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.engines.dictionary.patches import Scale, described
from sightline.heads.threads import one_thread
from sightline.imaging import hog
from sightline.imaging.stretch import check, unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32, U8

KEY: Final = "dictionary-64-96-v1"
WEIGHTS: Final = Path(__file__).with_name("weights.npz")
PATCH_DIM: Final = 384
DIM: Final = PATCH_DIM + hog.DIM
HOG_WEIGHT: Final = 0.7
"""Length of the part of shapes and colours beside a part of patches of length 1."""
SCALES: Final = (64, 96)


class DictionaryEncoder:
    """Patches at two scales, brought to their principal axes, with HOG and colours beside them."""

    key: Final = KEY
    dim: Final = DIM
    min_side_px: Final = hog.SIDE_PX

    def __init__(self) -> None:
        import cv2

        cv2.setNumThreads(1)

    def encode(self, images: Sequence[U8]) -> F32:
        """Return (N, 984), rows of length 1, for N upright RGB pictures (H, W, 3) of any size.

        Raises:
            InvalidInputError: A picture has no pixels or is not RGB of 8 bits.
        """
        scales, mean, axes = learned()
        out = np.empty((len(images), DIM), np.float32)
        with one_thread():  # pictures are taken by threads of our own
            for row, image in zip(out, images, strict=True):
                check(image)
                said = np.concatenate([described(image, scale) for scale in scales])
                row[:PATCH_DIM] = unit((said - mean) @ axes)
                row[PATCH_DIM:] = HOG_WEIGHT * hog.row_of(image)
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        return out


@cache
def learned() -> tuple[tuple[Scale, ...], F32, F32]:
    """Return the dictionaries, the mean (D,) of what they say, and the axes (D, 384) it is put in.

    Axes are kept as whole numbers with a factor for each.
    """
    with np.load(WEIGHTS, allow_pickle=False) as kept:
        scales = tuple(
            Scale(
                side=side,
                patch=int(kept[f"{side}.patch"]),
                grid=int(kept[f"{side}.grid"]),
                words=kept[f"{side}.words"].astype(np.float32),
                bias=kept[f"{side}.bias"].astype(np.float32),
            )
            for side in SCALES
        )
        axes = kept["axes"].astype(np.float32) * kept["factors"].astype(np.float32)
        return scales, kept["mean"].astype(np.float32), axes
