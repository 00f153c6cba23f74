"""FITS (standard 4.0): the pictures of a file, unit by unit, and the planes of a cube."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import MissingExtraError, UnreadableImageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sightline.core.arrays import F64
    from sightline.imaging.source import Data

BLOCK: Final = 2880
CARD: Final = 80
MAX_UNITS: Final = 1000
MAX_BLOCKS: Final = 2000
MAX_AXES: Final = 16
_TYPES: Final = {8: ">u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
Cards = dict[str, str]


@dataclass(frozen=True, slots=True)
class FitsImage:
    """Where the pictures of a unit are and what their samples are."""

    hdu: int
    """Which unit of the file, counted from 0."""
    name: str
    """EXTNAME, or empty."""

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
    planes: int
    """Pictures of this size that follow each other: the product of the axes beyond the second."""
    complete: bool
    """The file reaches to the end of the first picture."""


def parse_fits(data: Data, hdu: int | None = None) -> FitsImage | None:
    """Return the unit `hdu` with its pictures, None: the first that has some; None without one."""
    return next((one for one in parse_units(data) if hdu in {None, one.hdu}), None)


def parse_units(data: Data) -> Iterator[FitsImage]:
    """Yield the units that hold pictures, of two or more dimensions, in order."""
    at = 0
    for number in range(MAX_UNITS):
        cards, start = _cards(data, at)
        if not cards:
            return
        image = _image(cards, start, len(data), number)
        if image is not None:
            yield image
        size = _data_bytes(cards)
        if size is None:
            return
        at = start + math.ceil(size / BLOCK) * BLOCK
        if at >= len(data):
            return


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


def _image(cards: Cards, start: int, size: int, hdu: int) -> FitsImage | None:
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
        hdu=hdu,
        name=cards.get("EXTNAME", ""),
        width=width,
        height=height,
        bits=bits,
        start=start,
        scale=_number(cards, "BSCALE", 1.0),
        zero=_number(cards, "BZERO", 0.0),
        blank=blank,
        compressed=packed,
        planes=_planes(cards, mark),
        complete=start + needed <= size,
    )


def _planes(cards: Cards, mark: str) -> int:
    axes = min(_integer(cards, f"{mark}NAXIS"), MAX_AXES)
    return math.prod(max(1, _integer(cards, f"{mark}NAXIS{axis + 1}")) for axis in range(2, axes))


def read_fits(data: bytes, image: FitsImage, plane: int = 0) -> F64:
    """Return one plane, (H, W), first row on top; blank samples are NaN.

    FITS counts rows from the bottom; they are turned so that the picture is upright.

    Raises:
        UnreadableImageError: The samples end early or are not valid.
        MissingExtraError: The picture is tile-compressed and astropy is not installed.
    """
    if image.compressed:
        return _read_compressed(data, image.hdu, plane)[::-1]
    kind = np.dtype(_TYPES[image.bits])
    count = image.width * image.height
    start = image.start + plane * count * kind.itemsize
    if start + count * kind.itemsize > len(data):
        raise UnreadableImageError(
            "the FITS file ends before its picture does",
            reason="truncated",
            hint="copy the file again",
        )
    raw = np.frombuffer(data, kind, count=count, offset=start)
    with np.errstate(all="ignore"):  # any bits may stand for a float; what is no number is black
        values: F64 = raw.astype(np.float64) * image.scale + image.zero
    if image.blank is not None:
        values[raw == image.blank] = np.nan
    return values.reshape(image.height, image.width)[::-1]


def read_bands(data: bytes, image: FitsImage, planes: Sequence[int]) -> F64:
    """Return several planes as bands, (H, W, B)."""
    return np.stack([read_fits(data, image, plane) for plane in planes], axis=2)


def _read_compressed(data: bytes, hdu: int, plane: int) -> F64:
    try:
        from astropy.io import fits
    except ImportError as error:
        raise MissingExtraError(
            "a tile-compressed FITS file needs astropy", hint="pip install 'sightline[science]'"
        ) from error
    import io

    with fits.open(io.BytesIO(data), memmap=False) as units:
        unit = units[hdu] if hdu < len(units) else None
        if isinstance(unit, fits.CompImageHDU):
            cube = np.asarray(unit.data, np.float64)
            first: F64 = cube.reshape(-1, *cube.shape[-2:])[plane]
            return first
    raise UnreadableImageError(
        "the FITS file has no picture that can be read", reason="unsupported", hint="convert it"
    )
