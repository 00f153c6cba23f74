"""Frames of clips, cameras and streams, and how long what they come from is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sightline.core.arrays import U8

MediaKind = Literal["image", "clip", "camera", "stream"]
"""camera: frames that a browser or a local device sends; stream: an address that is read."""
Retention = Literal["keep", "hours", "never"]
"""keep: until somebody erases it; hours: so many hours; never: gone once it was looked at."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a clip, upright."""

    index: int
    """Counts from 0; frames that were left out are counted."""
    time_s: float
    """Since the start of the clip, or of looking at a live source."""
    image: U8
    """(H, W, 3) RGB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFacts:
    """What is known of a clip before its frames are read; 0 is not known."""

    width: int
    """Of the upright frame, pixels."""
    height: int
    fps: float = 0.0
    frames: int = 0
    duration_s: float = 0.0
    live: bool = False
    """Frames come when they come; who is late gets the newest."""
    codec: str = ""
    rotation: int = 0
    """Degrees that the file asks to be turned by, clockwise; frames are turned already."""
