"""Labels, history and snapshots."""

from __future__ import annotations

from typing import Annotated, Literal

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


class Change(In):
    """What one image shall be; `version` is the one that the person saw."""

    image_id: ImageId
    version: Annotated[int, Field(ge=0, le=MAX_CLASS_ID)] | None = None
    class_id: ClassId | None = None
    status: Literal["labelled", "unsure", "skipped", "unlabelled"] | None = None
    tags: list[ClassId] | None = Field(default=None, max_length=1_000)

    def wish(self) -> LabelChange:
        """Return the change; a class without a status labels, nothing at all unlabels.

        Raises:
            InvalidInputError: It names neither a class, a status nor tags.
        """
        said = self.model_fields_set & {"class_id", "status", "tags"}
        if not said:
            raise InvalidInputError(
                f"image {self.image_id}: nothing to change", hint="send class_id, status or tags"
            )
        labelled = self.class_id is not None or bool(self.tags)
        return LabelChange(
            self.image_id,
            self.class_id,
            self.status or ("labelled" if labelled else "unlabelled"),
            self.version,
            None if self.tags is None else tuple(self.tags),
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


class NewSnapshot(In):
    """A snapshot to take."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "before the clean-up"}]})

    name: Text


SnapshotId = Annotated[int, Field(ge=1, le=MAX_ID)]
