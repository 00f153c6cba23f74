"""A captioner that is not asked twice about the same picture."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.imaging.fingerprint import fingerprint

if TYPE_CHECKING:
    from sightline.core.arrays import U8
    from sightline.core.narration import Caption
    from sightline.core.ports import Captioner

SAME_BITS: Final = 6
"""Perceptual hashes that differ in so few of their 64 bits are of the same scene."""
KEPT: Final = 32
"""Scenes that are known again."""


class Scribe:
    """Writes about pictures; a scene that it has written about lately gets the same words."""

    def __init__(self, captioner: Captioner) -> None:
        self._captioner = captioner
        self._known: deque[tuple[str, U8, Caption]] = deque(maxlen=KEPT)
        self.asked = 0
        """How often the captioner had to write."""

    def write(self, image: U8, lang: str) -> Caption:
        """Return a sentence about an upright RGB picture (H, W, 3).

        Raises:
            SightlineError: The captioner failed.
        """
        mark = fingerprint(image)
        for said_in, before, caption in self._known:
            if said_in == lang and _bits(mark, before) <= SAME_BITS:
                return caption
        caption = self._captioner.caption(image, lang=lang)
        self.asked += 1
        self._known.appendleft((lang, mark, caption))
        return caption


def _bits(a: U8, b: U8) -> int:
    return int(np.unpackbits(a ^ b).sum())
