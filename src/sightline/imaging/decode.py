"""From the bytes of a picture to upright 8-bit RGB, in one way."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, JpegImagePlugin

from sightline.core.errors import MissingExtraError, UnreadableImageError
from sightline.core.tone import DEFAULT_TONE, Tone
from sightline.imaging.fits import parse_fits, read_bands, read_fits
from sightline.imaging.header import Header, broken, read_header
from sightline.imaging.jpeg import parse_jpeg, without_metadata
from sightline.imaging.limits import DEFAULT_LIMITS, Limits
from sightline.imaging.pillow import open_quietly
from sightline.imaging.source import Source, name_of, read_source
from sightline.imaging.tone import from_array, to_rgb

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.arrays import U8

_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Need:
    """How many pixels a decoded picture must keep; None: all of them."""

    short_px: int | None
    long_px: int | None

    def scale(self, width: int, height: int) -> int:
        """Return by how much a JPEG may be shrunk while it is decoded: 1, 2, 4 or 8."""
        if self.short_px is None and self.long_px is None:
            return 1
        short, long = min(width, height), max(width, height)
        fits = (
            scale
            for scale in (8, 4, 2)
            if short // scale >= max(1, self.short_px or 1) and long // scale >= (self.long_px or 1)
        )
        return next(fits, 1)


@dataclass(frozen=True, slots=True)
class _Want:
    """What is wanted of a file."""

    page: int
    need: Need
    tone: Tone


_CUT: Final = ("truncated", "broken data stream", "unexpected end", "not enough", "incomplete")


def decode(
    source: Source,
    *,
    page: int = 0,
    min_side_px: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    tone: Tone = DEFAULT_TONE,
) -> U8:
    """Return a picture as it is shown: (H, W, 3), RGB, uint8, upright.

    Args:
        source: A file, or its bytes.
        page: Of a TIFF, plane of a FITS cube or frame of a GIF, counted from 0.
        min_side_px: A JPEG may be decoded at 1/2, 1/4 or 1/8 as long as its short side keeps
            this many pixels; other formats always come whole.
        limits: What is refused.
        tone: How samples of more than 8 bits become 8.

    Raises:
        UnreadableImageError: It cannot be read; `reason` says why in two words.
        MissingExtraError: Reading it needs an optional package.
    """
    return np.array(upright(source, page=page, min_side_px=min_side_px, limits=limits, tone=tone))


def upright(
    source: Source,
    *,
    page: int = 0,
    min_side_px: int | None = None,
    min_long_px: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    tone: Tone = DEFAULT_TONE,
) -> Image.Image:
    """Return what `decode` returns, as a Pillow picture of mode RGB.

    `min_long_px` is for the long side what `min_side_px` is for the short one.
    """
    need = Need(min_side_px, min_long_px)
    data = read_source(source)
    header = read_header(data, limits=limits, hdu=tone.hdu)
    if not 0 <= page < header.pages:
        raise UnreadableImageError(
            f"{name_of(source)} has no page {page}",
            reason="no such page",
            hint=f"it has {header.pages}, counted from 0",
        )
    if tone.slice is not None:
        page = min(tone.slice, header.pages - 1)
    reader = _READERS.get(header.format, _by_pillow)
    try:
        image = reader(data, header, _Want(page, need, tone))
        image.load()
        _check_size(image, header, page, need)
    except (UnreadableImageError, MissingExtraError):
        raise
    except MemoryError as error:
        raise broken("it does not fit in memory", source, reason="decompression bomb") from error
    except Exception as error:
        raise _failure(error, header, source) from error
    return image


def _check_size(image: Image.Image, header: Header, page: int, need: Need) -> None:
    """Refuse a picture that is not as large as its header says: coordinates would be off."""
    width, height = header.page_sizes[page] if header.page_sizes else (header.width, header.height)
    scale = need.scale(width, height) if header.format == "JPEG" else 1
    if image.size != (-(-width // scale), -(-height // scale)):
        raise ValueError(f"{width} x {height} pixels are stated, {image.size} decoded")


def _failure(error: Exception, header: Header, source: Source) -> UnreadableImageError:
    """Return what a reader's failure means for the person who owns the file."""
    text = str(error).lower()
    cut = isinstance(error, EOFError) or not header.complete or any(word in text for word in _CUT)
    if cut:
        return UnreadableImageError(
            f"{name_of(source)} is cut off ({header.format}: {error})",
            reason="truncated",
            hint="copy the file again",
        )
    return broken(f"its {header.format} data are damaged ({error})", source, reason="corrupt")


def _turn(image: Image.Image, orientation: int) -> Image.Image:
    method = _TURNS.get(orientation)
    return image if method is None else image.transpose(method)


def _jpeg(data: bytes, header: Header, want: _Want) -> Image.Image:
    found = parse_jpeg(data)
    raw = data if found is None else without_metadata(data, found)
    image = JpegImagePlugin.JpegImageFile(io.BytesIO(raw))
    scale = want.need.scale(header.width, header.height)
    if scale > 1:
        image.draft(image.mode, (max(1, image.width // scale), max(1, image.height // scale)))
    image.load()
    return _turn(to_rgb(image, deep="shift"), header.orientation)


def _by_pillow(data: bytes, header: Header, want: _Want) -> Image.Image:
    with open_quietly(io.BytesIO(data), header.format) as image:
        if want.page:
            image.seek(want.page)
        image.load()
        return _turn(to_rgb(image, deep="shift", tone=want.tone), header.orientation)


def _tiff(data: bytes, _header: Header, want: _Want) -> Image.Image:
    from sightline.imaging.tiff_pixels import tiff_image

    return tiff_image(data, want.page, _turn, want.tone)


def _fits(data: bytes, _header: Header, want: _Want) -> Image.Image:
    from sightline.imaging.pillow import hush

    hush()
    found = parse_fits(data, want.tone.hdu)
    if found is None:
        raise ValueError("no picture")
    channels = want.tone.channels
    if channels and max(channels) < found.planes:
        bands = read_bands(data, found, channels)
        return from_array(
            bands if len(channels) > 1 else bands[..., 0], replace(want.tone, channels=())
        )
    return from_array(read_fits(data, found, want.page), want.tone)


def _heif(data: bytes, _header: Header, want: _Want) -> Image.Image:
    from sightline.imaging.heif import heif_image

    return to_rgb(heif_image(data), deep="shift", tone=want.tone)


if TYPE_CHECKING:
    Reader = Callable[[bytes, Header, _Want], Image.Image]

_READERS: Final[dict[str, Reader]] = {
    "JPEG": _jpeg,
    "TIFF": _tiff,
    "FITS": _fits,
    "HEIF": _heif,
}
