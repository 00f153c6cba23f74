"""All media of a workspace: taken in, looked up, opened, noted, erased."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from sightline.app.media.addresses import parse_address
from sightline.app.media.ending import OVER, Ending
from sightline.app.media.finders import FaceFinders
from sightline.app.media.incoming import no_room, too_large
from sightline.app.media.live import Holdings, Live, Notes
from sightline.app.media.opening import Opening, clip_limits
from sightline.app.media.receiving import Bounds, Receiving
from sightline.app.media.storing import Storing
from sightline.app.media.terms import name_of, terms
from sightline.core.clock import now
from sightline.core.errors import ConflictError, InvalidInputError, NotFoundError
from sightline.core.media import Blur, Media
from sightline.imaging.frame_slot import LatestFrame
from sightline.imaging.header import read_header
from sightline.store.media_folder import MediaFolders, new_id, unknown, used

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from sightline.app.detection.detectors import Detectors
    from sightline.core.media import MediaState
    from sightline.core.ports import FrameSource
    from sightline.imaging.clip import ClipLimits
    from sightline.imaging.limits import Limits
    from sightline.settings import Settings

PIECE: Final = 1 << 20
_RESERVE: Final = 64 << 20
"""Bytes of the disk that media leave free."""
_WRITE_EVERY_S: Final = 1.0


class MediaShelf:
    """Media by id; thread safe. Others may keep files in a medium's folder: they go with it."""

    def __init__(
        self,
        workspace: Path,
        settings: Settings,
        limits: Callable[[], Limits],
        detectors: Callable[[], Detectors],
    ) -> None:
        self._folders = MediaFolders(workspace / "media")
        self._settings = settings
        self._limits = limits
        self.faces = FaceFinders(settings.face_model, detectors)
        self._live = Holdings()
        self._notes = Notes(self._folders.write, every_s=_WRITE_EVERY_S)
        self._ending = Ending(self._folders, self._live)
        parts = self._folders, self._live, self.faces
        self._opening = Opening(*parts, settings, limits)
        self._storing = Storing(*parts, lambda: (self.clip_limits, self._limits()))
        self.on_erase: list[Callable[[str], None]] = []
        """Called with the id before a medium goes, so that whoever uses it lets go."""

    def begin(
        self,
        name: str,
        *,
        retention: str | None = None,
        hours: float | None = None,
        blur: Blur | None = None,
        size: int = 0,
    ) -> Receiving:
        """Return what takes in a file piece by piece; its `finish` makes it a medium.

        Args:
            name: What a person calls it; says nothing about its content.
            retention: keep, hours or never; None: as the settings say.
            hours: For retention hours; None: as the settings say.
            blur: What is blurred before anything is stored.
            size: Bytes that are announced; 0: not known.

        Raises:
            TooLargeError: More is announced than is allowed.
            StorageError: There is no room.
            InvalidInputError: Retention and hours do not go together.
        """
        media = self._new(name, retention, hours, blur)
        most = self._settings.media_max_mb * 1_000_000
        if size > most:
            raise too_large(most)
        if size >= self.room():
            raise no_room()
        bounds = Bounds(
            clip=self.clip_limits,
            picture=self._limits(),
            most=most,
            room=self.room,
            coming=self._live.coming,
        )
        return Receiving(media, self._folders, bounds, self._storing.keep)

    def receive(self, stream: IO[bytes], name: str, **options: Any) -> Media:
        """Take in a file; see `begin` for the options and errors.

        Raises:
            UnreadableMediaError: It is neither a picture nor a clip that can be read.
            UnreadableImageError: It is a picture that cannot be read.
        """
        with self.begin(name, **options) as receiving:
            while piece := stream.read(PIECE):
                receiving.write(piece)
            return receiving.finish()

    def camera(
        self,
        name: str,
        *,
        retention: str | None = None,
        hours: float | None = None,
        blur: Blur | None = None,
    ) -> Media:
        """Make a camera: frames are pushed, the newest is looked at, none is stored."""
        media = replace(self._new(name, retention, hours, blur), kind="camera", state="running")
        lock = self._folders.make(media.id)
        self._live.add(Live(media=media, lock=lock, slot=LatestFrame()))
        self._folders.write(media)
        return media

    def add_stream(
        self,
        source: str,
        name: str = "",
        *,
        retention: str | None = None,
        hours: float | None = None,
        blur: Blur | None = None,
    ) -> Media:
        """Make a medium of an address, a camera of this machine or a file; nothing is copied.

        Args:
            source: rtsp://..., http://..., camera:0, or a path.
            name: Empty: what it is read from.
            retention: Of what is made of it; see `begin`.
            hours: The same.
            blur: What is blurred in every frame.

        Raises:
            InvalidInputError: It is no address that is read.
            NotFoundError: The file is not there.
            UnreadableMediaError: The file is neither a picture nor a clip that can be read.
        """
        address = parse_address(source)
        usual = Path(address.shown).name if address.kind == "path" else address.shown
        media = self._new(name or usual, retention, hours, blur)
        media = self._opening.described(replace(media, source=address.shown), address)
        lock = self._folders.make(media.id)
        self._live.add(Live(media=media, lock=lock, address=address))
        self._folders.write(media)
        return media

    def push(self, media_id: str, jpeg: bytes) -> bool:
        """Give a camera's next frame, an encoded picture; False: the camera was closed.

        Raises:
            NotFoundError: There is no such camera in this process.
            TooLargeError: The frame is larger than a picture may be.
            UnreadableImageError: It is no picture, or has more pixels than a frame may have.
        """
        slot = self.slot(media_id)
        if len(jpeg) > self._limits().max_bytes:
            raise too_large(self._limits().max_bytes)
        read_header(jpeg, limits=self._opening.frame_limits)
        return slot.put(jpeg)

    def slot(self, media_id: str) -> LatestFrame[bytes]:
        """Return the slot of a camera, whose counters tell what was dropped.

        Raises:
            NotFoundError: There is no such camera in this process.
        """
        live = self._live.get(media_id)
        if live is None or live.slot is None:
            raise unknown(media_id)
        return live.slot

    def get(self, media_id: str) -> Media:
        """Return a medium as it is now.

        Raises:
            NotFoundError: There is none, or it was erased.
        """
        live = self._live.peek(media_id)
        if live is not None:
            return live.media
        found = self._folders.read(media_id)
        return self._notes.waiting(media_id) or found

    def all(self) -> list[Media]:
        """Return all media, the newest first."""
        found = []
        for media_id in self._folders.ids():
            with contextlib.suppress(NotFoundError):
                found.append(self.get(media_id))
        return sorted(found, key=lambda one: one.added_at, reverse=True)

    def folder(self, media_id: str) -> Path:
        """Return the folder of a medium; what lies in it is erased with it.

        Raises:
            NotFoundError: There is no such medium.
        """
        self.get(media_id)
        return self._folders.path(media_id)

    def lent(self, media_id: str) -> AbstractContextManager[Path]:
        """Return what gives the file that is looked at for a block.

        Raises:
            NotFoundError: There is no such medium, or nothing of it is stored any more.
        """
        return self._opening.lent(self.get(media_id))

    def is_held(self, media_id: str) -> bool:
        """Tell whether its file is as it came, in this process alone."""
        live = self._live.peek(media_id)
        return live is not None and live.held is not None

    def open(self, media_id: str, *, start_s: float = 0.0, max_fps: float = 0.0) -> FrameSource:
        """Return the frames of a medium, blurred where that was asked for.

        Args:
            media_id: Which.
            start_s: Where in a clip to begin, seconds.
            max_fps: Most frames for each second of a clip; 0: all.

        Raises:
            NotFoundError: There is none, or nothing of it is stored any more.
            UnreadableMediaError: It cannot be decoded.
            SourceLostError: A camera or stream does not answer.
        """
        source = self._opening.source(self.get(media_id), start_s, max_fps)
        self._live.opened(media_id, source)
        try:
            self.get(media_id)
        except NotFoundError:  # erased meanwhile
            source.close()
            raise
        return source

    def note(
        self,
        media_id: str,
        *,
        state: MediaState | None = None,
        progress: float | None = None,
        last: dict[str, Any] | None = None,
        error: str | None = None,
    ) -> Media:
        """Note how far somebody is who looks at it; cheap enough for each frame.

        It goes to the disk when the state changes, else at most once a second. The file of one that
        is never stored goes once its state is done or failed; who comes too late to look at it
        changes nothing.

        Raises:
            NotFoundError: There is none any more.
        """
        given: dict[str, Any] = {"state": state, "progress": progress, "last": last, "error": error}
        with self._live.lock:
            before, live = self.get(media_id), self._live.get(media_id)
            if live is not None and live.is_gone and state == "failed":
                return before
            after = replace(before, **{k: v for k, v in given.items() if v is not None})
            if live is not None:
                live.media = after
                if after.state in OVER and after.retention == "never":
                    live.forget_file()
                after = live.media
            self._notes.put(after, at_once=after.state != before.state)
        return after

    def ready(self, media_id: str, *, timeout_s: float | None = None) -> Media:
        """Wait until a medium is blurred and stored, and return it.

        Raises:
            NotFoundError: There is none.
        """
        live = self._live.peek(media_id)
        if live is not None and live.work is not None:
            live.work.join(timeout_s)
        return self.get(media_id)

    def keep(self, media_id: str, *, retention: str, hours: float | None = None) -> Media:
        """Change how long a medium is kept, counted from now.

        Raises:
            NotFoundError: There is none.
            InvalidInputError: The two do not go together, or it is one that is never stored.
        """
        kept, until = terms(retention, hours, usual_hours=self._settings.media_retention_h)
        with self._live.lock:
            media, live = self.get(media_id), self._live.peek(media_id)
            if (media.retention == "never") != (kept == "never"):
                raise InvalidInputError(
                    f"{media.name} is {'not stored' if kept != 'never' else 'stored already'}",
                    hint="send it again with the retention you want, or erase it",
                )
            media = replace(media, retention=kept, expires_at=until)
            if live is not None:
                live.media = media
            self._notes.put(media, at_once=True)
        return media

    def erase(self, media_id: str) -> dict[str, Any]:
        """Erase a medium now, with all that was made of it.

        Returns:
            id, name and freed_bytes.

        Raises:
            NotFoundError: There is none.
            ConflictError: Another process holds it.
        """
        media = self.get(media_id)
        if media_id not in self._live and self._folders.is_owned(media_id):
            raise ConflictError(
                f"{media.name} belongs to another process of Sightline",
                hint="erase it there, or end that process: then it is gone by itself",
            )
        return {"id": media_id, "name": media.name, "freed_bytes": self._erase(media_id)}

    def sweep(self) -> list[str]:
        """Erase what has expired and what an earlier process left; return the ids.

        Raises:
            OSError: Some could not be erased; all others are.
        """
        self._folders.clear()
        if not any(self._folders.ids()):
            return []
        with self._folders.settled():
            over = [one for one in self._folders.ids() if self._ending.is_over(one)]
        with contextlib.ExitStack() as each:
            for media_id in over:
                each.callback(self._erase, media_id)
        return over

    def _erase(self, media_id: str) -> int:
        try:
            for tell in self.on_erase:
                tell(media_id)
        finally:  # it goes, whatever those do who use it
            self._notes.forget(media_id)
            freed = self._live.drop(media_id) + self._folders.erase(media_id)
            freed += self._live.drop(media_id)  # what was opened meanwhile
        return freed

    def room(self) -> int:
        """Return how many bytes of media may still come."""
        root = self._folders.root
        root.mkdir(parents=True, exist_ok=True)
        taken = used(root) + self._live.bytes()
        free = shutil.disk_usage(root).free - _RESERVE
        return max(0, min(free, self._settings.media_disk_mb * 1_000_000 - taken))

    @property
    def clip_limits(self) -> ClipLimits:
        """What decoding a clip may cost."""
        return clip_limits(self._settings)

    def close(self) -> None:
        """Write what waits, and erase what is not stored."""
        self._notes.flush()
        for media_id in self._live.ids():
            live = self._live.peek(media_id)
            ended = None if live is None or live.held is not None else live.media
            self._live.drop(media_id)
            if ended is None or ended.retention == "never":
                self._folders.erase(media_id)
            else:
                self._ending.note(ended)

    def _new(
        self, name: str, retention: str | None, hours: float | None, blur: Blur | None
    ) -> Media:
        kept, until = terms(retention, hours, usual_hours=self._settings.media_retention_h)
        return Media(
            id=new_id(),
            kind="image",
            name=name_of(name),
            added_at=now(),
            retention=kept,
            expires_at=until,
            blur=blur or Blur(),
        )
