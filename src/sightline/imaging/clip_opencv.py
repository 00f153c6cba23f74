"""Clips through OpenCV's FFmpeg."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import UnreadableMediaError
from sightline.core.media import ClipFacts
from sightline.imaging.clip import MOST_FPS

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import U8
    from sightline.imaging.clip import ClipLimits
    from sightline.imaging.containers import Structure

_MOST_FRAMES: Final = 100_000_000
_QUIET: Final = "-8"


def quiet() -> Any:
    """Return cv2 with FFmpeg's complaints about files turned off: errors tell them."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", _QUIET)
    import cv2

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    return cv2


class OpenCvDecoder:
    """Steps through a file, or a clip at an address."""

    def __init__(self, target: Path | str, name: str, limits: ClipLimits, found: Structure) -> None:
        self._cv2 = cv2 = quiet()
        wait_ms = int(limits.open_s * 1000)
        self._capture = cv2.VideoCapture(
            target if isinstance(target, str) else str(target.absolute()),
            cv2.CAP_FFMPEG,
            [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, wait_ms, cv2.CAP_PROP_READ_TIMEOUT_MSEC, wait_ms],
        )
        self.found = found
        if not self._capture.isOpened():
            self._capture.release()
            raise UnreadableMediaError(
                f"{name} holds no pictures that can be decoded",
                reason="not decodable",
                hint="open it in a player; if it plays there, convert it to MP4 (H.264)",
            )
        try:
            self.facts = facts_of(self._capture, name, limits, counted=found.counted)
        except UnreadableMediaError:
            self._capture.release()
            raise
        self._size = self.facts.width, self.facts.height

    def seek(self, time_s: float) -> None:
        """Go to the frame at a time, or to one before it."""
        self._capture.set(self._cv2.CAP_PROP_POS_MSEC, time_s * 1000)

    def step(self) -> float | None:
        """Go to the next frame and return its time."""
        if not self._capture.grab():
            return None
        return float(self._capture.get(self._cv2.CAP_PROP_POS_MSEC)) / 1000

    def image(self) -> U8:
        """Return the frame."""
        cv2 = self._cv2
        found, image = self._capture.retrieve()
        if not found or image is None or not image.size:
            raise UnreadableMediaError(
                "a frame cannot be decoded", reason="corrupt", hint="convert the clip again"
            )
        return to_rgb(cv2, image, self._size)

    def release(self) -> None:
        """Let go of the file."""
        self._capture.release()


def facts_of(capture: Any, name: str, limits: ClipLimits, *, counted: bool) -> ClipFacts:
    """Return what OpenCV knows of an open clip or camera.

    Raises:
        UnreadableMediaError: Its frames are too large.
    """
    cv2, get = quiet(), capture.get
    width, height = int(get(cv2.CAP_PROP_FRAME_WIDTH)), int(get(cv2.CAP_PROP_FRAME_HEIGHT))
    limits.check(width, height, name)
    size = limits.shown(width, height)
    fps, count = get(cv2.CAP_PROP_FPS), get(cv2.CAP_PROP_FRAME_COUNT)
    fps = fps if math.isfinite(fps) and 0 < fps <= MOST_FPS else 0.0
    stated = int(count) if math.isfinite(count) and 0 < count < _MOST_FRAMES else 0
    code = int(get(cv2.CAP_PROP_FOURCC)) & 0xFFFFFFFF
    return ClipFacts(
        width=size[0],
        height=size[1],
        fps=fps,
        frames=stated if counted else 0,
        duration_s=stated / fps if fps else 0.0,
        codec=code.to_bytes(4, "little").decode("latin-1").strip("\0 "),
        rotation=int(get(cv2.CAP_PROP_ORIENTATION_META)) % 360,
    )


def to_rgb(cv2: Any, image: U8, size: tuple[int, int]) -> U8:
    """Return a picture of OpenCV's as (H, W, 3) RGB of `size` (width, height)."""
    if (image.shape[1], image.shape[0]) != size:
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    code = cv2.COLOR_GRAY2RGB if image.ndim == 2 else cv2.COLOR_BGR2RGB  # noqa: PLR2004
    rgb: U8 = cv2.cvtColor(image, code)
    return rgb
