"""Clips written so that browsers play them.

With PyAV (the extra `video`) H.264 in MP4, each frame at its own time. Without it VP9 in MP4
through OpenCV, whose packages hold no H.264 encoder, at an even rate: frames are repeated until the
next one is due. Both play in Chromium, Firefox and Safari from 2020 on.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from sightline.core.errors import StorageError
from sightline.core.packages import installed
from sightline.imaging.clip_opencv import quiet

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import U8

_TICKS: Final = 90_000
"""Ticks a second, as is usual for MP4."""
_H264: Final = {"preset": "veryfast", "crf": "23"}
_FASTSTART: Final = {"movflags": "+faststart"}
_MOST_REPEATS: Final = 1_000
MEDIA_TYPE: Final = "video/mp4"


class ClipWriter(Protocol):
    """Takes frames, RGB, all of the same size, by rising time."""

    @property
    def codec(self) -> str:
        """What the clip is encoded by."""
        ...

    def add(self, image: U8, time_s: float) -> None:
        """Write a frame (H, W, 3).

        Raises:
            StorageError: The disk refuses.
        """
        ...

    def close(self) -> None:
        """Finish the file.

        Raises:
            StorageError: The disk refuses.
        """
        ...


def even(width: int, height: int) -> tuple[int, int]:
    """Return the size of a clip whose frames are so large: the codecs ask for even sides."""
    return max(2, width // 2 * 2), max(2, height // 2 * 2)


def open_writer(path: Path, size_wh: tuple[int, int], fps: float) -> ClipWriter:
    """Begin a clip.

    Args:
        path: An .mp4 file.
        size_wh: Of the frames, pixels; an odd last row or column is left out.
        fps: Frames a second; what players show, and the rate where times cannot be kept.

    Raises:
        StorageError: The file cannot be written.
    """
    size = even(*size_wh)
    if installed("av"):
        import av

        if "libx264" in av.codecs_available:
            return _PyAvWriter(av, path, size, fps)
    return _OpenCvWriter(path, size, max(fps, 1.0))


class _PyAvWriter:
    codec = "h264"

    def __init__(self, av: Any, path: Path, size: tuple[int, int], fps: float) -> None:
        self._av = av
        self._size = size
        self._last = -1
        self._failures = (av.FFmpegError, OSError)
        try:
            self._file = av.open(str(path), "w", format="mp4", options=_FASTSTART)
        except self._failures as error:
            raise _refused(error) from error
        self._stream = self._file.add_stream("libx264", rate=round(max(fps, 1)), options=_H264)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = self._stream.codec_context.time_base = Fraction(1, _TICKS)

    def add(self, image: U8, time_s: float) -> None:
        frame = self._av.VideoFrame.from_ndarray(_cut(image, self._size), format="rgb24")
        self._last = max(round(time_s * _TICKS), self._last + 1)
        frame.pts, frame.time_base = self._last, Fraction(1, _TICKS)
        try:
            self._file.mux(self._stream.encode(frame))
        except self._failures as error:
            raise _refused(error) from error

    def close(self) -> None:
        try:
            try:
                if self._last >= 0:
                    self._file.mux(self._stream.encode())
            finally:
                self._file.close()
        except self._failures as error:
            raise _refused(error) from error


class _OpenCvWriter:
    codec = "vp9"

    def __init__(self, path: Path, size: tuple[int, int], fps: float) -> None:
        self._cv2 = cv2 = quiet()
        self._path = str(path)
        self._size = size
        self._fps = fps
        self._written = 0
        self._before: U8 | None = None
        code = cv2.VideoWriter_fourcc(*"vp09")
        self._writer = cv2.VideoWriter(self._path, cv2.CAP_FFMPEG, code, fps, size)
        if not self._writer.isOpened():
            raise StorageError(f"{path} cannot be written", hint="check the disk and the folder")

    def add(self, image: U8, time_s: float) -> None:
        due = min(round(time_s * self._fps), self._written + _MOST_REPEATS)
        while self._before is not None and self._written < due:
            self._put(self._before)
        self._before = _cut(image[..., ::-1], self._size)
        if self._written <= due:
            self._put(self._before)

    def close(self) -> None:
        """Finish the file, and see whether all is there: OpenCV keeps a full disk to itself."""
        self._writer.release()
        made = self._cv2.VideoCapture(self._path, self._cv2.CAP_FFMPEG)
        there = made.get(self._cv2.CAP_PROP_FRAME_COUNT) if made.isOpened() else 0
        made.release()
        if there < self._written:
            raise _refused(OSError("the disk is full"))

    def _put(self, image: U8) -> None:
        self._writer.write(image)
        self._written += 1


def _cut(image: U8, size: tuple[int, int]) -> U8:
    return np.ascontiguousarray(image[: size[1], : size[0]])


def _refused(error: Exception) -> StorageError:
    return StorageError(
        f"the clip cannot be written: {getattr(error, 'strerror', None) or error}",
        hint="free some space, then again",
    )
