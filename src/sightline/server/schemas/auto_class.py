"""Auto class: what a head says of drawn objects, and what is to be changed by it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from sightline.app.auto_class.auto_class import MAX_BOXES
from sightline.app.auto_class.review import Choice
from sightline.server.schemas.assist import Pixel
from sightline.server.schemas.common import ClassId, ImageId, In, Out
from sightline.server.schemas.labels import Images, ViewId
from sightline.server.schemas.objects import ObjectRef, ShapeKind, Uid

Share = Annotated[float, Field(strict=False, ge=0, le=1, allow_inf_nan=False)]
HeadRef = Annotated[
    str, Field(max_length=1_000, description="name or id of a head; empty: the project's")
]
MOST_NAMED = 100_000


class NewGuard(In):
    """What an answer must reach to be taken; what is left out is the project's."""

    min_prob: Share | None = Field(None, description="probability of the class")
    margin: Share | None = Field(None, description="lead over the second likeliest class")
    bg_margin: Share | None = Field(None, description="lead over the background")

    def values(self) -> dict[str, float]:
        """Return what is said of it."""
        found: dict[str, float] = self.model_dump(exclude_none=True)
        return found


class AutoClassGuard(Out):
    """What an answer must reach to be taken."""

    min_prob: float
    margin: float
    bg_margin: float


class Classify(In):
    """Boxes of a picture, or objects that are drawn in it, to be named."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"image_id": 17, "boxes": [[40, 30, 120, 90]]}]}
    )

    image_id: ImageId
    boxes: Annotated[
        list[Annotated[list[Pixel], Field(min_length=4, max_length=4)]],
        Field(max_length=MAX_BOXES, description="x1, y1, x2, y2, pixels of the upright picture"),
    ] = Field(default_factory=list)
    uids: Annotated[
        list[Uid],
        Field(max_length=MAX_BOXES, description="instead of boxes; gone ones are left out"),
    ] = Field(default_factory=list)
    head: HeadRef = ""
    guard: NewGuard | None = None

    def asked(self) -> dict[str, Any]:
        """Return it as the workbench takes it."""
        return {
            "boxes": [(x1, y1, x2, y2) for x1, y1, x2, y2 in self.boxes],
            "uids": self.uids,
            "head": self.head,
            "guard": self.guard and self.guard.values(),
        }


class LikelyClass(Out):
    """One of the likeliest classes."""

    class_: str = Field(alias="class", serialization_alias="class")
    p: float
    class_id: int | None = Field(description="null: the project has no class of this name")


class NamedBox(Out):
    """What a head says of one box."""

    uid: str | None
    box: list[float]
    class_: str | None = Field(
        alias="class",
        serialization_alias="class",
        description="the likeliest, no background",
    )
    class_id: int | None = Field(description="of the class that may be taken; null: ask a person")
    p: float
    margin: float = Field(description="its lead over the second likeliest")
    top: list[LikelyClass]
    accepted: bool
    why: str = Field(examples=["car: sure enough", "car: 0.41 is under 0.5"])


class NamedBoxes(Out):
    """What a head says, box after box."""

    head: str
    guard: AutoClassGuard
    boxes: list[NamedBox]
    ms: float


class AutoClassStatus(Out):
    """Which head names objects of a project, or why none can."""

    head: str | None = Field(description="null: none is active")
    ready: bool
    why: str
    hint: str
    encoder: str | None
    classes: list[str]
    unknown: list[str] = Field(description="classes of the head that the project does not have")
    untaught: list[str] = Field(description="classes of the project that the head cannot say")
    guard: AutoClassGuard


class NewAutoClass(In):
    """Objects to be looked through; no view and no ids: of all images."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"image_ids": [17, 18]}]})

    view: ViewId | None = None
    image_ids: Images | None = None
    class_id: ClassId | None = Field(None, description="only objects of this class")
    head: HeadRef = ""
    guard: NewGuard | None = None

    def asked(self) -> dict[str, Any]:
        """Return it as the workbench takes it."""
        return self.model_dump() | {"guard": self.guard and self.guard.values()}


class ClassCorrection(Out):
    """An object that should be of another class."""

    image_id: int
    uid: str
    kind: ShapeKind
    bounds: list[float]
    width: int = Field(description="of the image, pixels")
    height: int
    from_: int = Field(alias="from", serialization_alias="from", description="id of its class")
    to: int
    p: float
    margin: float


class ClassCorrections(Out):
    """A part of what a job would change, the surest first."""

    total: int
    items: list[ClassCorrection]
    next: str | None
    above: list[int] = Field(description="how many are at least so sure, for 0, .01, ... 1")


class ApplyAutoClass(In):
    """Which of a job's changes are wanted."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"job": "1f2e3d4c", "all": True, "min_p": 0.8}]}
    )

    job: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9]+$")]
    all: bool = Field(default=False, description="all that are at least so sure but `but`")
    min_p: Share = 0.0
    objects: Annotated[
        list[ObjectRef], Field(max_length=MOST_NAMED, description="these, however sure")
    ] = Field(default_factory=list)
    but: Annotated[list[ObjectRef], Field(max_length=MOST_NAMED)] = Field(default_factory=list)

    def choice(self) -> Choice:
        """Return what is chosen."""
        return Choice(
            every=self.all,
            min_p=self.min_p,
            objects=tuple((one.image_id, one.uid) for one in self.objects),
            but=tuple((one.image_id, one.uid) for one in self.but),
        )


class StaleObject(Out):
    """An object that is not as the job saw it."""

    image_id: int
    uid: str
    reason: str


class AutoClassApplied(Out):
    """What was changed, as one step that undo takes back."""

    seq: int | None = Field(description="null: nothing changed")
    description: str
    objects: int
    images: int
    left_out: int = Field(description="changed, locked or deleted since the job looked")
    stale: list[StaleObject] = Field(description="the first of them")
