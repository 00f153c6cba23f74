"""Suggestions of objects, and who makes them."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from sightline.server.schemas.common import MAX_CHANGES, ImageId, In, Out, Text

Score = Annotated[float, Field(ge=0, le=1)]
Uid = Annotated[str, Field(min_length=1, max_length=32)]


class DetectorInfo(Out):
    """A model that answers with boxes."""

    name: str
    kind: str
    description: str
    classes: list[str]
    id: str


class SuggestedObject(Out):
    """An object that is suggested."""

    uid: str
    label: str = Field(description="class, as the source calls it")
    class_id: int | None = Field(description="the project's class of this name, if there is one")
    kind: str
    geometry: Any
    score: float


class SuggestedBy(Out):
    """What one source suggests of an image, and nobody has decided."""

    source: str = Field(examples=["engine:yolox"])
    objects: list[SuggestedObject]


class SuggestionSource(Out):
    """Who has suggested something."""

    source: str
    images: int


class NewSuggestions(In):
    """Ask a detector; without a view or ids about all pictures."""

    engine: Annotated[str, Field(min_length=1, max_length=200, examples=["yolox"])]
    view: Text | None = None
    image_ids: Annotated[list[ImageId], Field(min_length=1, max_length=MAX_CHANGES)] | None = None
    min_score: Score = 0.3
    again: bool = Field(default=False, description="about pictures it was asked about, too")


class Accepting(In):
    """Which suggestions become objects."""

    view: Text | None = None
    image_ids: Annotated[list[ImageId], Field(min_length=1, max_length=MAX_CHANGES)] | None = None
    source: Text | None = None
    min_score: Score = 0.0
    uids: Annotated[list[Uid], Field(min_length=1, max_length=MAX_CHANGES)] | None = None

    @model_validator(mode="after")
    def _where(self) -> Self:
        if (self.view is None) == (self.image_ids is None):
            raise ValueError("send either view or image_ids")
        return self


class Accepted(Out):
    """What was accepted; `seq` is the step that undo takes back."""

    seq: int | None
    images: int
    objects: int


class Rejecting(In):
    """Which suggestions of an image are wrong."""

    uids: list[Uid] = Field(min_length=1, max_length=MAX_CHANGES)
    rejected: bool = Field(default=True, description="false: they are not after all")


class Rejected(Out):
    """What was rejected."""

    image_id: int
    changed: int


class SuggestionsCleared(Out):
    """Of how many images what was suggested is forgotten."""

    images: int
