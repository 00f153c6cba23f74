"""Media: pictures, clips, cameras and streams."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, Field

from sightline.app.media.terms import MOST_HOURS, MOST_REGIONS
from sightline.server.schemas.common import In, Out, When

Share = Annotated[float, Field(ge=0, le=1)]
Region = tuple[Share, Share, Share, Share]
KeptFor = Literal["keep", "hours", "never"]
Hours = Annotated[float, Field(gt=0, le=MOST_HOURS)]
ID = AliasChoices("media_id", "id")
"""What answers call media_id; the first is also its name in the description of the API."""
MediaName = Annotated[str, Field(max_length=1_000)]


class UploadTerms(BaseModel):
    """How an uploaded file is kept."""

    name: MediaName = Field(default="", description="empty: as the form says")
    retention: KeptFor | None = Field(default=None, description="left out: as the settings say")
    hours: Hours | None = None
    blur_faces: bool = Field(default=False, description="before anything is stored")
    blur: list[Annotated[str, Field(max_length=100)]] = Field(
        default_factory=list,
        max_length=MOST_REGIONS,
        description="regions, x1,y1,x2,y2 as shares of width and height",
        examples=["0.1,0.2,0.5,0.4"],
    )


class NewMedia(In):
    """A camera whose frames a browser sends, or an address that is read."""

    source: Annotated[str, Field(max_length=2_000)] = Field(
        default="",
        description="empty: a camera; else an address that the setting media_sources allows",
        examples=["rtsp://cam.local/stream"],
    )
    name: MediaName = ""
    retention: KeptFor | None = None
    hours: Hours | None = None
    blur_faces: bool = False
    blur: Annotated[list[list[Share]], Field(max_length=MOST_REGIONS)] = Field(default_factory=list)


class MediaTerms(In):
    """How long a medium is kept from now on."""

    retention: KeptFor
    hours: Hours | None = None


class MediaFacts(Out):
    """What is known before frames are read; 0 is not known."""

    width: int = Field(description="pixels, upright")
    height: int
    fps: float
    frames: int
    duration_s: float
    live: bool
    codec: str
    rotation: int = Field(description="degrees that the file asks to be turned by")


class MediaBlur(Out):
    """What is blurred in every frame."""

    faces: bool
    regions: list[Region]


class MediaInfo(Out):
    """A picture, clip, camera or stream, and how far it was looked at."""

    media_id: str = Field(validation_alias=ID, examples=["3f9a0c1d2b4e5f6071829304"])
    kind: Literal["image", "clip", "camera", "stream"]
    name: str
    format: str = Field(description="by the content", examples=["MP4"])
    bytes: int = Field(description="stored; 0: nothing is")
    facts: MediaFacts
    state: Literal["waiting", "running", "paused", "done", "failed"]
    progress: float = Field(description="0 to 1, of being looked at")
    prepared: float = Field(
        description="0 to 1, how much is blurred and stored; it may be looked at before"
    )
    last: dict[str, Any] | None = Field(description="what was said of it last")
    retention: KeptFor
    expires_at: When | None = Field(description="null: not by the clock")
    blur: MediaBlur
    source: str = Field(description="address, without secrets; empty: what was uploaded")
    error: str = Field(description="why it failed, or what is not as it should be")
    added_at: When


class ErasedMedia(Out):
    """What is gone."""

    media_id: str = Field(validation_alias=ID)
    name: str
    freed_bytes: int


class FaceFinding(Out):
    """Who finds the faces that are to be blurred."""

    by: list[Literal["yunet", "heads", "cascade"]]
    detector: str = Field(description="name of the one that sees persons; may be empty")
    note: str = Field(description="how good that is, for the person who decides")
