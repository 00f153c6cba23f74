"""Blurs what has come in before it is stored: pictures at once, clips beside other work."""

from __future__ import annotations

import logging
import threading
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sightline.core.errors import SightlineError, UnreadableMediaError
from sightline.core.files import fsync_dir
from sightline.imaging.clip_writer import even, open_writer
from sightline.imaging.decode import decode
from sightline.imaging.video import open_clip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sightline.core.arrays import U8
    from sightline.core.media import Media
    from sightline.imaging.clip import Clip, ClipLimits
    from sightline.imaging.clip_writer import ClipWriter
    from sightline.imaging.limits import Limits

QUALITY: Final = 92
_TOLD_EVERY: Final = 0.01
_FPS: Final = 25.0
"""Where the clip states none."""
_STEM: Final = "blurring"
logger = logging.getLogger(__name__)


def blur_picture(
    path: Path, folder: Path, media: Media, change: Callable[[U8], U8], limits: Limits
) -> Media:
    """Write a blurred picture into a folder and return its medium; nothing else is taken over.

    Raises:
        UnreadableImageError: It cannot be decoded.
    """
    from PIL import Image

    pixels = change(decode(path, limits=limits))
    lossy = media.format == "JPEG"
    out = folder / ("source.jpg" if lossy else "source.png")
    if lossy:
        Image.fromarray(pixels).save(out, "JPEG", quality=QUALITY)
    else:
        Image.fromarray(pixels).save(out, "PNG")
    fsync_dir(folder)
    facts = replace(media.facts, width=pixels.shape[1], height=pixels.shape[0], rotation=0)
    form = "JPEG" if lossy else "PNG"
    return replace(media, bytes=out.stat().st_size, format=form, facts=facts)


class ClipBlurring(threading.Thread):
    """Writes a clip again, blurred; then tells `done`: the medium, None when it failed, and why."""

    def __init__(
        self,
        media: Media,
        path: Path,
        folder: Path,
        *,
        change: Callable[[U8], U8],
        limits: ClipLimits,
        told: Callable[[float], None],
        done: Callable[[Media | None, str], None],
    ) -> None:
        super().__init__(name=f"blur-{media.id[:8]}", daemon=True)
        self._media = media
        self._path = path
        self._folder = folder
        self._change = change
        self._limits = limits
        self._told = told
        self._done = done
        self._given_up = threading.Event()

    def stop(self) -> None:
        """Give up; nothing is stored."""
        self._given_up.set()
        if self.is_alive() and threading.current_thread() is not self:
            self.join()

    def run(self) -> None:
        """Do it; whatever fails, nothing that is not blurred stays."""
        made: Media | None
        try:
            made, why = self._write()
        except SightlineError as error:
            made, why = None, str(error)
        except Exception as error:
            logger.exception("a clip could not be blurred")
            made, why = None, f"it could not be blurred: {type(error).__name__}"
        for left in self._folder.glob(f"{_STEM}.*"):
            left.unlink(missing_ok=True)
        if not self._given_up.is_set():
            self._done(made, why)

    def _write(self) -> tuple[Media | None, str]:
        clip = open_clip(self._path, name=self._media.name, limits=self._limits)
        facts, part = clip.facts, self._folder / f"{_STEM}.mp4"
        with closing(clip):
            out = open_writer(part, (facts.width, facts.height), facts.fps or _FPS)
            with closing(out):
                count, note = self._copy(clip, out)
        if self._given_up.is_set():
            return None, "stopped"
        stored = part.rename(self._folder / "source.mp4")
        fsync_dir(self._folder)
        width, height = even(facts.width, facts.height)
        facts = replace(
            facts, width=width, height=height, frames=count, rotation=0, codec=out.codec
        )
        size = stored.stat().st_size
        return replace(self._media, bytes=size, format="MP4", facts=facts), note

    def _copy(self, clip: Clip, out: ClipWriter) -> tuple[int, str]:
        """Copy all frames, blurred; return how many, and why there are no more."""
        length, share, count = clip.facts.duration_s, 0.0, 0
        try:
            for frame in clip.frames():
                if self._given_up.is_set():
                    break
                out.add(self._change(frame.image), frame.time_s)
                count += 1
                done = min(0.99, frame.time_s / length) if length else 0.0
                if done >= share + _TOLD_EVERY:
                    share = done
                    self._told(share)
        except UnreadableMediaError as error:
            if not count:
                raise
            return count, str(error)
        return count, ""
