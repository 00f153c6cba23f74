"""What becomes of a file that has come in: stored, held, or blurred and then stored."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sightline.app.media.preparing import ClipBlurring, blur_picture
from sightline.core.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.media.finders import FaceFinders
    from sightline.app.media.incoming import Held
    from sightline.app.media.live import Holdings, Live
    from sightline.core.media import Media
    from sightline.imaging.clip import ClipLimits
    from sightline.imaging.limits import Limits
    from sightline.store.media_folder import MediaFolders

logger = logging.getLogger(__name__)


class Storing:
    """Makes media of files that have come in."""

    def __init__(
        self,
        folders: MediaFolders,
        holdings: Holdings,
        faces: FaceFinders,
        limits: Callable[[], tuple[ClipLimits, Limits]],
    ) -> None:
        self._folders = folders
        self._live = holdings
        self._faces = faces
        self._limits = limits

    def keep(self, live: Live) -> Media:
        """Make a medium of what has come in, and return it.

        Raises:
            UnreadableImageError: It is a picture that cannot be decoded, so not be blurred.
            MissingWeightsError: What should find faces is not there.
        """
        if live.held is None:
            self._folders.write(live.media)
            live.release()
        elif live.media.retention == "never":
            self._live.add(live)
            self._folders.write(live.media)
        elif live.media.kind == "image":
            self._picture(live, live.held)
        else:
            self._clip(live, live.held)
        return live.media

    def _picture(self, live: Live, held: Held) -> None:
        """Store a picture, blurred."""
        media = live.media
        change, folder = self._faces.blurrer(media.blur), self._folders.path(media.id)
        live.media = blur_picture(held.path, folder, media, change, self._limits()[1])
        self._folders.write(live.media)
        live.release()

    def _clip(self, live: Live, held: Held) -> None:
        """Begin to store a clip, blurred; until then it is looked at through the blur."""
        live.media = replace(live.media, prepared=0.0)
        live.work = ClipBlurring(
            live.media,
            held.path,
            self._folders.path(live.media.id),
            change=self._faces.blurrer(live.media.blur),
            limits=self._limits()[0],
            told=partial(self._told, live),
            done=partial(self._done, live),
        )
        self._live.add(live)
        self._folders.write(live.media)
        live.work.start()

    def _told(self, live: Live, share: float) -> None:
        with self._live.lock:
            live.media = replace(live.media, prepared=share)

    def _done(self, live: Live, made: Media | None, why: str) -> None:
        """Note that a clip is blurred and stored, or why it is not: then nothing of it is.

        Without a record of its end it counts as half done, and the next sweep takes it.
        """
        with self._live.lock:
            if made is None:
                live.forget_file()
                live.media = replace(live.media, state="failed", error=why)
            else:
                file: dict[str, Any] = {"bytes": made.bytes, "format": made.format}
                said = why or live.media.error
                live.media = replace(live.media, error=said, facts=made.facts, **file)
            live.media = replace(live.media, prepared=1.0)
            try:
                self._folders.write(live.media)
            except (OSError, NotFoundError) as error:
                logger.warning("%s is blurred, but cannot be noted: %s", live.media.id, error)
        self._live.stored(live.media.id)
