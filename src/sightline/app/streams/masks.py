"""Outlines of what a detector put boxes around, for those who want masks and not boxes alone.

The built-in segmenter makes them, which needs no weights; they are guesses, better than the box and
worse than a trained segmenter's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.assist import Prompt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import U8, Bool
    from sightline.core.narration import Thing
    from sightline.core.ports import Segmenter

MOST: Final = 12
"""Objects of a frame that are outlined, the surest first; others keep their box."""
_LEAST_PX: Final = 8.0
_OFF_PX: Final = 1.5
"""So far corners may lie from the outline, pixels."""


class Masker:
    """Outlines the objects of frames; loads its segmenter with the first."""

    def __init__(self, segmenter: Segmenter | None = None) -> None:
        self._segmenter = segmenter

    def outlines(self, image: U8, things: Sequence[Thing]) -> list[list[float] | None]:
        """Return for each thing x0, y0, x1, y1, ... in pixels of (H, W, 3) RGB, or None.

        Raises:
            SightlineError: The segmenter failed.
        """
        found: list[list[float] | None] = [None] * len(things)
        order = sorted(range(len(things)), key=lambda at: -things[at].score)
        wanted = [at for at in order if _is_large(things[at])][:MOST]
        if not wanted:
            return found
        engine = self._engine()
        encoding = engine.encode(image)
        for at in wanted:
            best = engine.predict(encoding, Prompt(box=things[at].box, multimask=False))[0]
            if best.mask is not None:
                found[at] = _polygon(best.mask, best.window)
        return found

    def _engine(self) -> Segmenter:
        if self._segmenter is None:
            from sightline.engines.classical.engine import ClassicalSegmenter

            self._segmenter = ClassicalSegmenter()
        return self._segmenter


def _is_large(thing: Thing) -> bool:
    x1, y1, x2, y2 = thing.box
    return min(x2 - x1, y2 - y1) >= _LEAST_PX


def _polygon(mask: Bool, window: tuple[int, int]) -> list[float] | None:
    """Return the outer line of a mask's largest part, in pixels of the picture."""
    import cv2

    given: Any = np.ascontiguousarray(mask, np.uint8)
    lines, _ = cv2.findContours(given, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not lines:
        return None
    largest = max(lines, key=cv2.contourArea)
    corners = cv2.approxPolyDP(largest, _OFF_PX, closed=True).reshape(-1, 2) + np.array(window)
    if len(corners) < 3:  # noqa: PLR2004 - a triangle at least
        return None
    return [float(side) for side in corners.ravel()]
