"""What a picture is, from its first bytes: format, size, orientation, pages. Never decodes."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sightline.core.errors import MissingExtraError, UnreadableImageError
from sightline.imaging import whole
from sightline.imaging.exif import display_size
from sightline.imaging.fits import FitsImage, parse_fits, parse_units
from sightline.imaging.jpeg import MODES, parse_jpeg
from sightline.imaging.limits import DEFAULT_LIMITS, Limits
from sightline.imaging.pillow import open_quietly
from sightline.imaging.png import parse_png
from sightline.imaging.sniff import FOREIGN, sniff
from sightline.imaging.source import FileWindow, Source, empty, name_of
from sightline.imaging.tiff import parse_tiff
from sightline.imaging.webp import parse_webp

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.imaging.source import Data


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says of itself; sizes are pixels."""

    format: str
    """JPEG, PNG, WEBP, GIF, BMP, TIFF, FITS, HEIF, AVIF, PPM or JPEG2000."""
    width: int
    """As shown: after orientation. Of the first page."""
    height: int
    raw_width: int
    """As stored: before orientation."""
    raw_height: int
    orientation: int
    """EXIF, 1..8; 1 also where the decoder turns the picture itself."""
    pages: int
    """Pages of a TIFF, planes of a FITS cube, frames of a GIF; else 1."""
    mode: str
    """What a pixel is: L, RGB, I;16, F and the like."""
    page_sizes: tuple[tuple[int, int], ...] = ()
    """(width, height) of each page as shown; only of a TIFF with more than one. The planes of a
    FITS cube and the frames of a GIF are all of one size."""
    complete: bool = True
    """The structure reaches its end; a file that does not is most likely cut off."""


def read_header(
    source: Source, *, limits: Limits = DEFAULT_LIMITS, hdu: int | None = None
) -> Header:
    """Return the header of a picture; of a file only the needed blocks are read.

    Args:
        source: A file, or its bytes.
        limits: What is refused.
        hdu: Which unit of a FITS file, counted from 0; None: the first with a picture.

    Raises:
        UnreadableImageError: It is not a picture that can be read, or over a limit.
        MissingExtraError: Reading it needs an optional package.
    """
    if isinstance(source, bytes):
        return _read(source, source, limits, hdu)
    with FileWindow(source) as window:
        return _read(window, source, limits, hdu)


def _read(data: Data, source: Source, limits: Limits, hdu: int | None) -> Header:
    if not len(data):
        raise empty(source)
    kind = sniff(data[0:512])
    reader = READERS.get(kind)
    if reader is None:
        raise _not_an_image(kind, source)
    try:
        header = reader(data, source, limits)
        if kind == "FITS" and hdu is not None:
            header = _unit(data, source, limits, hdu)
    except (UnreadableImageError, MissingExtraError):
        raise
    except Exception as error:
        raise broken(f"its {kind} header is not valid ({error})", source) from error
    sizes = header.page_sizes or ((header.width, header.height),)
    for width, height in sizes:
        if width < 1 or height < 1:
            raise broken("its header states no size", source)
        limits.check(width, height, len(data))
    return header


def broken(why: str, source: Source, *, reason: str = "not an image") -> UnreadableImageError:
    """Return the error of a file that starts like a picture and is none."""
    return UnreadableImageError(
        f"{name_of(source)} cannot be read: {why}",
        reason=reason,
        hint="open it in another program and save it again, or leave it out",
    )


def _not_an_image(kind: str, source: Source) -> UnreadableImageError:
    if kind in FOREIGN:
        return UnreadableImageError(
            f"{name_of(source)} is {kind}, which is not read",
            reason="unsupported",
            hint="convert it to JPEG, PNG or TIFF",
        )
    return broken("its content is not that of a picture", source)


def _cut(kind: str, source: Source) -> UnreadableImageError:
    return UnreadableImageError(
        f"{name_of(source)} ends inside its {kind} header",
        reason="truncated",
        hint="copy the file again",
    )


def _jpeg(data: Data, source: Source, _limits: Limits) -> Header:
    found = parse_jpeg(data)
    if found is None:
        raise _cut("JPEG", source)
    mode = MODES.get(found.components)
    if mode is None or found.precision != 8:  # noqa: PLR2004
        raise UnreadableImageError(
            f"{name_of(source)} is a JPEG with {found.components} bands of "
            f"{found.precision} bits, which is not read",
            reason="unsupported",
            hint="save it as an 8-bit JPEG or a PNG",
        )
    ends = whole.jpeg_ends(data, found.frame_at)
    size = (found.width, found.height)
    return _one("JPEG", size, found.orientation, mode, complete=ends)


