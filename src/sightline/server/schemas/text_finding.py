"""Finding what words name."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sightline.server.schemas.common import MAX_CHANGES, ImageId, In, Out, Text
from sightline.server.schemas.suggestions import Score

Name = Annotated[str, Field(min_length=1, max_length=200)]


class TextDetectorInfo(Out):
    """An engine that finds what words name."""

    name: str
    id: str
    description: str
    usual_score: float = Field(description="from which score on it is usually believed")
    masks: bool = Field(description="it gives outlines too, so polygons need no segmenter")
    ready: bool
    why: str = Field(description="why it cannot be asked; empty when it can")


class FindByText(In):
    """What is to be found, and what becomes of it."""

    engine: Name = Field(examples=["owlv2"])
    text: Annotated[str, Field(min_length=1, max_length=20_000, examples=["a cat, traffic light"])]
    min_score: Score | None = Field(default=None, description="null: what the engine is good for")
    classes: dict[Name, Name] = Field(
        default_factory=dict, description="classes of texts that are not called as their class is"
    )
    create: bool = Field(default=False, description="make the classes that are missing")
    segmenter: Name | None = Field(
        default=None, description="who makes each box tight, or a polygon of it; auto: the usual"
    )
    form: Literal["box", "polygon"] = "box"
    tile_px: int = Field(
        default=0, ge=0, le=8192, description="look into tiles of this side too; 0: no tiles"
    )


class FindByTextInMany(FindByText):
    """The same of many pictures; without a view or ids of all of them."""

    view: Text | None = None
    image_ids: Annotated[list[ImageId], Field(min_length=1, max_length=MAX_CHANGES)] | None = None
    again: bool = Field(default=False, description="of pictures that were asked the same, too")


class FoundByText(Out):
    """What came of it; the objects are suggestions of the picture."""

    source: str = Field(examples=["text:owlv2"])
    labels: dict[str, str] = Field(description="what is found by each text: the name of its class")
    unknown: list[str] = Field(description="labels of which the project has no class yet")
    objects: int
