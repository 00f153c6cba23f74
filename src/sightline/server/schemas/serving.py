"""What `serve` takes and answers."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from sightline.server.schemas.common import In, Out, When

MAX_PICTURES: Final = 64
"""In one request."""


class PredictBody(In):
    """Pictures in JSON: one, or several."""

    image: str | None = Field(None, description="bytes of a picture file, base64")
    images: list[str] | None = Field(None, description="the same of several")
    model: str | None = Field(None, max_length=200, description="needed when several are served")
    top: int | None = Field(None, ge=1, description="only the most probable classes")


class ServedObject(Out):
    """What a detector found."""

    label: str
    score: float
    box: list[float] = Field(description="x1, y1, x2, y2, pixels of the upright picture")


class ServedRow(Out):
    """The answer about one picture, or why there is none."""

    path: str | None = Field(None, description="the file's name, as it was sent")
    label: str | None = Field(None, description="the likeliest class")
    probability: float | None = None
    probabilities: dict[str, float] | None = Field(
        None, description="of every class, or of the `top` likeliest, best first"
    )
    tags: list[str] | None = Field(None, description="of tags: those that are there")
    width: int | None = Field(None, description="of a detector: pixels")
    height: int | None = None
    objects: list[ServedObject] | None = Field(None, description="of a detector: best first")
    error: str | None = None
    reason: str | None = None


class Predicted(ServedRow):
    """The answer about one picture, or in `items` about each of several."""

    model: str
    version: str = Field(description="id of the model that answered")
    items: list[ServedRow] | None = None
    ms: float = Field(description="time in the server, milliseconds")


class ServedModel(Out):
    """A model that answers."""

    name: str
    version: str
    kind: str
    format: str
    precision: str
    forced: bool = Field(description="whether it was written although it lost more than allowed")
    classes: list[str]
    input_px: int
    ref: str = Field(description="what it was found by")
    bytes: int = Field(description="about how much memory it takes")
    since: When


class ServedModels(Out):
    """All that answer."""

    models: list[ServedModel]


class Swap(In):
    """Which model shall answer under a name from now on."""

    model: str | None = Field(
        None, max_length=200, description="id or name; nothing: the newest so named"
    )


class Swapped(Out):
    """What answered before, and what answers now."""

    before: str
    model: ServedModel


class Readiness(Out):
    """Whether new requests are welcome."""

    ready: bool
    models: dict[str, str] = Field(description="name to version")


class ServingHealth(Out):
    """That the server lives, and how busy it is."""

    status: str
    version: str
    uptime_s: float
    in_flight: int
    waiting: int
    limit: int


class ServingProcess(Out):
    """A process that serves models of the workspace."""

    pid: int
    url: str
    models: list[str]
    keyed: bool = Field(description="whether it asks for a key")
    started_at: When
