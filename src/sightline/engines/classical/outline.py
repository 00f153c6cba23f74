"""The outline of what a box holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.engines.classical.patch import GRID, radius, within

if TYPE_CHECKING:
    from sightline.core.arrays import F32, U8, Bool
    from sightline.engines.classical.evidence import Evidence
    from sightline.engines.classical.patch import Patch

BACK, FRONT, MAYBE_BACK, MAYBE_FRONT = 0, 1, 2, 3
"""OpenCV's GC_BGD, GC_FGD, GC_PR_BGD, GC_PR_FGD."""
_MIXTURES: Final = (1, 65)
"""Shape of OpenCV's Gaussian mixtures of colours."""


def outline(patch: Patch, seen: Evidence) -> F32:
    """Return (GRID, GRID), 0..1: how far each cell belongs to the object in a patch's box."""
    import cv2

    seeds = np.full((GRID, GRID), BACK, np.uint8)
    seeds[within()] = MAYBE_BACK
    seeds[seen.flooded > 0.5] = MAYBE_FRONT  # noqa: PLR2004
    seeds[radius() < 0.3] = FRONT  # noqa: PLR2004
    prior = (1.3 - radius() ** 2).clip(0, 1) * within()
    voted = 0.45 * grab(patch.pixels, seeds, 2) + 0.45 * seen.flooded + 0.1 * prior
    return np.asarray(cv2.GaussianBlur(voted.astype(np.float32), (0, 0), 0.7), dtype=np.float32)


def grab(pixels: U8, seeds: U8, rounds: int) -> Bool:
    """Return the foreground by GrabCut (Rother, Kolmogorov and Blake 2004) from marked pixels.

    Where there is nothing to tell apart, what was marked as foreground is.
    """
    import cv2

    found = seeds.copy()
    no_box: Any = None
    back, front = np.zeros(_MIXTURES), np.zeros(_MIXTURES)
    try:
        cv2.grabCut(pixels, found, no_box, back, front, rounds, cv2.GC_INIT_WITH_MASK)
    except cv2.error:
        found = seeds
    return np.asarray(found & 1, dtype=np.bool_)
