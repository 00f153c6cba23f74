"""Taking in a file: counted while it comes, then looked at, then a medium or nothing."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Final, Self

from sightline.app.media.incoming import Counted, Held
from sightline.app.media.live import Live
from sightline.core.errors import UnreadableImageError, UnreadableMediaError
from sightline.core.files import fsync_dir
from sightline.core.media import ClipFacts
from sightline.imaging.containers import HEAD, sniff_container
from sightline.imaging.header import read_header
from sightline.imaging.source import FileWindow
from sightline.imaging.video import open_clip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sightline.core.media import Media
    from sightline.imaging.clip import ClipLimits
    from sightline.imaging.limits import Limits
    from sightline.store.media_folder import MediaFolders

_PART: Final = "incoming.part"
_SUFFIX: Final = {
    "JPEG": ".jpg",
    "TIFF": ".tif",
    "QuickTime": ".mov",
    "Matroska": ".mkv",
    "MPEG-TS": ".ts",
    "MPEG-PS": ".mpg",
    "MPEG-1": ".mpg",
    "JPEG2000": ".jp2",
    "HEIF": ".heic",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What decoding may cost, and what may come."""

    clip: ClipLimits
    picture: Limits
    most: int
    """Bytes of one file."""
    room: Callable[[], int]
    """Bytes that there is room for now."""
    coming: Callable[[Held], None]
    """Told of a file that has no name, so that it is counted."""


class Receiving:
    """One file that comes in piece by piece; used in a `with` block, which leaves nothing half.

    What is not stored never has a name on disk (`incoming.Held`).
    """

    def __init__(
        self,
        media: Media,
        folders: MediaFolders,
        bounds: Bounds,
        keep: Callable[[Live], Media],
    ) -> None:
        self._media = media
        self._folders = folders
        self._bounds = bounds
        self._keep = keep
        self._lock = folders.make(media.id)
        self._held: Held | None = None
        self._done = False
        try:
            self._file = self._open()
        except BaseException:
            self.abort()
            raise
        self._counted = Counted(self._file, most=bounds.most, room=bounds.room)

    @property
    def id(self) -> str:
        """What the medium will be called."""
        return self._media.id

    def _open(self) -> IO[bytes]:
        folder = self._folders.path(self._media.id)
        if self._media.retention == "never" or self._media.blur.wanted:
            self._held = Held(folder)
            self._bounds.coming(self._held)
            return self._held.file
        return (folder / _PART).open("w+b")

    def write(self, data: bytes) -> None:
        """Take in a piece.

        Raises:
            TooLargeError: It is larger than is allowed.
            StorageError: There is no room.
        """
        self._counted.write(data)

    def finish(self) -> Media:
        """Look at what has come and make it a medium.

        Raises:
            UnreadableMediaError: It is neither a picture nor a clip that can be read.
            UnreadableImageError: It is a picture that cannot be read.
            StorageError: The disk refuses.
        """
        self._counted.finish()
        path = self._path()
        known = look(path, self._media, self._bounds.clip, self._bounds.picture)
        made = replace(known, bytes=self._counted.bytes)
        live = Live(media=made, lock=self._lock, held=self._held)
        if self._held is None:
            self._file.close()
            suffix = _SUFFIX.get(made.format, f".{made.format.lower()}")
            path.rename(path.with_name(f"source{suffix}"))
            fsync_dir(path.parent)
        kept = self._keep(live)
        self._done = True
        return kept

    def abort(self) -> None:
        """Leave nothing of it."""
        if self._done:
            return
        self._done = True
        if self._held is not None:
            self._held.close()
        elif hasattr(self, "_file"):
            self._file.close()
        self._folders.erase(self._media.id)
        if self._lock is not None:
            self._lock.release()

    def _path(self) -> Path:
        if self._held is not None:
            return self._held.path
        return self._folders.path(self._media.id) / _PART

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.abort()


def look(path: Path, media: Media, clips: ClipLimits, pictures: Limits) -> Media:
    """Return the medium with what its file is by its content.

    Raises:
        UnreadableMediaError: It is neither a picture nor a clip that can be read.
        UnreadableImageError: It is a picture that cannot be read.
    """
    with FileWindow(path) as window:
        found = sniff_container(window[0:HEAD])
    if found.kind == "image":
        return _picture(path, replace(media, format=found.format), clips, pictures)
    clip = open_clip(path, name=media.name, limits=clips)
    clip.close()
    return replace(media, kind="clip", format=found.format, facts=clip.facts)


def _picture(path: Path, media: Media, clips: ClipLimits, pictures: Limits) -> Media:
    try:
        header = read_header(path, limits=pictures)
    except UnreadableImageError as error:
        why = f"{media.name}{str(error).removeprefix(path.name)}"
        raise UnreadableImageError(why, reason=error.reason, hint=error.hint) from error
    if media.format == "GIF" and header.pages > 1:
        with contextlib.suppress(UnreadableMediaError):
            clip = open_clip(path, name=media.name, limits=clips)
            clip.close()
            return replace(media, kind="clip", facts=clip.facts)
    facts = ClipFacts(width=header.width, height=header.height, frames=1)
    return replace(media, kind="image", facts=facts)
