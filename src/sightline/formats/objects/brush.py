"""Label Studio's brush masks: pixels of four channels as packed runs, row by row.

The packing is that of thi.ng's `rle-pack`: 32 bits count the values, 5 bits give their width less
one, four times 4 bits give widths less one for lengths; then come packets. The first bit of a
packet says whether one value is repeated, two bits say which of the widths its length less one has;
then that length, and the value or as many values. The last of the four channels is what counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.geometry.masks import decode
from sightline.formats.objects.windows import MOST_PIXELS, mask_at, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import I64
    from sightline.core.geometry.shapes import Mask

CHANNELS: Final = 4
_WIDTHS: Final = (3, 4, 8, 16)
_WORD: Final = 8
_HEAD_BITS: Final = 32 + 5 + 4 * 4
_FULL: Final = 255


def mask_of_brush(data: Sequence[int], width: int, height: int) -> Mask:
    """Return the mask of packed bytes; every value but 0 of the last channel is set.

    Raises:
        ValueError: They end in the middle, are of another size, or no pixel is set.
    """
    if not (width > 0 and height > 0 and width * height <= MOST_PIXELS):
        raise ValueError(f"a mask of {width} x {height} pixels")
    lengths, values = _runs(bytes(data), CHANNELS * width * height)
    ends = np.cumsum(lengths)
    pixels = np.diff(ends // CHANNELS, prepend=0)  # those whose last channel the run holds
    window = np.repeat(values != 0, pixels).reshape(height, width)
    return mask_at(window, 0, 0, width, height)


def brush_of(mask: Mask) -> list[int]:
    """Return a mask as packed bytes, all four channels alike: 255 where it is set.

    Raises:
        ValueError: There are too many pixels.
    """
    if mask.width * mask.height > MOST_PIXELS:
        raise ValueError(f"a mask of {mask.width} x {mask.height} pixels")
    runs = (rows_of(decode(mask)) * CHANNELS).tolist()
    bits = [f"{CHANNELS * mask.width * mask.height:032b}{_WORD - 1:05b}"]
    bits += [f"{one - 1:04b}" for one in _WIDTHS]
    for place, length in enumerate(runs):
        word = f"{_FULL if place % 2 else 0:08b}"
        bits += [packet + word for packet in _packets(length)]
    text = "".join(bits)
    text += "0" * (-len(text) % 8)
    return list(int(text, 2).to_bytes(len(text) // 8, "big"))


def _packets(length: int) -> list[str]:
    """Return what stands before the value for each part of a run."""
    found = []
    most = 1 << _WIDTHS[-1]
    while length > 0:
        part = min(length, most)
        place = next(at for at, bits in enumerate(_WIDTHS) if part <= 1 << bits)
        found.append(f"1{place:02b}{part - 1:0{_WIDTHS[place]}b}")
        length -= part
    return found


def _runs(data: bytes, wanted: int) -> tuple[I64, I64]:
    """Return lengths and values, `wanted` values in all."""
    text = (np.unpackbits(np.frombuffer(data, np.uint8)) + ord("0")).tobytes().decode("ascii")
    if len(text) < _HEAD_BITS:
        raise ValueError("its brush is cut off")
    count, word = int(text[:32], 2), int(text[32:37], 2) + 1
    widths = [int(text[at : at + 4], 2) + 1 for at in range(37, _HEAD_BITS, 4)]
    if count != wanted:
        raise ValueError(f"its brush is of {count} values, its picture of {wanted}")
    lengths: list[int] = []
    values: list[int] = []
    at, done = _HEAD_BITS, 0
    while done < count:
        bits = widths[int(text[at + 1 : at + 3] or "0", 2)]
        start = at + 3 + bits
        if start + word > len(text):
            raise ValueError("its brush is cut off")
        part = int(text[at + 3 : start], 2) + 1
        repeated = text[at] == "1"
        words = 1 if repeated else part
        at = start + words * word
        if at > len(text) or done + part > count:
            raise ValueError("its brush is damaged")
        values += [int(text[one : one + word], 2) for one in range(start, at, word)]
        lengths += [part] if repeated else [1] * part
        done += part
    return np.asarray(lengths, np.int64), np.asarray(values, np.int64)
