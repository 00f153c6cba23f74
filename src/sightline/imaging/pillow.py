"""Pillow, held to what we want of it: chosen formats, no warnings, no limit but ours."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import logging
import warnings
from pathlib import Path
from typing import IO, Final

import PIL
from PIL import Image

Image.MAX_IMAGE_PIXELS = None
# Pillow's one limit for a whole process; ours are per call and checked before anything is decoded.

logging.getLogger("PIL").setLevel(logging.CRITICAL)
# It logs what it raises as well.

_QUIET: Final = r"(PIL|astropy|tifffile|pillow_heif)(\..*)?"


def hush() -> None:
    """Keep image libraries from warning about odd metadata; cheap, and safe from any thread.

    A file that they warn about is either read, or refused with a reason.
    """
    first = warnings.filters[0] if warnings.filters else None
    pattern = getattr(first[3], "pattern", first[3]) if first else None
    if first is None or first[0] != "ignore" or pattern != _QUIET:
        warnings.filterwarnings("ignore", module=_QUIET)


@functools.cache
def hush_libtiff() -> None:
    """Keep Pillow's own libtiff from writing to standard error about damaged files.

    Pillow silences its warnings, not its errors; those reach Python as exceptions anyway. Where
    the library is not a file of its own (Windows) nothing is done.
    """
    folder = Path(PIL.__file__).parent
    for found in (*folder.parent.glob("pillow.libs/libtiff*"), *folder.glob(".dylibs/libtiff*")):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(str(found)).TIFFSetErrorHandler(None)


def open_quietly(file: IO[bytes] | Path, kind: str) -> Image.Image:
    """Open `file` as the one format `kind`; nothing is decoded yet.

    Raises:
        OSError: It is not that format, and whatever else Pillow's readers raise.
    """
    hush()
    if kind == "TIFF":
        hush_libtiff()
    formats = {"BMP": ["BMP", "DIB"]}.get(kind, [kind])
    return Image.open(file, formats=formats)
