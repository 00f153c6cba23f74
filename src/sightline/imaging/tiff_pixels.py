"""The pixels of one TIFF page: Pillow where it can, OpenCV for deep colour, then tifffile."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import MissingExtraError, UnreadableImageError
from sightline.core.tone import DEFAULT_TONE, Tone
from sightline.imaging.pillow import hush, open_quietly
from sightline.imaging.tiff import TiffPage, parse_tiff
from sightline.imaging.tone import from_array, to_rgb

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PIL import Image

    Turn = Callable[[Image.Image, int], Image.Image]

_MIN_IS_WHITE, _PALETTE = 0, 3
_PLAIN_BITS = 8
_PLAIN = 1
MAX_DECODED_BYTES: Final = 4 << 30
MAX_PLAIN_BYTES: Final = 64 << 20
MAX_RATIO: Final = 1100
"""Decoded bytes per byte of file, counted above MAX_PLAIN_BYTES: deflate reaches 1032."""
SAFE: Final = frozenset({1, 8, 32946})
"""Compressions that tifffile may decode: none and deflate. Damaged LZW, for one, ends the whole
process inside imagecodecs; Pillow and OpenCV take such files to libtiff, which does not."""


class _UnsafeError(Exception):
    """Tifffile must not be asked."""


def tiff_image(data: bytes, page: int, turn: Turn, tone: Tone = DEFAULT_TONE) -> Image.Image:
    """Return page `page` of a TIFF, upright, RGB.

    Args:
        data: The file.
        page: Counted from 0 over the full-size pages.
        turn: Turns a picture by its EXIF orientation.
        tone: Which channels, and how they become 8 bits.

    Raises:
        UnreadableImageError: It would take too much memory.
        MissingExtraError: Only tifffile could read it, and it is not installed.
        Exception: Whatever the readers raise on a damaged file.
    """
    found = parse_tiff(data, max_pages=page + 1)[page]
    _check_bytes(found, len(data))
    deep_colour = found.bits > _PLAIN_BITS and found.samples > 1
    if deep_colour:
        return turn(from_array(_by_tifffile_or_opencv(data, found), tone), found.orientation)
    try:
        return _by_pillow(data, found, tone)
    except Exception as error:  # noqa: BLE001  tifffile knows kinds that Pillow refuses
        try:
            values = _by_tifffile(data, found)
        except (ImportError, _UnsafeError):
            raise error from None
        return turn(from_array(values, tone), found.orientation)


def _check_bytes(page: TiffPage, file_bytes: int) -> None:
    """Refuse a page whose samples would fill the memory."""
    decoded = _decoded_bytes(page)
    swollen = decoded > MAX_PLAIN_BYTES and decoded > MAX_RATIO * file_bytes
    if swollen or decoded > MAX_DECODED_BYTES:
        raise UnreadableImageError(
            f"{page.samples} bands of {page.bits} bits are too much for one page",
            reason="decompression bomb",
            hint="split the bands, or scale the picture down",
        )


def _decoded_bytes(page: TiffPage) -> int:
    return page.width * page.height * page.samples * page.bits // 8


def _by_pillow(data: bytes, page: TiffPage, tone: Tone) -> Image.Image:
    """Pillow turns a TIFF itself while it loads."""
    with open_quietly(io.BytesIO(data), "TIFF") as image:
        image.seek(page.directory)
        image.load()
        shown = to_rgb(image, deep="stretch", tone=tone)
    plain = page.bits > _PLAIN_BITS or (tone.stretch == "auto" and not tone.channels)
    return shown if plain else from_array(np.asarray(shown), tone)


def _by_tifffile_or_opencv(data: bytes, page: TiffPage) -> NDArray[Any]:
    try:
        return _by_tifffile(data, page)
    except (ImportError, _UnsafeError) as missing:
        values = _by_opencv(data, page)
        if values is None:
            if isinstance(missing, _UnsafeError):
                raise ValueError(f"compression {page.compression}") from missing
            raise MissingExtraError(
                f"a TIFF of {page.samples} bands of {page.bits} bits needs tifffile",
                hint="pip install 'sightline[science]'",
            ) from missing
        return values


def _by_tifffile(data: bytes, page: TiffPage) -> NDArray[Any]:
    cut = page.compression == _PLAIN and _decoded_bytes(page) > len(data)
    if page.compression not in SAFE or cut:
        raise _UnsafeError
    import tifffile

    hush()
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        found = file.pages[page.directory]
        if not isinstance(found, tifffile.TiffPage):
            found = found.aspage()
        values: NDArray[Any] = np.asarray(found.asarray())
        if page.photometric == _PALETTE and found.colormap is not None:
            return np.moveaxis(np.asarray(found.colormap)[:, values] >> 8, 0, -1).astype(np.uint8)
        values = _rows_columns_bands(values, str(found.axes))
    return _inverted(values) if page.photometric == _MIN_IS_WHITE else values


def _rows_columns_bands(values: NDArray[Any], axes: str) -> NDArray[Any]:
    """Return (H, W) or (H, W, bands) of an array whose axes tifffile names."""
    for at, axis in reversed(list(enumerate(axes))):
        if axis not in "YXS":
            values = np.take(values, 0, axis=at)
    left = "".join(axis for axis in axes if axis in "YXS")
    return values if left in {"YX", "YXS"} else np.moveaxis(values, left.index("S"), -1)


def _inverted(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype == np.bool_:
        return ~values
    if np.issubdtype(values.dtype, np.unsignedinteger):
        return np.asarray(np.iinfo(values.dtype).max - values)
    return -values


def _by_opencv(data: bytes, page: TiffPage) -> NDArray[Any] | None:
    """Return (H, W, bands) in stored orientation, or None when OpenCV cannot read it."""
    import cv2

    cv2.utils.logging.setLogLevel(0)
    flags = cv2.IMREAD_UNCHANGED
    found, pages = cv2.imdecodemulti(
        np.frombuffer(data, np.uint8), flags, range=(page.directory, page.directory + 1)
    )
    if not found or not pages or pages[0].shape[:2] != (page.height, page.width):
        return None
    values: NDArray[Any] = pages[0]
    return values[..., 2::-1] if values.ndim == 3 and values.shape[2] >= 3 else values  # noqa: PLR2004
