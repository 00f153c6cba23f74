"""HEIC and HEIF through the extra `heic`. libheif turns the picture upright itself."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.core.errors import MissingExtraError

if TYPE_CHECKING:
    from PIL import Image

    from sightline.imaging.source import Source


def _open(source: Source) -> Any:
    try:
        import pillow_heif
    except ImportError as error:
        raise MissingExtraError(
            "reading HEIC needs the extra `heic`", hint="pip install 'sightline[heic]'"
        ) from error
    file = io.BytesIO(source) if isinstance(source, bytes) else Path(source)
    return pillow_heif.open_heif(file, convert_hdr_to_8bit=True)


def heif_header(source: Source) -> tuple[tuple[int, int], str]:
    """Return ((width, height) as shown, mode) of the primary picture.

    Raises:
        MissingExtraError: pillow-heif is not installed.
    """
    file = _open(source)
    return file.size, str(file.mode)


def heif_image(source: Source) -> Image.Image:
    """Return the primary picture, upright.

    Raises:
        MissingExtraError: pillow-heif is not installed.
    """
    image: Image.Image = _open(source).to_pillow()
    return image
