"""Clips through PyAV: the extra `video`, whose wheels carry parts under the GPL."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import MissingExtraError, UnreadableMediaError
from sightline.core.media import ClipFacts
from sightline.imaging.clip import MOST_FPS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.core.arrays import U8
    from sightline.imaging.clip import ClipLimits
    from sightline.imaging.containers import Structure

_QUARTER: Final = 90


class PyAvDecoder:
    """Steps through a file."""

    def __init__(self, path: Path, name: str, limits: ClipLimits, found: Structure) -> None:
        av = _import()
        self.found = found
        self._failure: type[Exception] = av.FFmpegError
        try:
            self._container = av.open(
                str(path.absolute()),
                options={"protocol_whitelist": "file"},
                timeout=limits.open_s,
                metadata_errors="replace",
            )
        except (av.FFmpegError, OSError, ValueError) as error:
            raise _not_decodable(name, error) from error
        try:
            self._open(name, limits)
        except (av.FFmpegError, OSError, ValueError) as error:
            self._container.close()
            raise _not_decodable(name, error) from error
        except UnreadableMediaError:
            self._container.close()
            raise

    def _open(self, name: str, limits: ClipLimits) -> None:
        streams = self._container.streams.video
        if not streams and not self._container.streams.audio:
            raise ValueError("it holds no stream")
        if not streams:
            raise UnreadableMediaError(
                f"{name} holds no pictures", reason="audio only", hint="send a clip or a picture"
            )
        self._stream = stream = streams[0]
        context = stream.codec_context
        if context is None:
            raise ValueError("no decoder knows its codec")
        stream.thread_type = "AUTO"
        limits.check(context.width, context.height, name)
        self._frames: Iterator[Any] = self._container.decode(stream)
        self._now: Any = None
        self._first = self._next()
        self._turns = 0 if self._first is None else round(self._first.rotation / _QUARTER) % 4
        size = limits.shown(context.width, context.height)
        self._stored_size = size
        width, height = size[::-1] if self._turns % 2 else size
        fps = float(stream.average_rate or 0)
        fps = fps if 0 < fps <= MOST_FPS else 0.0
        self._origin_s = float((stream.start_time or 0) * (stream.time_base or 0))
        duration = float((stream.duration or 0) * (stream.time_base or 0))
        duration = duration or float(self._container.duration or 0) / 1e6
        self.facts = ClipFacts(
            width=width,
            height=height,
            fps=fps,
            frames=stream.frames or 0,
            duration_s=max(0.0, duration),
            codec=context.name,
            rotation=-_QUARTER * self._turns % 360,
        )

    def seek(self, time_s: float) -> None:
        """Go to the frame at a time, or to one before it."""
        base = float(self._stream.time_base or 1)
        at = int((time_s + self._origin_s) / base)
        self._container.seek(at, stream=self._stream, backward=True)
        self._frames = self._container.decode(self._stream)
        self._first = None
        for frame in self._frames:
            if frame.time is None or frame.time - self._origin_s >= time_s - 1e-3:
                self._first = frame
                break

    def step(self) -> float | None:
        """Go to the next frame and return its time."""
        self._now, self._first = self._first or self._next(), None
        if self._now is None:
            return None
        told = self._now.time
        return math.nan if told is None else float(told) - self._origin_s

    def image(self) -> U8:
        """Return the frame."""
        width, height = self._stored_size
        plain = self._now.to_ndarray(format="rgb24", width=width, height=height)
        return np.ascontiguousarray(np.rot90(plain, self._turns))

    def release(self) -> None:
        """Let go of the file."""
        self._frames = iter(())
        self._container.close()

    def _next(self) -> Any:
        """Return the next frame that can be decoded; None: no more."""
        try:
            return next(self._frames, None)
        except (self._failure, OSError, ValueError):
            self.found = replace(self.found, whole=False)
            return None


def _import() -> Any:
    try:
        import av
    except ImportError as error:
        raise MissingExtraError(
            "this decoder needs av", hint="pip install 'sightline[video]'"
        ) from error
    av.logging.set_level(None)
    return av


def _not_decodable(name: str, error: Exception) -> UnreadableMediaError:
    return UnreadableMediaError(
        f"{name} cannot be decoded ({getattr(error, 'strerror', None) or error})",
        reason="not decodable",
        hint="open it in a player; if it plays there, convert it to MP4 (H.264)",
    )
