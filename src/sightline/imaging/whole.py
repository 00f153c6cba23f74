"""Does a file reach to the end of its picture? Asked of the structure, without decoding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sightline.imaging.source import Data

TAIL: Final = 1 << 16
MAX_BOXES: Final = 10_000
_TO_THE_END: Final = 0
_LARGE: Final = 1


def jpeg_ends(data: Data, frame_at: int) -> bool:
    """Say whether an end marker follows the frame header at `frame_at`, bytes.

    Inside the coded pixels a marker cannot occur by chance, so a missing one means a cut file.
    """
    if isinstance(data, bytes):
        return data.rfind(b"\xff\xd9", frame_at) >= 0
    return b"\xff\xd9" in data[max(frame_at, len(data) - TAIL) : len(data)]


def gif_ends(data: Data) -> bool:
    """Say whether the trailer is there; padding after it is common."""
    return data[max(0, len(data) - TAIL) : len(data)].rstrip(b"\0").endswith(b";")


def gif_frames(data: Data, *, most: int) -> int:
    """Return how many pictures a GIF holds, at least 1 and at most `most`; none is decoded."""
    head = data[10:11]
    at = 13 + _palette_bytes(head[0] if head else 0)
    count = 0
    while count < most:
        mark = data[at : at + 10]
        if mark[:1] == b"!":
            at = _after_blocks(data, at + 2)
        elif mark[:1] == b"," and len(mark) == 10:  # noqa: PLR2004
            count += 1
            at = _after_blocks(data, at + 11 + _palette_bytes(mark[9]))
        else:
            break
    return max(1, count)


def _palette_bytes(packed: int) -> int:
    return 3 << ((packed & 7) + 1) if packed & 128 else 0


def _after_blocks(data: Data, at: int) -> int:
    """Return where a chain of sub-blocks ends, each with its length before it."""
    while length := data[at : at + 1]:
        at += 1 + length[0]
        if not length[0]:
            break
    return at


def bmp_ends(data: Data) -> bool:
    """Say whether an uncompressed bitmap's rows fit in the file."""
    head = data[0:34]
    if len(head) < 34 or int.from_bytes(head[14:18], "little") < 40:  # noqa: PLR2004
        return int.from_bytes(head[2:6], "little") <= len(data)
    if int.from_bytes(head[30:34], "little") not in {0, 3}:
        return int.from_bytes(head[2:6], "little") <= len(data)
    width = abs(int.from_bytes(head[18:22], "little", signed=True))
    height = abs(int.from_bytes(head[22:26], "little", signed=True))
    row = (width * int.from_bytes(head[28:30], "little") + 31) // 32 * 4
    return int.from_bytes(head[10:14], "little") + row * height <= len(data)


def boxes_end(data: Data) -> bool:
    """Say whether the boxes of an ISO base media file (HEIF, AVIF, JP2) fit in the file."""
    at, size = 0, len(data)
    for _ in range(MAX_BOXES):
        if at >= size:
            return at == size
        head = data[at : at + 16]
        length = int.from_bytes(head[:4], "big")
        if length == _TO_THE_END:
            return True
        if length == _LARGE:
            length = int.from_bytes(head[8:16], "big")
        if length < 8 or len(head) < 8:  # noqa: PLR2004
            return True  # bytes after the last box are nobody's concern
        at += length
    return True


def jpeg2000_ends(data: Data) -> bool:
    """Say whether the codestream's end marker stands near the end of the file."""
    return b"\xff\xd9" in data[max(0, len(data) - TAIL) : len(data)]
