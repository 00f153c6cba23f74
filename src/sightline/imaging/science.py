"""What a picture holds that a screen cannot show at once: deep samples, channels, pages, units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sightline.imaging.fits import parse_units
from sightline.imaging.header import read_header
from sightline.imaging.limits import DEFAULT_LIMITS, Limits
from sightline.imaging.source import FileWindow
from sightline.imaging.tiff import parse_tiff

if TYPE_CHECKING:
    from pathlib import Path

TONED: Final = frozenset({"TIFF", "FITS", "PNG", "PPM", "JPEG2000", "GIF"})
"""Formats that a tone can make a difference to."""
MAX_UNITS: Final = 100
_DEEP: Final = {"I;16": (16, "uint"), "I": (32, "int"), "F": (32, "float")}
_PLAIN_BITS: Final = 8


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a FITS file that holds pictures."""

    index: int
    name: str
    width: int
    height: int
    planes: int
    bits: int


@dataclass(frozen=True, slots=True)
class Science:
    """What there is to choose from."""

    bits: int
    """Of one sample."""
    kind: str
    """uint, int or float."""
    channels: int
    """Of one pixel; of a FITS cube its planes."""
    pages: int
    """Pages, planes or frames."""
    hdus: tuple[Unit, ...]
    """Of a FITS file."""


def describe(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Science | None:
    """Return what a picture holds; None for 8 bits and one page, of which all is seen.

    Raises:
        UnreadableImageError: It cannot be read.
    """
    header = read_header(path, limits=limits)
    found = _READERS.get(header.format, _of_mode)(path, header.mode, header.pages)
    plain = found.bits <= _PLAIN_BITS and found.pages == 1 and not found.hdus
    return None if plain and found.channels in {1, 3, 4} else found


def _of_mode(_path: Path, mode: str, pages: int) -> Science:
    bits, kind = _DEEP.get(mode, (_PLAIN_BITS, "uint"))
    return Science(bits, kind, 1 if mode in _DEEP or mode == "L" else 3, pages, ())


def _tiff(path: Path, _mode: str, pages: int) -> Science:
    with FileWindow(path) as data:
        (first,) = parse_tiff(data, max_pages=1)
    return Science(first.bits, first.kind, first.samples, pages, ())


def _fits(path: Path, _mode: str, pages: int) -> Science:
    with FileWindow(path) as data:
        units = [
            Unit(one.hdu, one.name, one.width, one.height, one.planes, abs(one.bits))
            for one, _ in zip(parse_units(data), range(MAX_UNITS), strict=False)
        ]
        first = next(parse_units(data))
    kind = "float" if first.bits < 0 else "uint" if first.bits == _PLAIN_BITS else "int"
    return Science(abs(first.bits), kind, first.planes, pages, tuple(units))


_READERS: Final = {"TIFF": _tiff, "FITS": _fits}
