"""When a medium is over: expired, or what it came from is no more."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sightline.app.media.terms import stamp
from sightline.core.errors import NotFoundError

if TYPE_CHECKING:
    from sightline.app.media.live import Holdings
    from sightline.core.media import Media
    from sightline.store.media_folder import MediaFolders

OVER: Final = frozenset({"done", "failed"})
"""States after which nobody looks any more."""
_IDLE_S: Final = 3_600.0
"""What is not stored and not used for so long is gone."""


class Ending:
    """Tells which media are over."""

    def __init__(self, folders: MediaFolders, holdings: Holdings) -> None:
        self._folders = folders
        self._live = holdings

    def is_over(self, media_id: str) -> bool:
        """Tell whether a medium has expired, or belongs to a process that is no more."""
        if media_id in self._live:
            live = self._live.peek(media_id)
            return live is not None and (_expired(live.media) or self._is_idle(live.media))
        if self._folders.is_owned(media_id):
            return False
        try:
            media = self._folders.read(media_id)
        except NotFoundError:
            return True
        if media.retention == "never" or media.prepared < 1 or _expired(media):
            return True
        if media.kind in {"camera", "stream"}:
            self.note(media)
        return False

    def _is_idle(self, media: Media) -> bool:
        """Tell whether it is never stored, and nobody has used it for long."""
        unused = media.retention == "never" and self._live.idle(media.id) > _IDLE_S
        return unused and not self._live.is_open(media.id)

    def note(self, media: Media) -> None:
        """Note that nothing more comes of a live one, unless it is erased or the disk is full."""
        if media.state not in OVER:
            with contextlib.suppress(OSError, NotFoundError):
                self._folders.write(replace(media, state="done"))


def _expired(media: Media) -> bool:
    return media.expires_at is not None and media.expires_at <= stamp(0)
