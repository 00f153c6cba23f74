"""Writes clips that browsers play: H.264 with PyAV, VP8 with OpenCV alone."""

from __future__ import annotations

from fractions import Fraction
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

import numpy as np

from sightline.core.errors import StorageError
from sightline.imaging.clip_opencv import quiet

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import U8

MILLISECONDS: Final = 1000
USUAL_FPS: Final = 25.0
_MOST_FPS: Final = 60.0
_H264: Final = {"preset": "veryfast", "crf": "22"}
_MOST_REPEATS: Final = 1_000


class ClipWriter(Protocol):
    """Takes frames, one after the other; used in a `with` block."""

    path: Path
    """Where the clip is; its suffix is .mp4 or .webm."""

    def add(self, image: U8, time_s: float) -> None:
        """Write a frame (H, W, 3) RGB of the size that was given, with its time."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


def write_clip(stem: Path, width: int, height: int, *, fps: float = 0.0) -> ClipWriter:
    """Begin a clip beside `stem`, which becomes NAME.mp4 (PyAV) or NAME.webm (OpenCV alone).

    Sides are cut to even numbers, which the codecs ask for.

    Args:
        stem: Path without a suffix.
        width: Of its frames, pixels.
        height: Of its frames, pixels.
        fps: Frames a second; 0: not known. PyAV writes the times that frames come with; OpenCV
            writes at this rate and repeats frames that are shown for longer.

    Raises:
        StorageError: The file cannot be written.
    """
    even = (max(2, width // 2 * 2), max(2, height // 2 * 2))
    if find_spec("av") is not None:
        return _PyAv(stem.with_name(f"{stem.name}.mp4"), even)
    rate = min(fps, _MOST_FPS) if fps > 0 else USUAL_FPS
    return _OpenCv(stem.with_name(f"{stem.name}.webm"), even, rate)


class _Writer:
    """What both have in common."""

    path: Path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish the file."""
        raise NotImplementedError

    def _fit(self, image: U8, size: tuple[int, int]) -> U8:
        return np.ascontiguousarray(image[: size[1], : size[0]])


class _PyAv(_Writer):
    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        import av

        self.path = path
        self._size = size
        self._last = -1
        self._av: Any = av
        try:
            self._file = av.open(str(path), "w", options={"movflags": "faststart"})
        except (av.FFmpegError, OSError) as error:
            raise _refused(path, error) from error
        self._stream: Any = self._file.add_stream("libx264", rate=MILLISECONDS, options=_H264)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        self._base = Fraction(1, MILLISECONDS)
        self._stream.codec_context.time_base = self._base
        self._closed = False

    def add(self, image: U8, time_s: float) -> None:
        """Write a frame with its time."""
        frame = self._av.VideoFrame.from_ndarray(self._fit(image, self._size), format="rgb24")
        self._last = max(self._last + 1, round(time_s * MILLISECONDS))
        frame.pts, frame.time_base = self._last, self._base
        self._mux(frame)

    def close(self) -> None:
        """Finish the file."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._last >= 0:
                self._mux(None)
        finally:
            self._file.close()

    def _mux(self, frame: Any) -> None:
        try:
            for packet in self._stream.encode(frame):
                self._file.mux(packet)
        except (self._av.FFmpegError, OSError) as error:
            raise _refused(self.path, error) from error


class _OpenCv(_Writer):
    def __init__(self, path: Path, size: tuple[int, int], fps: float) -> None:
        cv2 = quiet()
        self.path = path
        self._size = size
        self._fps = fps
        self._written = 0
        self._before: U8 | None = None
        code = cv2.VideoWriter_fourcc(*"VP80")
        self._file = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, code, fps, size)
        if not self._file.isOpened():
            raise StorageError(
                f"{path} cannot be written", hint="check that its folder is there, and its disk"
            )

    def add(self, image: U8, time_s: float) -> None:
        """Write a frame; the one before it is repeated until its time has come."""
        due = min(round(time_s * self._fps), self._written + _MOST_REPEATS)
        while self._before is not None and self._written < due:
            self._put(self._before)
        self._before = self._fit(image[..., ::-1], self._size)
        if self._written <= due:
            self._put(self._before)

    def close(self) -> None:
        """Finish the file."""
        self._file.release()

    def _put(self, image: U8) -> None:
        self._file.write(image)
        self._written += 1


def _refused(path: Path, error: Exception) -> StorageError:
    why = getattr(error, "strerror", None) or str(error)
    return StorageError(f"{path.name} cannot be written: {why}", hint="free some space, then again")
