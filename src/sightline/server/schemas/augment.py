"""How a training would vary pictures."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sightline.server.schemas.common import MAX_ID, ImageId, In, Out


class AugmentPreview(In):
    """Which pictures to show, and how they are varied."""

    augment: dict[str, Any] = Field(
        default_factory=dict,
        description="settings of this part of a spec",
        examples=[{"flip": 0.5}],
    )
    spec: dict[str, Any] = Field(
        default_factory=dict,
        description="the rest of the spec; what is left out is what suits the data",
    )
    image_size: Annotated[int, Field(ge=8, le=1024)] | None = None
    resize: Literal["stretch", "crop", "letterbox"] | None = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    epoch: Annotated[int, Field(ge=1, le=100_000, description="the first one shown")] = 1
    image_ids: Annotated[list[ImageId], Field(max_length=12)] = Field(
        default_factory=list, description="labelled training images; none: some of every class"
    )
    count: Annotated[int, Field(ge=1, le=12)] = 6
    views: Annotated[int, Field(ge=1, le=12, description="epochs that follow each other")] = 4
    pick: Annotated[int, Field(ge=0, le=MAX_ID, description="another number: other pictures")] = 0


class Mixed(Out):
    """The picture that was mixed in."""

    image_id: int
    labels: list[str]


class Seen(Out):
    """Where in the training a view comes."""

    epoch: int = Field(description="from 1")
    step: int = Field(description="of the epoch, from 1")
    share: float = Field(description="weight of the picture's own label; the other's has the rest")
    mixed_with: Mixed | None


class PicturePreview(Out):
    """A picture and its views."""

    image_id: int
    labels: list[str]
    original: str = Field(description="data URL, at the size of the network's input")
    views: list[str] = Field(description="data URLs, an epoch each")
    seen: list[Seen] = Field(description="of each view")


class AugmentShown(Out):
    """Pictures as a training of these settings sees them."""

    pictures: list[PicturePreview]
    seed: int
    image_size: int
    augment: dict[str, Any] = Field(description="all settings of the part")
    seconds: float
