"""EXIF orientation: which way up a picture is shown (EXIF 2.32, tag 0x0112)."""

from __future__ import annotations

import re
from typing import Final, Literal

Order = Literal["little", "big"]
_ORDERS: Final[dict[bytes, Order]] = {b"II*\0": "little", b"MM\0*": "big"}
_XMP: Final = re.compile(rb"tiff:Orientation(?:=[\"']|>)([1-8])")
MAX_ENTRIES: Final = 512
TURNED: Final = frozenset({5, 6, 7, 8})
"""Orientations that swap width and height."""


def orientation(tiff: bytes) -> int:
    r"""Return the orientation, 1..8, that an EXIF block states; 0 when it states none.

    Args:
        tiff: The block from its byte order mark on, without the leading `Exif\0\0`.
    """
    order = _ORDERS.get(tiff[:4])
    if order is None:
        return 0
    wanted = (0x0112).to_bytes(2, order)
    start = int.from_bytes(tiff[4:8], order)
    count = int.from_bytes(tiff[start : start + 2], order)
    entries = tiff[start + 2 : start + 2 + 12 * min(count, MAX_ENTRIES)]
    for at in range(0, len(entries) - 11, 12):
        if entries[at : at + 2] == wanted:
            return _value(entries[at : at + 12], order)
    return 0


def _value(entry: bytes, order: Order) -> int:
    kind = int.from_bytes(entry[2:4], order)
    value = int.from_bytes(entry[8 : 8 + {1: 1, 4: 4}.get(kind, 2)], order)
    return value if 1 <= value <= 8 else 0  # noqa: PLR2004


def orientation_of_xmp(packet: bytes) -> int:
    """Return the orientation, 1..8, that an XMP packet states; 0 when it states none."""
    match = _XMP.search(packet)
    return int(match[1]) if match else 0


def display_size(width: int, height: int, turn: int) -> tuple[int, int]:
    """Return (width, height) in pixels once the picture is upright."""
    return (height, width) if turn in TURNED else (width, height)
