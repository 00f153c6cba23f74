"""Frames of clips, cameras and streams, and how long what they come from is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sightline.core.arrays import U8
    from sightline.core.geometry.shapes import Bounds

MediaKind = Literal["image", "clip", "camera", "stream"]
"""camera: frames that a browser or a local device sends; stream: an address that is read."""
Retention = Literal["keep", "hours", "never"]
"""keep: until somebody erases it; hours: so many hours; never: gone once it was looked at."""
MediaState = Literal["waiting", "running", "paused", "done", "failed"]
"""waiting: nobody looked at it yet; running: somebody looks at it now."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Blur:
    """What nobody may recognise in the frames of a medium."""

    faces: bool = False
    """Wherever a face is found."""
    regions: tuple[Bounds, ...] = ()
    """xyxy, 0..1 of the upright frame's width and height."""

    @property
    def wanted(self) -> bool:
        """Tell whether anything is to be blurred."""
        return self.faces or bool(self.regions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture, clip, camera or stream that can be looked at."""

    id: str
    kind: MediaKind
    name: str
    """What a person calls it, as in the name of the file."""
    added_at: str
    bytes: int = 0
    """Of the stored file; 0: nothing is stored."""
    format: str = ""
    """What the file is by its content: JPEG, MP4 and the like."""
    facts: ClipFacts = field(default_factory=lambda: ClipFacts(width=0, height=0))
    state: MediaState = "waiting"
    progress: float = 0.0
    """0..1, of being looked at."""
    last: dict[str, Any] | None = None
    """What was said of it last."""
    retention: Retention = "hours"
    expires_at: str | None = None
    """When it is erased; None: not by the clock."""
    blur: Blur = field(default_factory=Blur)
    prepared: float = 1.0
    """0..1, how much of it is blurred and stored; it may be looked at before."""
    source: str = ""
    """Address or path that frames are read from, without secrets; empty: what was uploaded."""
    error: str = ""
    """Why its state is failed, or what is not as it should be."""
