"""The header of a WebP file (RFC 9649), read without decoding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sightline.imaging.exif import orientation, orientation_of_xmp

if TYPE_CHECKING:
    from sightline.imaging.source import Data

_ALPHA: Final = 0x10
_LOSSLESS: Final = 0x2F
MAX_CHUNKS: Final = 4096


@dataclass(frozen=True, slots=True)
class WebpHeader:
    """What the chunks state."""

    width: int
    height: int
    mode: str
    orientation: int
    """1..8."""
    complete: bool
    """The file is as long as it says."""


def parse_webp(data: Data) -> WebpHeader | None:
    """Return the header, or None when the first chunk is not one of a picture."""
    head = data[0:30]
    if len(head) < 25:  # noqa: PLR2004
        return None
    name, turn = head[12:16], 1
    if name == b"VP8X":
        if len(head) < 30:  # noqa: PLR2004
            return None
        width = 1 + int.from_bytes(head[24:27], "little")
        height = 1 + int.from_bytes(head[27:30], "little")
        alpha = bool(head[20] & _ALPHA)
        turn = _orientation(data)
    elif name == b"VP8L" and head[20] == _LOSSLESS:
        bits = int.from_bytes(head[21:25], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        alpha = bool(bits >> 28 & 1)
    elif name == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width = int.from_bytes(head[26:28], "little") & 0x3FFF
        height = int.from_bytes(head[28:30], "little") & 0x3FFF
        alpha = False
    else:
        return None
    return WebpHeader(
        width=width,
        height=height,
        mode="RGBA" if alpha else "RGB",
        orientation=turn,
        complete=len(data) >= 8 + int.from_bytes(head[4:8], "little"),
    )


def _orientation(data: Data) -> int:
    at, xmp_turn = 12, 0
    for _ in range(MAX_CHUNKS):
        head = data[at : at + 8]
        if len(head) < 8:  # noqa: PLR2004
            break
        length = int.from_bytes(head[4:], "little")
        body = slice(at + 8, at + 8 + length)
        if head[:4] == b"EXIF":
            block = data[body]
            turn = orientation(block.removeprefix(b"Exif\0\0"))
            if turn:
                return turn
        elif head[:4] == b"XMP ":
            xmp_turn = orientation_of_xmp(data[body])
        at += 8 + length + (length & 1)
    return xmp_turn or 1
