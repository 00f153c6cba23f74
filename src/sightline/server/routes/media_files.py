"""What is stored of a medium, as it is: blurred where that was asked for."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse

from sightline.server.deps import Bench

router = APIRouter(prefix="/api", tags=["media"])
MediaId = Annotated[str, Path(max_length=100, description="id of a medium")]
BYTES: Final = "application/octet-stream"
TYPES: Final = {
    "MP4": "video/mp4",
    "QuickTime": "video/quicktime",
    "Matroska": "video/webm",
    "Ogg": "video/ogg",
    "MPEG-TS": "video/mp2t",
    "AVI": "video/x-msvideo",
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WebP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "AVIF": "image/avif",
    "TIFF": "image/tiff",
    "HEIF": "image/heif",
}
"""By the content. Nothing else is called by a type that a browser would open as a page."""


@router.get(
    "/media/{media_id}/file",
    response_class=FileResponse,
    responses={200: {"content": {BYTES: {}}, "description": "the picture or clip"}},
)
def media_file(media_id: MediaId, bench: Bench) -> FileResponse:
    """Return the stored picture or clip; a part of it where a range is asked for."""
    media, path = bench.media.get(media_id), bench.media.file(media_id)
    return FileResponse(
        path,
        media_type=TYPES.get(media.format, BYTES),
        headers={"cache-control": "no-store", "x-content-type-options": "nosniff"},
    )