def _png(data: Data, source: Source, _limits: Limits) -> Header:
    found = parse_png(data)
    if found is None:
        raise (_cut if len(data) < 33 else _bad_png)("PNG", source)  # noqa: PLR2004
    size = (found.width, found.height)
    return _one("PNG", size, found.orientation, found.mode, complete=found.complete)


def _bad_png(_kind: str, source: Source) -> UnreadableImageError:
    return broken("its PNG header is not valid", source)


def _webp(data: Data, source: Source, _limits: Limits) -> Header:
    found = parse_webp(data)
    if found is None:
        raise _cut("WebP", source)
    size = (found.width, found.height)
    return _one("WEBP", size, found.orientation, found.mode, complete=found.complete)


def _tiff(data: Data, source: Source, limits: Limits) -> Header:
    pages = parse_tiff(data, max_pages=limits.max_pages)
    if not pages:
        raise broken("its TIFF directory holds no picture", source)
    first = pages[0]
    sizes = tuple(display_size(page.width, page.height, page.orientation) for page in pages)
    return Header(
        format="TIFF",
        width=sizes[0][0],
        height=sizes[0][1],
        raw_width=first.width,
        raw_height=first.height,
        orientation=first.orientation,
        pages=len(pages),
        mode=first.mode,
        page_sizes=sizes if len(sizes) > 1 else (),
        complete=all(page.end <= len(data) for page in pages),
    )


def _fits(data: Data, source: Source, limits: Limits) -> Header:
    found = parse_fits(data)
    if found is None:
        raise UnreadableImageError(
            f"{name_of(source)} is a FITS file without a picture",
            reason="not an image",
            hint="tables and spectra are not shown; leave it out",
        )
    return _planes(found, limits)


def _unit(data: Data, source: Source, limits: Limits, hdu: int) -> Header:
    found = parse_fits(data, hdu)
    if found is None:
        known = ", ".join(str(one.hdu) for one in parse_units(data))
        raise UnreadableImageError(
            f"{name_of(source)} has no picture in HDU {hdu}",
            reason="no such HDU",
            hint=f"it has pictures in {known}, counted from 0",
        )
    return _planes(found, limits)


def _planes(found: FitsImage, limits: Limits) -> Header:
    mode = "F" if found.bits < 0 else {8: "L", 16: "I;16"}.get(found.bits, "I")
    header = _one("FITS", (found.width, found.height), 1, mode, complete=found.complete)
    return replace(header, pages=min(found.planes, limits.max_pages))


def _gif(data: Data, source: Source, limits: Limits) -> Header:
    header = _by_pillow("GIF", whole.gif_ends)(data, source, limits)
    return replace(header, pages=whole.gif_frames(data, most=limits.max_pages))


def _heif(data: Data, source: Source, _limits: Limits) -> Header:
    from sightline.imaging.heif import heif_header

    size, mode = heif_header(data if isinstance(data, bytes) else source)
    return _one("HEIF", size, 1, mode, complete=whole.boxes_end(data))


def _by_pillow(kind: str, ends: Callable[[Data], bool]) -> Reader:
    def read(data: Data, source: Source, _limits: Limits) -> Header:
        raw = io.BytesIO(data) if isinstance(data, bytes) else Path(str(source))
        with open_quietly(raw, kind) as image:
            turn = image.getexif().get(0x0112, 1) if kind == "AVIF" else 1
            turn = turn if turn in range(1, 9) else 1
            return _one(kind, image.size, turn, image.mode, complete=ends(data))

    return read


def _one(kind: str, size: tuple[int, int], turn: int, mode: str, *, complete: bool) -> Header:
    width, height = display_size(*size, turn)
    return Header(kind, width, height, *size, turn, 1, mode, (), complete)


if TYPE_CHECKING:
    Reader = Callable[[Data, Source, Limits], Header]

READERS: Final[dict[str, Reader]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "WEBP": _webp,
    "TIFF": _tiff,
    "FITS": _fits,
    "HEIF": _heif,
    "AVIF": _by_pillow("AVIF", whole.boxes_end),
    "GIF": _gif,
    "BMP": _by_pillow("BMP", whole.bmp_ends),
    "PPM": _by_pillow("PPM", lambda _data: True),
    "JPEG2000": _by_pillow("JPEG2000", whole.jpeg2000_ends),
}
