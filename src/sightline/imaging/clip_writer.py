"""Clips written so that browsers play them.

With PyAV (the extra `video`) H.264 in MP4, each frame at its own time. Without it VP9 in MP4
through OpenCV, whose packages hold no H.264 encoder, at an even rate. Both play in Chromium,
Firefox and Safari from 2020 on.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from sightline.core.errors import StorageError
from sightline.imaging.clip_opencv import quiet

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import U8

_TICKS: Final = 90_000
"""Ticks a second, as is usual for MP4."""
_H264: Final = {"preset": "veryfast", "crf": "23"}
_FASTSTART: Final = {"movflags": "+faststart"}
MEDIA_TYPE: Final = "video/mp4"


class ClipWriter(Protocol):
    """Takes frames, RGB, all of the same even size, by rising time."""

    def add(self, image: U8, time_s: float) -> None:
        """Write a frame (H, W, 3)."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


def open_writer(path: Path, size_wh: tuple[int, int], fps: float) -> ClipWriter:
    """Begin a clip.

    Args:
        path: An .mp4 file.
        size_wh: Of the frames, pixels, both even.
        fps: Frames a second; what players show, and the rate where times cannot be kept.

    Raises:
        StorageError: The file cannot be written.
    """
    try:
        import av
    except ImportError:
        return _OpenCvWriter(path, size_wh, fps)
    if "libx264" not in av.codecs_available:
        return _OpenCvWriter(path, size_wh, fps)
    return _PyAvWriter(av, path, size_wh, fps)


class _PyAvWriter:
    def __init__(self, av: Any, path: Path, size_wh: tuple[int, int], fps: float) -> None:
        self._av = av
        self._file = av.open(str(path), "w", format="mp4", options=_FASTSTART)
        self._stream = self._file.add_stream("libx264", rate=round(max(fps, 1)), options=_H264)
        self._stream.width, self._stream.height = size_wh
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = self._stream.codec_context.time_base = Fraction(1, _TICKS)
        self._last = -1

    def add(self, image: U8, time_s: float) -> None:
        frame = self._av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
        self._last = max(round(time_s * _TICKS), self._last + 1)
        frame.pts, frame.time_base = self._last, Fraction(1, _TICKS)
        try:
            self._file.mux(self._stream.encode(frame))
        except OSError as error:
            raise _refused(error) from error

    def close(self) -> None:
        try:
            self._file.mux(self._stream.encode())
            self._file.close()
        except OSError as error:
            raise _refused(error) from error


class _OpenCvWriter:
    def __init__(self, path: Path, size_wh: tuple[int, int], fps: float) -> None:
        cv2 = quiet()
        code = cv2.VideoWriter_fourcc(*"vp09")
        self._writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, code, max(fps, 1.0), size_wh)
        if not self._writer.isOpened():
            raise StorageError(f"{path} cannot be written", hint="check the disk and the folder")

    def add(self, image: U8, time_s: float) -> None:
        del time_s
        self._writer.write(np.ascontiguousarray(image[..., ::-1]))

    def close(self) -> None:
        self._writer.release()


def _refused(error: OSError) -> StorageError:
    return StorageError(
        f"the clip cannot be written: {error.strerror or error}", hint="free some space"
    )
