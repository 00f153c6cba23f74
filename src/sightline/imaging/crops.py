"""Parts of pictures, small: of each picture one decoding serves many parts of it."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from sightline.core.errors import InvalidInputError
from sightline.core.tone import DEFAULT_TONE, Tone
from sightline.imaging.decode import upright
from sightline.imaging.limits import DEFAULT_LIMITS, Limits
from sightline.imaging.tile import jpeg

if TYPE_CHECKING:
    from pathlib import Path

MEDIA_TYPE: Final = "image/jpeg"
QUALITY: Final = 85
MIN_PX: Final = 16
MAX_PX: Final = 1024
MIN_DECODED_PX: Final = 256
HALF: Final = 0.5
SHARP_PX: Final = 256
"""Up to which a part keeps its colours sharp."""
MAX_BYTES: Final = 192 << 20
"""Of decoded pictures that are kept."""
Key = tuple[str, int, str, int]
"""Digest, page, key of the tone, pixels of the long side."""
Box = tuple[float, float, float, float]


class CropCache:
    """Cuts parts out of pictures and keeps the last decoded ones."""

    def __init__(self, *, limit_bytes: int = MAX_BYTES, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limit_bytes = limit_bytes
        self._limits = limits
        self._decoded: OrderedDict[Key, Image.Image] = OrderedDict()
        self._turns: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()

    def cut(
        self,
        source: Path,
        digest: str,
        box: Box,
        px: int,
        *,
        size: tuple[int, int],
        page: int = 0,
        tone: Tone = DEFAULT_TONE,
    ) -> bytes:
        """Return a part of a picture as JPEG, its long side `px` pixels at most.

        Args:
            source: A file with the bytes that `digest` names.
            digest: BLAKE3 of the file, hex.
            box: x1, y1, x2, y2 in pixels of the upright picture; what lies outside is left out.
            px: A part with fewer pixels is not made larger.
            size: Width and height of the upright picture.
            page: Counted from 0.
            tone: How samples of more than 8 bits become 8.

        Raises:
            InvalidInputError: Nothing of the box lies in the picture, or `px` is out of range.
            UnreadableImageError: It cannot be read.
        """
        part = within(box, size)
        if not MIN_PX <= px <= MAX_PX:
            raise InvalidInputError(f"no crop of {px} pixels", hint=f"ask for {MIN_PX} to {MAX_PX}")
        long = max(part[2] - part[0], part[3] - part[1])
        level = _level(max(size), px / long)
        image = self._get(source, (digest, page, tone.key(), level), tone)
        fx, fy = image.width / size[0], image.height / size[1]
        cut = (part[0] * fx, part[1] * fy, part[2] * fx, part[3] * fy)
        wide, high = cut[2] - cut[0], cut[3] - cut[1]
        scale = min(px / max(wide, high), 1.0)
        target = max(1, round(wide * scale)), max(1, round(high * scale))
        resized = image.resize(target, Image.Resampling.BOX, cut, reducing_gap=None)
        return jpeg(np.asarray(resized), QUALITY, sharp_colours=max(target) <= SHARP_PX)

    def _get(self, source: Path, key: Key, tone: Tone) -> Image.Image:
        """Return a decoded picture, which only one thread decodes."""
        with self._lock:
            turn = self._turns.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                known = self._decoded.get(key)
                if known is not None:
                    self._decoded.move_to_end(key)
                    return known
            made = upright(source, page=key[1], min_long_px=key[3], limits=self._limits, tone=tone)
            if max(made.size) > 2 * key[3]:
                made.thumbnail((key[3], key[3]))
            with self._lock:
                self._decoded[key] = made
                self._turns.pop(key, None)
                while len(self._decoded) > 1 and self._bytes() > self._limit_bytes:
                    self._decoded.popitem(last=False)
        return made

    def _bytes(self) -> int:
        return sum(3 * one.width * one.height for one in self._decoded.values())


def within(box: Box, size: tuple[int, int]) -> Box:
    """Return the part of a box that lies in a picture, a pixel at least.

    Raises:
        InvalidInputError: Nothing does.
    """
    if not all(map(math.isfinite, box)):
        raise InvalidInputError("a number of the box is none", hint="send x1, y1, x2, y2 in pixels")
    x1, x2 = _side(box[0], box[2], size[0])
    y1, y2 = _side(box[1], box[3], size[1])
    return x1, y1, x2, y2


def _side(low: float, high: float, most: int) -> tuple[float, float]:
    low, high = min(low, high), max(low, high)
    if high < 0 or low > most:
        raise InvalidInputError("the box lies outside of the picture", hint="send pixels of it")
    low, high = max(low, 0.0), min(high, float(most))
    if high - low < 1:
        low = min(max((low + high - 1) / 2, 0.0), max(most - 1.0, 0.0))
        high = low + min(1.0, float(most))
    return low, high


def _level(long: int, scale: float) -> int:
    """Return a size of the whole picture that shows a part at `scale`, halved as often as it may.

    Few sizes, so that parts of one picture share a decoding.
    """
    while long > MIN_DECODED_PX and scale <= HALF:
        long, scale = long // 2, scale * 2
    return long
