"""Classes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from sightline.core.skeletons import MAX_POINTS
from sightline.server.schemas.common import MAX_CLASS_ID, ClassId, In, Out, Text
from sightline.server.schemas.labels import Expect, Images, Outcome, ViewId

Pair = Annotated[list[int], Field(min_length=2, max_length=2)]
NULLABLE = ("hotkey", "skeleton")


class ClassSkeleton(Out):
    """The keypoints of a class."""

    names: list[str]
    edges: list[list[int]] = Field(description="which are joined, places from 0")


class NewSkeleton(In):
    """The keypoints that a class shall have."""

    names: Annotated[list[Text], Field(max_length=MAX_POINTS)]
    edges: Annotated[list[Pair], Field(max_length=MAX_POINTS * 10)] = Field(
        default_factory=list, description="which are joined, places from 0"
    )


class Class(Out):
    """A class of a project."""

    id: int
    name: str = Field(examples=["cat"])
    colour: str = Field(examples=["#5aa9ff"])
    hotkey: str | None = Field(examples=["1"])
    position: int = Field(description="its place in the list, ascending")
    count: int = Field(description="images that bear it")
    skeleton: ClassSkeleton | None = Field(None, description="of keypoints; null: it has none")


class NewClass(In):
    """A class to make; colour and hotkey are chosen when they are left out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "cat", "hotkey": "1"}]})

    name: Text
    colour: str | None = Field(default=None, max_length=20, examples=["#5aa9ff"])
    hotkey: str | None = Field(default=None, max_length=1, examples=["1"])


class ClassEdit(In):
    """What to change; `hotkey: null` takes the key away; `position` counts from 0."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"colour": "#ff0000"}]})

    name: Text | None = None
    colour: str | None = Field(default=None, max_length=20)
    hotkey: str | None = Field(default=None, max_length=1)
    position: Annotated[int, Field(ge=0, le=MAX_CLASS_ID)] | None = None
    skeleton: NewSkeleton | None = None

    def changes(self) -> dict[str, Any]:
        """Return what was said; hotkey and skeleton can be set to nothing."""
        said = self.model_dump(exclude_unset=True)
        return {key: one for key, one in said.items() if one is not None or key in NULLABLE}


class Merge(In):
    """Classes to make one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"from": [4, 5], "into": 3, "dry_run": True}]}
    )

    sources: Annotated[list[ClassId], Field(min_length=1, max_length=1_000, alias="from")]
    into: ClassId
    dry_run: bool = False
    expect: Expect | None = None


class SplitOff(In):
    """Images of a class that become a class of their own: a whole view, or images by id."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "kitten", "image_ids": [17, 18]}]}
    )

    name: Text
    view: ViewId | None = None
    image_ids: Images | None = None
    dry_run: bool = False
    expect: Expect | None = None


class ClassDeleted(Outcome):
    """What deleting a class did, or would do."""

    deleted: int | None = Field(description="id of the class; null after a dry run")


class Deleted(Out):
    """What was deleted."""

    deleted: int | str
