"""The header of a JPEG file (ITU-T T.81), read without decoding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sightline.imaging.exif import orientation, orientation_of_xmp

if TYPE_CHECKING:
    from sightline.imaging.source import Data

EXIF: Final = b"Exif\0\0"
XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_SOF: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MARK, _APP0, _APP1, _APP15 = 0xFF, 0xE0, 0xE1, 0xEF
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_KEPT: Final = frozenset({0xE0, 0xEE})
"""Application segments that change the pixels: JFIF, Adobe."""
MODES: Final = {1: "L", 3: "RGB", 4: "CMYK"}
MAX_SEGMENTS: Final = 4096


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """What stands before the pixels."""

    width: int
    height: int
    components: int
    precision: int
    orientation: int
    """1..8."""
    frame_at: int
    """Where the frame header starts, bytes."""
    dropped: tuple[tuple[int, int], ...]
    """Byte ranges of metadata that a decoder does not need; none where segments are irregular."""


def parse_jpeg(data: Data) -> JpegHeader | None:  # noqa: C901 - one case for each marker
    """Return the header, or None when the structure ends before a frame header."""
    at, turn, xmp_turn = 2, 0, 0
    dropped: list[tuple[int, int]] = []
    junk = False
    for _ in range(MAX_SEGMENTS):
        head = data[at : at + 10]
        if len(head) < 4:  # noqa: PLR2004
            return None
        if head[0] != _MARK or head[1] in {0x00, 0xFF}:
            at, junk = at + 1, True
            continue
        marker = head[1]
        if marker in _ALONE:
            at += 2
            continue
        length = head[2] << 8 | head[3]
        if marker in _SOF:
            if len(head) < 10 or length < 8:  # noqa: PLR2004
                return None
            return JpegHeader(
                width=head[7] << 8 | head[8],
                height=head[5] << 8 | head[6],
                components=head[9],
                precision=head[4],
                orientation=turn or xmp_turn or 1,
                frame_at=at,
                dropped=() if junk else tuple(dropped),
            )
        if marker in {0xD9, 0xDA}:
            return None
        end = at + 2 + length
        if marker == _APP1 and not turn:
            turn, xmp_turn = _turns(data, head, at, end, xmp_turn)
        if _APP0 <= marker <= _APP15 and marker not in _KEPT:
            dropped.append((at, end))
        at = end
    return None


def _turns(data: Data, head: bytes, at: int, end: int, xmp_turn: int) -> tuple[int, int]:
    """Return the orientations that an APP1 segment at `at` states: EXIF's and XMP's."""
    if head[4:10] == EXIF:
        return orientation(data[at + 10 : end]), xmp_turn
    if not xmp_turn and data[at + 4 : at + 4 + len(XMP)] == XMP:
        return 0, orientation_of_xmp(data[at + 4 + len(XMP) : end])
    return 0, xmp_turn


def without_metadata(data: bytes, header: JpegHeader) -> bytes:
    """Return the file without EXIF, XMP, profiles and the like; the pixels are the same."""
    if not header.dropped:
        return data
    parts, at = [], 0
    for start, end in header.dropped:
        parts.append(data[at:start])
        at = end
    parts.append(data[at:])
    return b"".join(parts)
