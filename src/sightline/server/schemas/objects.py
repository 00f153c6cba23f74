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


class GalleryItem(Out):
    """One object of a gallery."""

    image_id: int
    uid: str
    class_id: int
    kind: ShapeKind
    bounds: list[float] = Field(description="x1, y1, x2, y2 in pixels of the upright picture")
    width: int = Field(description="of the picture")
    height: int = Field(description="of the picture")


class GalleryPage(Out):
    """A part of a gallery."""

    total: int
    items: list[GalleryItem]
    next: str | None = Field(description="cursor of the part that follows")


class CheckCounts(Out):
    """How many objects each check is about."""

    tiny: int
    huge: int
    outside: int
    duplicate: int
    overlap: int


class Checks(Out):
    """What the checks find."""

    counts: CheckCounts


class CheckedItem(GalleryItem):
    """One object that a check is about."""

    why: str
    other: GalleryItem | None = Field(description="what it is compared with")


class CheckedPage(Out):
    """A part of what a check is about, the worst first."""

    total: int
    items: list[CheckedItem]
    next: str | None = Field(description="cursor of the part that follows")


class ObjectRef(In):
    """One object."""

    image_id: ImageId
    uid: Uid


class Reclass(In):
    """Another class for objects, or their end: one step for undo."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"objects": [{"image_id": 17, "uid": "a1"}], "class_id": 3}]
        }
    )

    objects: Annotated[list[ObjectRef], Field(min_length=1, max_length=MAX_CHANGES)]
    class_id: ClassId | None = Field(description="null: they are deleted")


class Reclassed(Out):
    """What became of objects."""

    seq: int
    description: str
    images: int = Field(description="images that changed")


class WaitingItem(Out):
    """What waits for one picture."""

    id: int
    path: str = Field(description="as the data set writes it")
    source: str
    at: str
    objects: int


class WaitingPage(Out):
    """Labels that wait for pictures which are not here."""

    count: int = Field(description="pictures that are waited for")
    items: list[WaitingItem]
    next: int | None


class WaitingGone(Out):
    """What was thrown away."""

    deleted: int
