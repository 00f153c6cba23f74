"""The pictures that crops were cut from last, decoded: who draws cuts from one again and again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from sightline.imaging.decode import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.crop_heads.rows import Pictured
    from sightline.core.arrays import U8
    from sightline.imaging.limits import Limits

HELD_BYTES: Final = 96 << 20
"""Of decoded pictures; a larger one is decoded each time."""


class HeldPictures:
    """Decodes pictures and holds the last ones. Safe for threads."""

    def __init__(self, limits: Callable[[], Limits], *, limit_bytes: int = HELD_BYTES) -> None:
        self._limits = limits
        self._limit_bytes = limit_bytes
        self._held: OrderedDict[tuple[str, str, int, str], U8] = OrderedDict()
        self._lock = threading.Lock()

    def pixels(self, picture: Pictured) -> U8:
        """Return a picture (H, W, 3), upright; not to be written to.

        Raises:
            UnreadableImageError: It cannot be read.
        """
        key = str(picture.path), picture.digest, picture.page, picture.tone.key()
        with self._lock:
            known = self._held.get(key)
            if known is not None:
                self._held.move_to_end(key)
                return known
        found = decode(picture.path, page=picture.page, limits=self._limits(), tone=picture.tone)
        with self._lock:
            if found.nbytes <= self._limit_bytes:
                self._held[key] = found
            while sum(one.nbytes for one in self._held.values()) > self._limit_bytes:
                self._held.popitem(last=False)
        return found
