"""What one process alone holds of media: files that are not stored, and cameras."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from sightline.core.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.media.addresses import Address
    from sightline.app.media.incoming import Held
    from sightline.app.media.preparing import ClipBlurring
    from sightline.core.media import Media
    from sightline.core.ports import FrameSource
    from sightline.imaging.frame_slot import LatestFrame
    from sightline.store.locks import FileLock


@dataclass(eq=False, kw_only=True)
class Live:
    """One of them."""

    media: Media
    lock: FileLock | None = None
    """Tells other processes that this one lives."""
    held: Held | None = None
    slot: LatestFrame[bytes] | None = None
    """Frames of a camera."""
    address: Address | None = None
    """Where the frames of a stream are read from, with its secrets."""
    work: ClipBlurring | None = None
    """What makes it ready to be stored."""
    touched_s: float = field(default_factory=time.monotonic)
    is_gone: bool = False
    """Its file was not stored, and was looked at: there is nothing left to look at."""

    def release(self) -> None:
        """Let go of everything."""
        if self.work is not None:
            self.work.stop()
        if self.slot is not None:
            self.slot.close()
        if self.held is not None:
            self.held.close()
            self.held = None
        if self.lock is not None:
            self.lock.release()

    def forget_file(self) -> None:
        """Erase the file of one that is not stored; its record stays."""
        if self.held is not None:
            self.held.close()
            self.held = None
            self.is_gone = True
            self.media = replace(self.media, bytes=0)


class Holdings:
    """All of them by id, and what is open; thread safe."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._live: dict[str, Live] = {}
        self._open: dict[str, WeakSet[Any]] = {}
        self._coming: WeakSet[Held] = WeakSet()

    def coming(self, held: Held) -> None:
        """Count a file without a name while it comes in, and as long as it lives."""
        with self.lock:
            self._coming.add(held)

    def add(self, live: Live) -> None:
        """Hold one."""
        with self.lock:
            self._live[live.media.id] = live

    def get(self, media_id: str) -> Live | None:
        """Return what is held of a medium; it counts as used."""
        with self.lock:
            live = self._live.get(media_id)
            if live is not None:
                live.touched_s = time.monotonic()
            return live

    def peek(self, media_id: str) -> Live | None:
        """Return what is held of a medium."""
        return self._live.get(media_id)

    def __contains__(self, media_id: str) -> bool:
        return media_id in self._live

    def bytes(self) -> int:
        """Return the bytes of all files that have no name."""
        with self.lock:
            return sum(one.bytes for one in self._coming)

    def idle(self, media_id: str) -> float:
        """Return for how many seconds nobody has used it."""
        live = self._live.get(media_id)
        return 0.0 if live is None else time.monotonic() - live.touched_s

    def opened(self, media_id: str, source: FrameSource) -> None:
        """Remember an open source as long as somebody uses it."""
        with self.lock:
            self._open.setdefault(media_id, WeakSet()).add(source)

    def is_open(self, media_id: str) -> bool:
        """Tell whether somebody has it open."""
        with self.lock:
            return bool(self._open.get(media_id))

    def stored(self, media_id: str) -> None:
        """Let go of one that has a file on disk now."""
        with self.lock:
            live = self._live.pop(media_id, None)
        if live is not None:
            live.release()

    def drop(self, media_id: str) -> int:
        """Close what is open of a medium and let go of it; return the bytes that were freed."""
        with self.lock:
            sources = list(self._open.pop(media_id, ()))
            live = self._live.pop(media_id, None)
        for source in sources:
            with contextlib.suppress(OSError):
                source.close()
        if live is None:
            return 0
        freed = live.media.bytes if live.held is not None else 0
        live.release()
        return freed

    def ids(self) -> list[str]:
        """Return the ids of all that is held."""
        with self.lock:
            return list(self._live)


class Notes:
    """Records that are written at once when it matters, else at most so often."""

    def __init__(self, write: Callable[[Media], None], *, every_s: float) -> None:
        self._write = write
        self._every_s = every_s
        self._waiting: dict[str, Media] = {}
        self._written_s: dict[str, float] = {}

    def waiting(self, media_id: str) -> Media | None:
        """Return a record that is newer than what is on disk."""
        return self._waiting.get(media_id)

    def put(self, media: Media, *, at_once: bool) -> None:
        """Write a record, now or later."""
        last = self._written_s.get(media.id)
        now_s = time.monotonic()
        if not at_once and last is not None and now_s - last < self._every_s:
            self._waiting[media.id] = media
            return
        self._waiting[media.id] = media  # it is so, whatever the disk says
        self._write(media)
        self._waiting.pop(media.id, None)
        self._written_s[media.id] = now_s

    def forget(self, media_id: str) -> None:
        """Write nothing more of a medium."""
        self._waiting.pop(media_id, None)
        self._written_s.pop(media_id, None)

    def flush(self) -> None:
        """Write all that waits."""
        for media in list(self._waiting.values()):
            with contextlib.suppress(OSError, NotFoundError):
                self._write(media)
        self._waiting.clear()
