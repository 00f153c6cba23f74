"""Labels, history and snapshots."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from sightline.core.errors import InvalidInputError
from sightline.core.labels import LabelChange
from sightline.server.schemas.common import (
    MAX_CHANGES,
    MAX_CLASS_ID,
    MAX_ID,
    ClassId,
    ImageId,
    In,
    Out,
    Status,
    Text,
)
from sightline.server.schemas.images import LabelState

Tags = Annotated[list[ClassId], Field(max_length=1_000)]
Said = Literal["labelled", "unsure", "skipped", "unlabelled"]
ViewId = Annotated[str, Field(max_length=100, description="id of a view")]
Expect = Annotated[
    int,
    Field(ge=0, le=MAX_CLASS_ID, description="images that should change; 409 if others do by now"),
]
Images = Annotated[list[ImageId], Field(max_length=MAX_CHANGES)]


class Change(In):
    """What one image shall be; `version` is the one that the person saw."""

    image_id: ImageId
    version: Annotated[int, Field(ge=0, le=MAX_CLASS_ID)] | None = None
    class_id: ClassId | None = None
    status: Said | None = None
    tags: Tags | None = Field(
        default=None, description="all of them; none with `labelled`: none of these"
    )
    add_tags: Tags = Field(default_factory=list)
    remove_tags: Tags = Field(default_factory=list)

    def wish(self) -> LabelChange:
        """Return the change; a class without a status labels, no class and no status unlabels.

        Where only tags are given, the class stays, and the image is labelled if it has any then.

        Raises:
            InvalidInputError: It names neither a class, a status nor tags.
        """
        said = self.model_fields_set & {"class_id", "status", "tags"}
        if not said and not self.add_tags and not self.remove_tags:
            raise InvalidInputError(
                f"image {self.image_id}: nothing to change", hint="send class_id, status or tags"
            )
        follows = not self.model_fields_set & {"class_id", "status"}
        labelled = self.class_id is not None or bool(self.tags)
        return LabelChange(
            self.image_id,
            self.class_id,
            self.status or (None if follows else "labelled" if labelled else "unlabelled"),
            self.version,
            None if self.tags is None else tuple(self.tags),
            tuple(self.add_tags),
            tuple(self.remove_tags),
        )


class Labels(In):
    """A change of labels: all of it or nothing."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"changes": [{"image_id": 17, "version": 0, "class_id": 3}]}]
        }
    )

    changes: list[Change] = Field(min_length=1, max_length=MAX_CHANGES)


class Labelled(Out):
    """The state of one image after a change."""

    id: int
    version: int
    status: Status
    class_id: int | None
    tags: list[int] | None = Field(None, description="null: as they were")


class Bulk(In):
    """One change of many images: a whole view, or images by id."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"image_ids": [17, 18], "class_id": 3, "dry_run": True}]}
    )

    view: ViewId | None = None
    image_ids: Images | None = None
    class_id: ClassId | Literal["predicted"] | None = Field(
        default=None, description="`predicted`: of each waiting image what the head says"
    )
    status: Said | None = None
    tags: Tags | None = None
    add_tags: Tags = Field(default_factory=list)
    remove_tags: Tags = Field(default_factory=list)
    dry_run: bool = False
    expect: Expect | None = None


class Outcome(Out):
    """What a change of many images did, or would do."""

    count: int = Field(description="images that it is about")
    changed: int = Field(description="images that are another afterwards")
    seq: int | None = Field(None, description="its number in the journal; null: nothing changed")
    description: str


class Answer(Out):
    """A durable change and the images it touched (at most 500 of them)."""

    seq: int
    images: list[Labelled]


class Undone(Answer):
    """What was undone or done again."""

    description: str


class JournalState(Out):
    """What undo and redo would do now."""

    can_undo: bool
    can_redo: bool
    undo: str | None
    redo: str | None


class Snapshot(Out):
    """A named state of all labels of a project."""

    id: int
    name: str
    seq: int
    at: str
    actor: str
    labelled: int


class ImageDifference(Out):
    """One image that differs; null: it is not in that state."""

    id: int
    path: str
    before: LabelState | None
    after: LabelState | None


class ClassDifference(Out):
    """One class that differs; null: it is not in that state."""

    id: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class LabelsMoved(Out):
    """How many images went from one label to another."""

    before: str = Field(examples=["unlabelled"])
    after: str = Field(examples=["cat"])
    count: int


class SnapshotDiff(Out):
    """What changed from one snapshot to another, or to now."""

    start: str = Field(alias="from", validation_alias="from")
    to: str
    changed: int
    images: list[ImageDifference] = Field(description="the first 500")
    classes: list[ClassDifference]
    summary: list[LabelsMoved]


class SnapshotDeleted(Out):
    """A snapshot that is gone."""

    deleted: int
    name: str


class NewSnapshot(In):
    """A snapshot to take."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "before the clean-up"}]})

    name: Text


SnapshotId = Annotated[int, Field(ge=1, le=MAX_ID)]
