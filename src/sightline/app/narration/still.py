"""An eye that does not look again at what has not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from sightline.app.narration.eyes import Eye, Sight
    from sightline.core.arrays import U8

CELLS: Final = (96, 54)
"""Columns and rows in which frames are compared."""
LEVELS: Final = 8
"""A cell whose mean differs by more, of 255, has changed. Noise and compression change it by 1 or
2; what moves by a tenth of a cell, by more."""
MOST: Final = 8
"""So often in a row an answer stands without a look."""


class StillEye:
    """Gives the answer of the last look while nothing moves."""

    def __init__(self, eye: Eye) -> None:
        self.follows = eye.follows
        self._eye = eye
        self._cells: U8 | None = None
        self._sight: Sight | None = None
        self._reused = 0
        self.looks = 0
        """How often there was something to look at."""

    def look(self, image: U8, *, min_score: float) -> Sight:
        """Return what is in an upright RGB picture (H, W, 3)."""
        import cv2

        cells = np.asarray(cv2.resize(image, CELLS, interpolation=cv2.INTER_AREA), np.uint8)
        if self._sight is not None and self._reused < MOST and self._is_like(cells):
            self._reused += 1
            return self._sight
        self._sight = self._eye.look(image, min_score=min_score)
        self._cells = cells
        self._reused = 0
        self.looks += 1
        return self._sight

    def _is_like(self, cells: U8) -> bool:
        import cv2

        return self._cells is not None and int(cv2.absdiff(cells, self._cells).max()) <= LEVELS
