"""Messages on the socket of a narration, and what is answered about narrations."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from sightline.server.schemas.common import MAX_ID, In, Out, When

Rate = Annotated[
    float, Field(gt=0, le=240, description="frames a second that are looked at", examples=[1])
]
Cadence = Annotated[
    float, Field(ge=0, le=86_400, description="seconds from text to text; 0: as fast as it goes")
]
Lang = Annotated[str, Field(min_length=2, max_length=20, description="language", examples=["en"])]
Engine = Annotated[
    str, Field(max_length=1_000, description="as in /api/narration/engines", examples=["auto"])
]


class DescribeOpen(In):
    """The first message: what to follow."""

    type: Literal["open"] = "open"
    media_id: str = Field(min_length=1, max_length=100, examples=["3f9c0a"])
    frame_rate: Rate | None = Field(None, description="null: every frame")
    lang: Lang | None = Field(None, description="null: the setting narrate_lang")
    last_seen: Annotated[int, Field(ge=0, le=MAX_ID)] | None = Field(
        None,
        description="the newest id that arrived; what came after it follows. null: of a clip all "
        "texts, of a camera those to come",
    )
    engine: Engine | None = Field(None, description="null: the setting narrate_engine")
    every_s: Cadence | None = Field(None, description="null: the setting narrate_every_s")
    project: str | None = Field(None, max_length=1_000)
    masks: bool = Field(False, description="outline objects too, by the built-in segmenter")
    again: bool = Field(False, description="narrate a clip anew although its texts are here")


class DescribeControl(In):
    """Any later message; frames of a camera are sent as binary messages, one picture each."""

    type: Literal["pause", "resume", "set", "stop", "ping"]
    frame_rate: Rate | None = Field(None, description="null: every frame")
    lang: Lang | None = None
    engine: Engine | None = None
    every_s: Cadence | None = None


class SeenBox(Out):
    """An object in the frame."""

    name: str
    score: float
    box: tuple[float, float, float, float] = Field(description="x1, y1, x2, y2, pixels")
    track: int = Field(description="the same number in two frames is the same object; 0: none")
    outline: list[float] | None = Field(
        None, description="x0, y0, x1, y1, ..., pixels; there when masks are wanted"
    )


class DescribeText(Out):
    """One text. The only message without a `type`."""

    id: int = Field(description="counts up; send the newest as last_seen after a reconnect")
    timestamp: When
    text: str
    confidence: float
    overlay_url: str | None = Field(description="a transparent picture to lay over the frame")
    boxes: list[SeenBox]
    media_id: str
    time_s: float = Field(description="of the frame, since the start")
    frame: int = Field(description="number of the frame, from 0")
    width: int = Field(description="of the frame, pixels; boxes are in it")
    height: int
    kind: Literal["text", "summary"]
    counts: dict[str, int] = Field(description="of a summary: objects in all, by class")
    lang: str = Field(description="in which it is")
    asked_lang: str
    engine: str
    latency_ms: float = Field(description="from the frame's coming to the text")
    dropped: int = Field(description="frames that came while another was looked at, so far")
    notes: list[str]


class Said(Out):
    """What went wrong."""

    code: str
    message: str
    hint: str


class DescribeStream(Out):
    """How a narration stands."""

    media_id: str
    session: str
    state: Literal["starting", "running", "paused", "done", "failed"]
    engine: str
    asked_engine: str
    asked_lang: str
    notes: list[str]
    viewers: int
    frames: int = Field(description="that were looked at")
    dropped: int
    time_s: float
    latency_ms: float
    every_s: float | None
    frame_rate: float | None
    error: Said | None
    trouble: Said | None = Field(description="why the last change was not made")


class DescribeState(DescribeStream):
    """A message: how the narration stands, at the start and when that changes."""

    type: Literal["state"] = "state"
    missed: int = Field(0, description="texts after last_seen that are kept no more")
    reset: bool = Field(False, description="last_seen is of texts that were erased: begin anew")


class DescribeSkipped(Out):
    """A message: the reader was too slow, the newest text follows."""

    type: Literal["skipped"] = "skipped"
    texts: int


class DescribeHeartbeat(Out):
    """A message: the server is there."""

    type: Literal["heartbeat"] = "heartbeat"
    timestamp: When


class DescribeEnd(Out):
    """The last message but one of those that narrate to an end; the socket is closed after it."""

    type: Literal["end"] = "end"
    state: Literal["done", "failed"]
    error: Said | None


class DescribeError(Said):
    """A message: why the socket is closed."""

    type: Literal["error"] = "error"


class NewAnnotated(In):
    """How a clip is to be drawn into."""

    lang: Lang | None = Field(None, description="of the narration; null: the newest")
    captions: bool = Field(True, description="write the texts at the foot of the picture")


MESSAGES: Final = (
    DescribeOpen,
    DescribeControl,
    DescribeText,
    DescribeState,
    DescribeSkipped,
    DescribeHeartbeat,
    DescribeEnd,
    DescribeError,
)
"""What goes over the socket, for the OpenAPI document: no route says it."""
