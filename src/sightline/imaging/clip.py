"""A clip as frames with rising times, whatever decodes it."""

from __future__ import annotations

import math
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from sightline.core.errors import UnreadableMediaError
from sightline.core.media import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.core.arrays import U8
    from sightline.core.media import ClipFacts
    from sightline.imaging.containers import Structure

_STEP_S: Final = 0.001
"""The least by which time rises from frame to frame."""
_LOST_SHARE: Final = 0.9
"""Fewer than this share of the stated frames, or of the stated length: it broke off."""
_LOST_S: Final = 1.0
_USUAL_FPS: Final = 25.0
MOST_FPS: Final = 999.0
"""What a file states beyond is its clock, not its rate: browsers record at "1000"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipLimits:
    """What decoding a clip may cost."""

    max_pixels: int = 36_000_000
    """Of one frame as it is stored; 8K has 33.2 million."""
    long_px: int = 1_920
    """Frames are shrunk to this long side, pixels; 0: never."""
    open_s: float = 10.0
    """For a decoder to find out what it is, and to give a frame; seconds."""

    def check(self, width: int, height: int, name: str) -> None:
        """Refuse frames that are too large.

        Raises:
            UnreadableMediaError: They are.
        """
        if width * height > self.max_pixels:
            raise UnreadableMediaError(
                f"{name} has frames of {width} x {height} pixels, more than the limit of "
                f"{self.max_pixels / 1e6:g} million",
                reason="too large",
                hint="scale the clip down, or raise the setting clip_max_mp",
            )

    def shown(self, width: int, height: int) -> tuple[int, int]:
        """Return (width, height) of the frames that are given, pixels."""
        scale = min(1.0, self.long_px / max(width, height, 1)) if self.long_px else 1.0
        return max(1, round(width * scale)), max(1, round(height * scale))


DEFAULT_LIMITS: Final = ClipLimits()


class Decoder(Protocol):
    """Steps through a clip; not thread safe."""

    @property
    def facts(self) -> ClipFacts:
        """What is known before the first frame."""
        ...

    @property
    def found(self) -> Structure:
        """What the file's structure says."""
        ...

    def seek(self, time_s: float) -> None:
        """Go to the frame at a time, or to one before it."""
        ...

    def step(self) -> float | None:
        """Go to the next frame and return its time, seconds (NaN: not known); None: no more."""
        ...

    def image(self) -> U8:
        """Return the frame: (H, W, 3) RGB, upright, shrunk to the limits."""
        ...

    def release(self) -> None:
        """Let go of the file."""
        ...


class Clip:
    """A source of frames over a decoder.

    `close` may come from another thread, or from a signal's handler in the midst of a step: so it
    waits for nobody, and who steps lets go of the decoder afterwards.
    """

    def __init__(self, decoder: Decoder, name: str, *, start_s: float, max_fps: float) -> None:
        self._decoder = decoder
        self._name = name
        self._start_s = start_s
        self._gap_s = 1.0 / max_fps if max_fps > 0 else 0.0
        self._lock = threading.Lock()
        self._closed = self._released = False

    @property
    def facts(self) -> ClipFacts:
        """What is known before the first frame."""
        return self._decoder.facts

    def frames(self) -> Iterator[Frame]:
        """Yield frames by rising time.

        Raises:
            UnreadableMediaError: After the last frame that is there, when the clip breaks off.
        """
        clock = _Clock(self.facts.fps, self._start_s)
        with self._used():
            if self._start_s > 0 and not self._closed:
                self._decoder.seek(self._start_s)
        count, due = 0, self._start_s
        while (time_s := self._step(clock)) is not None:
            count += 1
            if time_s + _STEP_S < due:
                continue
            image = self._image()
            if image is None:
                break
            due = _after(due, time_s, self._gap_s)
            yield Frame(clock.index, time_s, image)
        if not self._closed:
            self._check_end(count, clock.time_s)

    def close(self) -> None:
        """Let go of the file, once nobody reads it; `frames` ends."""
        self._closed = True
        self._let_go()

    @contextmanager
    def _used(self) -> Iterator[None]:
        """Keep the decoder for oneself."""
        try:
            with self._lock:
                yield
        finally:
            if self._closed:
                self._let_go()

    def _let_go(self) -> None:
        """Release the decoder, unless somebody uses it, who will do it then."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            if not self._released:
                self._released = True
                self._decoder.release()
        finally:
            self._lock.release()

    def _step(self, clock: _Clock) -> float | None:
        with self._used():
            stepped = None if self._closed else self._decoder.step()
        return None if stepped is None else clock.tick(stepped)

    def _image(self) -> U8 | None:
        with self._used():
            return None if self._closed else self._decoder.image()

    def _check_end(self, count: int, last_s: float) -> None:
        """Say so when the clip ended too early."""
        if not count and not self._start_s:
            raise UnreadableMediaError(
                f"{self._name} holds no frame that can be decoded",
                reason="no frames",
                hint="open it in a player; if it plays there, convert it to MP4 (H.264)",
            )
        found, stated = self._decoder.found, self.facts.frames
        fewer = not self._start_s and count < _LOST_SHARE * stated - 1
        sooner = count > 0 and last_s + _LOST_S < _LOST_SHARE * self.facts.duration_s
        if not found.whole or (found.counted and fewer) or (not found.stated and sooner):
            of = f" of {stated:,}" if stated > count else ""
            raise UnreadableMediaError(
                f"{self._name} breaks off after {count:,}{of} frames",
                reason="truncated",
                hint="what is there was read; copy the file again for the rest",
            )


class _Clock:
    """Numbers and rising times of frames, from what a decoder says; else from the rate."""

    def __init__(self, fps: float, start_s: float) -> None:
        self._fps = fps or _USUAL_FPS
        self._starts_later = start_s > 0
        self._last: float | None = None
        self.index = -1

    @property
    def time_s(self) -> float:
        """Of the last frame."""
        return self._last or 0.0

    def tick(self, told_s: float) -> float:
        """Return the time of the next frame."""
        told_s = max(0.0, told_s) if math.isfinite(told_s) else -math.inf
        if self._last is None:
            self._last = max(0.0, told_s)
            self.index = round(self._last * self._fps) if self._starts_later else 0
            return self._last
        self.index += 1
        rises = told_s >= self._last + _STEP_S
        self._last = told_s if rises else self._last + 1.0 / self._fps
        return self._last


def _after(due: float, time_s: float, gap_s: float) -> float:
    """Return when the next frame is due: on the beat, unless the clip jumped past it."""
    beat = due + gap_s
    return beat if beat > time_s else time_s + gap_s
