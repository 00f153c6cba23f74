"""The header of a PNG file (ISO/IEC 15948), read without decoding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sightline.imaging.exif import orientation, orientation_of_xmp

if TYPE_CHECKING:
    from sightline.imaging.source import Data

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_MODES: Final = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}
_DEPTHS: Final = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_XMP_KEY: Final = b"XML:com.adobe.xmp\0"
MAX_XMP_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class PngHeader:
    """What the chunks state."""

    width: int
    height: int
    mode: str
    orientation: int
    """1..8."""
    complete: bool
    """The end chunk is there."""


def parse_png(data: Data) -> PngHeader | None:
    """Return the header, or None when the first chunk is not a valid IHDR."""
    head = data[8:33]
    if len(head) < 25 or head[4:8] != b"IHDR" or head[:4] != b"\0\0\0\r":  # noqa: PLR2004
        return None
    depth, kind = head[16], head[17]
    if depth not in _DEPTHS.get(kind, ()):
        return None
    turn, complete = _walk(data)
    mode = _MODES[kind]
    if depth == 16:  # noqa: PLR2004
        mode = "I;16" if kind == 0 else f"{mode};16"
    elif depth == 1 and kind == 0:
        mode = "1"
    return PngHeader(
        width=int.from_bytes(head[8:12], "big"),
        height=int.from_bytes(head[12:16], "big"),
        mode=mode,
        orientation=turn or 1,
        complete=complete,
    )


def _walk(data: Data) -> tuple[int, bool]:
    """Return (orientation or 0, whether the end chunk is reached)."""
    at, size, turn, xmp_turn = 33, len(data), 0, 0
    while at + 8 <= size:
        head = data[at : at + 8]
        length, name = int.from_bytes(head[:4], "big"), head[4:]
        if name == b"IEND":
            return turn or xmp_turn, True
        if name == b"eXIf" and not turn:
            turn = orientation(data[at + 8 : at + 8 + length])
        elif name == b"iTXt" and length < MAX_XMP_BYTES and not xmp_turn:
            text = data[at + 8 : at + 8 + length]
            xmp_turn = orientation_of_xmp(text) if text.startswith(_XMP_KEY) else 0
        at += 12 + length
    return turn or xmp_turn, False
