"""How a medium looks to a caller: as data, as a file, as a still."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import ConflictError, InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.app.media.shelf import MediaShelf
    from sightline.core.arrays import U8
    from sightline.core.media import Media


def row(media: Media) -> dict[str, Any]:
    """Return a medium as plain data; its id is called media_id, as in the API."""
    plain = asdict(media)
    return {"media_id": plain.pop("id"), **plain}


TYPES: Final = {
    "MP4": "video/mp4",
    "QuickTime": "video/quicktime",
    "Matroska": "video/webm",
    "AVI": "video/x-msvideo",
    "Ogg": "video/ogg",
    "MPEG-TS": "video/mp2t",
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
    "AVIF": "image/avif",
    "TIFF": "image/tiff",
    "HEIF": "image/heif",
}
"""Media types of formats; others are application/octet-stream."""
STILL_PX: Final = 640
QUALITY: Final = 85


@contextmanager
def downloaded(media: MediaShelf, media_id: str) -> Iterator[tuple[Path, Media]]:
    """Give the file of a medium that may be handed out, until the end of the block.

    Raises:
        NotFoundError: Nothing of it is stored.
        ConflictError: It is not blurred yet.
    """
    found = media.get(media_id)
    if found.blur.wanted and media.is_held(media_id):
        raise ConflictError(
            f"{found.name} is not stored blurred", hint="wait until it is prepared: see its status"
        )
    with media.lent(media_id) as path:
        yield path, found


def still(media: MediaShelf, media_id: str, *, at_s: float = 0.0, px: int = STILL_PX) -> bytes:
    """Return a frame of a picture or clip as JPEG, at most `px` pixels long, blurred where wanted.

    Raises:
        NotFoundError: Nothing of it is stored, or the clip has no frame there.
        InvalidInputError: It is live: its frames are on its narration's socket.
    """
    found = media.get(media_id)
    if found.facts.live or found.kind in {"camera", "stream"}:
        raise InvalidInputError(
            f"{found.name} is live and is not opened twice", hint="follow its narration"
        )
    source = media.open(media_id, start_s=at_s)
    try:
        frame = next(iter(source.frames()), None)
    finally:
        source.close()
    if frame is None:
        raise NotFoundError(
            f"{found.name} has no frame at {at_s:g} s", hint=f"it lasts {found.facts.duration_s:g}"
        )
    return _jpeg(frame.image, px)


def _jpeg(image: U8, px: int) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    made = Image.fromarray(image)
    made.thumbnail((px, px), Image.Resampling.BOX, reducing_gap=None)
    made.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
