"""Opens clips: one way to frames, with OpenCV, or with PyAV where that is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from sightline.core.errors import UnreadableMediaError
from sightline.core.packages import installed
from sightline.imaging.clip import DEFAULT_LIMITS, Clip, ClipLimits
from sightline.imaging.containers import HEAD, Structure, sniff_container, structure
from sightline.imaging.source import FileWindow

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.imaging.clip import Decoder

Choice = Literal["auto", "opencv", "pyav"]
_CONVERT: Final = "convert it to MP4 (H.264), or send a picture"


def open_clip(
    path: Path,
    *,
    name: str = "",
    limits: ClipLimits = DEFAULT_LIMITS,
    decoder: Choice = "auto",
    start_s: float = 0.0,
    max_fps: float = 0.0,
) -> Clip:
    """Return the frames of a clip in a file.

    Args:
        path: The file; its name is not asked what it is.
        name: What errors call it; empty: its name.
        limits: What is refused, and to what frames are shrunk.
        decoder: auto: OpenCV, and PyAV for what OpenCV cannot open.
        start_s: Where to begin, seconds.
        max_fps: Most frames for each second of the clip; others are passed over, which costs less
            than giving them. 0: all.

    Raises:
        UnreadableMediaError: It is no clip, or cannot be decoded; `reason` says why.
        MissingExtraError: PyAV is asked for and not installed.
    """
    name = name or path.name
    made = _decoder(path, name, limits, decoder)
    return Clip(made, name, start_s=start_s, max_fps=max_fps)


def _decoder(path: Path, name: str, limits: ClipLimits, choice: Choice) -> Decoder:
    found = check_clip(path, name)
    if choice == "pyav":
        return _pyav(path, name, limits, found)
    from sightline.imaging.clip_opencv import OpenCvDecoder

    try:
        return OpenCvDecoder(path, name, limits, found)
    except UnreadableMediaError as error:
        if choice == "opencv" or error.reason != "not decodable" or not installed("av"):
            raise
        return _pyav(path, name, limits, found)


def _pyav(path: Path, name: str, limits: ClipLimits, found: Structure) -> Decoder:
    from sightline.imaging.clip_pyav import PyAvDecoder

    return PyAvDecoder(path, name, limits, found)


def check_clip(path: Path, name: str) -> Structure:
    """Return what the file's structure says, without decoding.

    Raises:
        UnreadableMediaError: It is no clip, only sound, or its index is missing.
    """
    with FileWindow(path) as window:
        head = window[0:HEAD]
        found = structure(window)
    if not head:
        raise UnreadableMediaError(f"{name} is empty", reason="empty", hint="copy the file again")
    if not found.indexed:
        raise UnreadableMediaError(
            f"{name} is cut off: its index (moov), which stood at the end, is missing",
            reason="truncated",
            hint="copy the file again; a recording that was broken off needs its recorder's repair",
        )
    kind = sniff_container(head)
    if kind.kind == "audio" or (found.handlers and "vide" not in found.handlers):
        raise UnreadableMediaError(
            f"{name} holds sound and no pictures", reason="audio only", hint=_CONVERT
        )
    if kind.kind != "clip" and kind.format != "GIF":
        what = f" ({kind.format})" if kind.format else ""
        raise UnreadableMediaError(
            f"{name} is not a clip that is known{what}", reason="not a clip", hint=_CONVERT
        )
    return found
