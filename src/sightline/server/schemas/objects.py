"""Objects in pictures."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from sightline.server.schemas.common import (
    MAX_CHANGES,
    MAX_CLASS_ID,
    ClassId,
    ImageId,
    In,
    Out,
    Review,
    Status,
)

ShapeKind = Literal["box", "obb", "polygon", "mask", "keypoints", "point"]
Uid = Annotated[str, Field(max_length=32, pattern=r"^[A-Za-z0-9_-]+$")]
Note = Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")]
Z = Annotated[int, Field(ge=-MAX_CLASS_ID, le=MAX_CLASS_ID)]
Source = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class NewObject(In):
    """An object to draw, or to put in the place of the one of its uid."""

    uid: Uid | None = Field(None, description="null: a new one")
    kind: ShapeKind
    geometry: Any = Field(
        description="box [x1,y1,x2,y2]; obb [cx,cy,w,h,degrees]; polygon [[outer, hole, ...], ...] "
        'with rings [x,y,x,y,...]; mask {"size":[h,w],"counts":text}; keypoints [[x,y,v],...]; '
        "point [x,y]"
    )
    class_id: ClassId
    attributes: dict[str, Any] = Field(default_factory=dict)
    z: Z = 0
    locked: bool = False
    hidden: bool = False
    score: float | None = None
    source: Source = "person"


class DrawChange(In):
    """What becomes of the objects of one image; `version` is the one that the person saw."""

    image_id: ImageId
    version: Annotated[int, Field(ge=0, le=MAX_CLASS_ID)] | None = None
    put: Annotated[list[NewObject], Field(max_length=MAX_CHANGES)] = Field(default_factory=list)
    delete: Annotated[list[Uid], Field(max_length=MAX_CHANGES)] = Field(default_factory=list)
    clear: bool = Field(default=False, description="all that is there goes first")
    review: Review | None = Field(None, description="null: as it was")
    note: Note | None = Field(None, description="null: as it was")


class Draw(In):
    """A change of objects: all of it or nothing, and one step for undo."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "changes": [
                        {
                            "image_id": 17,
                            "version": 0,
                            "put": [{"kind": "box", "geometry": [10, 20, 60, 80], "class_id": 3}],
                        }
                    ]
                }
            ]
        }
    )

    changes: list[DrawChange] = Field(min_length=1, max_length=MAX_CHANGES)
    description: Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")] = ""


class DrawnImage(Out):
    """The state of one image after a change of its objects."""

    id: int
    version: int
    review: Review
    count: int = Field(description="how many objects it has")


class Drawn(Out):
    """A durable change of objects and the images it named (at most 500 of them)."""

    seq: int
    description: str
    images: list[DrawnImage]


class ObjectOut(Out):
    """One object of an image."""

    uid: str
    kind: ShapeKind
    geometry: Any
    class_id: int
    attributes: dict[str, Any]
    z: int
    locked: bool
    hidden: bool
    score: float | None
    source: str


class ImageObjects(Out):
    """An image with all that is drawn in it."""

    image_id: int
    project: str
    version: int
    width: int
    height: int
    review: Review
    note: str
    status: Status
    class_id: int | None
    tags: list[int]
    objects: list[ObjectOut] = Field(description="from the bottom up")


class ClassObjects(Out):
    """How many objects a class has."""

    class_id: int
    name: str
    objects: int


class ReviewCounts(Out):
    """How many images have each status."""

    todo: int
    in_progress: int
    done: int
    reviewed: int
    rejected: int


class ObjectSummary(Out):
    """How far the drawing of a project is."""

    images: int
    drawn: int = Field(description="images with an object")
    objects: int
    review: ReviewCounts
    classes: list[ClassObjects]


class NextOpen(Out):
    """The next image whose drawing is not finished."""

    image_id: int | None
    left: int = Field(description="how many are not finished, this one included")
