"""From a medium to its frames."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sightline.app.media.receiving import look
from sightline.app.media.sources import Changed, Pushed, Still
from sightline.core.errors import NotFoundError, UnreadableMediaError
from sightline.core.media import ClipFacts
from sightline.imaging.clip import Clip, ClipLimits
from sightline.imaging.containers import Structure
from sightline.imaging.live import LiveSource, connect
from sightline.imaging.video import open_clip
from sightline.store.media_folder import unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sightline.app.media.addresses import Address
    from sightline.app.media.finders import FaceFinders
    from sightline.app.media.live import Holdings, Live
    from sightline.core.media import Media
    from sightline.core.ports import FrameSource
    from sightline.imaging.limits import Limits
    from sightline.settings import Settings
    from sightline.store.media_folder import MediaFolders


def clip_limits(settings: Settings) -> ClipLimits:
    """Return what decoding a clip may cost."""
    return ClipLimits(max_pixels=settings.clip_max_mp * 1_000_000, long_px=settings.clip_frame_px)


class Opening:
    """Opens media, and blurs what is not stored blurred."""

    def __init__(
        self,
        folders: MediaFolders,
        holdings: Holdings,
        faces: FaceFinders,
        settings: Settings,
        limits: Callable[[], Limits],
    ) -> None:
        self._folders = folders
        self._live = holdings
        self._faces = faces
        self._settings = settings
        self._limits = limits

    def source(self, media: Media, start_s: float, max_fps: float) -> FrameSource:
        """Return the frames of a medium.

        Raises:
            NotFoundError: Nothing of it is stored any more.
            UnreadableMediaError: It cannot be decoded.
            SourceLostError: A camera or stream does not answer.
        """
        live = self._live.get(media.id)  # asked once: it may be stored, blurred, in the meantime
        plain = self._plain(media, live, start_s, max_fps)
        if not media.blur.wanted or live is None:
            return plain
        return Changed(plain, self._faces.blurrer(media.blur))

    @contextmanager
    def lent(self, media: Media) -> Iterator[Path]:
        """Give the file that is looked at, until the end of the block.

        Raises:
            NotFoundError: Nothing of it is stored any more.
        """
        with self._lent(media, self._live.get(media.id)) as (path, _):
            yield path

    @contextmanager
    def _lent(self, media: Media, live: Live | None) -> Iterator[tuple[Path, bool]]:
        """Give the file, and whether it goes at the end of the block."""
        held = None if live is None else live.held
        with ExitStack() as stack:
            path: Path | None = None
            if held is not None:
                with suppress(FileNotFoundError):  # it is stored by now, or gone
                    path = stack.enter_context(held.lent())
            yield (path, True) if path is not None else (self._file(media, live), False)

    @property
    def frame_limits(self) -> Limits:
        """What a frame of a camera may be: no larger than one of a clip."""
        picture = self._limits()
        most = min(picture.max_pixels, clip_limits(self._settings).max_pixels)
        return replace(picture, max_pixels=most)

    def _file(self, media: Media, live: Live | None) -> Path:
        if live is not None and live.address is not None and live.address.kind == "path":
            return Path(live.address.target)
        path = self._folders.source(media.id)
        if path is None:
            raise NotFoundError(
                f"nothing of {media.name} is stored",
                hint="what is never stored is gone once it was looked at: send it again",
            )
        return path

    def described(self, media: Media, address: Address) -> Media:
        """Return a medium with what is known of an address before it is opened.

        Raises:
            NotFoundError: The file is not there.
            UnreadableMediaError: The file is neither a picture nor a clip that can be read.
        """
        if address.kind != "path":
            return replace(media, kind="stream", facts=ClipFacts(width=0, height=0, live=True))
        path = Path(address.target)
        if not path.is_file():
            raise NotFoundError(
                f"there is no file {address.shown}", hint="give a file, an address or camera:0"
            )
        return look(path, media, clip_limits(self._settings), self._limits())

    def _plain(
        self, media: Media, live: Live | None, start_s: float, max_fps: float
    ) -> FrameSource:
        if media.kind == "camera":
            if live is None or live.slot is None:
                raise unknown(media.id)
            return Pushed(live.slot, self.frame_limits)
        if media.kind == "stream":
            if live is None or live.address is None:
                raise unknown(media.id)
            return self._stream(live.address, start_s, max_fps)
        with self._lent(media, live) as (path, is_held):
            if media.kind == "image":
                picture = path.read_bytes() if is_held else path
                return Still(picture, media.facts, self._limits())
            limits = clip_limits(self._settings)
            return open_clip(path, name=media.name, limits=limits, start_s=start_s, max_fps=max_fps)

    def _stream(self, address: Address, start_s: float, max_fps: float) -> FrameSource:
        limits = clip_limits(self._settings)
        if address.target.startswith(("http:", "https:")):
            clip = _clip_at(address, limits, start_s, max_fps)
            if clip is not None:
                return clip
        target = int(address.target) if address.kind == "device" else address.target
        return LiveSource(
            connect(target, open_s=limits.open_s),
            address.shown,
            limits,
            patience_s=self._settings.source_patience_s,
        )


def _clip_at(address: Address, limits: ClipLimits, start_s: float, max_fps: float) -> Clip | None:
    """Return the clip at an address; None: it has no end, or does not answer."""
    from sightline.imaging.clip_opencv import OpenCvDecoder

    try:
        decoder = OpenCvDecoder(address.target, address.shown, limits, Structure())
    except UnreadableMediaError as error:
        if error.reason != "not decodable":
            raise
        return None
    if not decoder.facts.duration_s:
        decoder.release()
        return None
    return Clip(decoder, address.shown, start_s=start_s, max_fps=max_fps)
