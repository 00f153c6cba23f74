"""FITS (standard 4.0): the first two-dimensional picture of a file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import MissingExtraError, UnreadableImageError

if TYPE_CHECKING:
    from sightline.core.arrays import F64
    from sightline.imaging.source import Data

BLOCK: Final = 2880
CARD: Final = 80
MAX_UNITS: Final = 1000
MAX_BLOCKS: Final = 2000
_TYPES: Final = {8: ">u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
Cards = dict[str, str]


@dataclass(frozen=True, slots=True)
class FitsImage:
    """Where the first picture is and what its samples are."""

    width: int
    height: int
    bits: int
    """BITPIX: 8, 16, 32, 64, -32 or -64."""
    start: int
    """First byte of the samples."""
    scale: float
    zero: float
    blank: int | None
    compressed: bool
    """Tile-compressed: the samples are not plain."""
    complete: bool
    """The file reaches to the end of the picture."""


def parse_fits(data: Data) -> FitsImage | None:
    """Return the first picture of two or more dimensions, or None when there is none."""
    at = 0
    for _ in range(MAX_UNITS):
        cards, start = _cards(data, at)
        if not cards:
            return None
        image = _image(cards, start, len(data))
        if image is not None:
            return image
        size = _data_bytes(cards)
        if size is None:
            return None
        at = start + math.ceil(size / BLOCK) * BLOCK
        if at >= len(data):
            return None
    return None


def _cards(data: Data, at: int) -> tuple[Cards, int]:
    """Return the header that starts at `at` and where its data start."""
    cards: Cards = {}
    for number in range(MAX_BLOCKS):
        block = data[at + number * BLOCK : at + (number + 1) * BLOCK]
        for start in range(0, len(block) - CARD + 1, CARD):
            card = block[start : start + CARD]
            key = card[:8].decode("ascii", "replace").strip()
            if key == "END":
                return cards, at + (number + 1) * BLOCK
            if card[8:10] == b"= " and key not in cards:
                cards[key] = _value(card[10:].decode("ascii", "replace"))
        if len(block) < BLOCK:
            break
    return {}, 0


def _value(text: str) -> str:
    text = text.strip()
    if text.startswith("'"):
        return text[1:].split("'")[0].rstrip()
    return text.split("/")[0].strip()


def _integer(cards: Cards, key: str, default: int = 0) -> int:
    try:
        return int(cards.get(key, default))
    except ValueError:
        return default


def _number(cards: Cards, key: str, default: float) -> float:
    try:
        value = float(str(cards.get(key, default)).upper().replace("D", "E"))
    except ValueError:
        return default
    return value if math.isfinite(value) else default


def _data_bytes(cards: Cards) -> int | None:
    axes = _integer(cards, "NAXIS")
    if not 0 <= axes <= 999:  # noqa: PLR2004
        return None
    sizes = [_integer(cards, f"NAXIS{axis + 1}") for axis in range(axes)]
    if any(size < 0 for size in sizes):
        return None
    if sizes and sizes[0] == 0 and cards.get("GROUPS") == "T":
        sizes = sizes[1:]
    values = math.prod(sizes) if sizes else 0
    groups, extra = _integer(cards, "GCOUNT", 1), _integer(cards, "PCOUNT")
    return abs(_integer(cards, "BITPIX")) // 8 * groups * (extra + values)


def _image(cards: Cards, start: int, size: int) -> FitsImage | None:
    kind = cards.get("XTENSION", "IMAGE")
    packed = kind == "BINTABLE" and cards.get("ZIMAGE") == "T"
    if kind != "IMAGE" and not packed:
        return None
    mark = "Z" if packed else ""
    width, height = _integer(cards, f"{mark}NAXIS1"), _integer(cards, f"{mark}NAXIS2")
    bits = _integer(cards, f"{mark}BITPIX")
    if _integer(cards, f"{mark}NAXIS") < 2 or width < 1 or height < 1 or bits not in _TYPES:  # noqa: PLR2004
        return None
    needed = (_data_bytes(cards) or 0) if packed else width * height * abs(bits) // 8
    blank = _integer(cards, "BLANK") if "BLANK" in cards and bits > 0 else None
    return FitsImage(
        width=width,
        height=height,
        bits=bits,
        start=start,
        scale=_number(cards, "BSCALE", 1.0),
        zero=_number(cards, "BZERO", 0.0),
        blank=blank,
        compressed=packed,
        complete=start + needed <= size,
    )


def read_fits(data: bytes, image: FitsImage) -> F64:
    """Return the first plane, (H, W), first row on top; blank samples are NaN.

    FITS counts rows from the bottom; they are turned so that the picture is upright.

    Raises:
        UnreadableImageError: The samples end early or are not valid.
        MissingExtraError: The picture is tile-compressed and astropy is not installed.
    """
    if image.compressed:
        return _read_compressed(data)[::-1]
    kind = np.dtype(_TYPES[image.bits])
    count = image.width * image.height
    if not image.complete:
        raise UnreadableImageError(
            "the FITS file ends before its picture does",
            reason="truncated",
            hint="copy the file again",
        )
    raw = np.frombuffer(data, kind, count=count, offset=image.start)
    with np.errstate(all="ignore"):  # any bits may stand for a float; what is no number is black
        values: F64 = raw.astype(np.float64) * image.scale + image.zero
    if image.blank is not None:
        values[raw == image.blank] = np.nan
    return values.reshape(image.height, image.width)[::-1]


def _read_compressed(data: bytes) -> F64:
    try:
        from astropy.io import fits
    except ImportError as error:
        raise MissingExtraError(
            "a tile-compressed FITS file needs astropy", hint="pip install 'sightline[science]'"
        ) from error
    import io

    with fits.open(io.BytesIO(data), memmap=False) as units:
        for unit in units:
            if isinstance(unit, fits.CompImageHDU):
                plane = np.asarray(unit.data, np.float64)
                first: F64 = plane.reshape(-1, *plane.shape[-2:])[0]
                return first
    raise UnreadableImageError(
        "the FITS file has no picture that can be read", reason="unsupported", hint="convert it"
    )
