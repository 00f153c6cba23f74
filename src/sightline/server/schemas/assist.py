"""Assists for drawing."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from sightline.app.assist.answers import MAX_POINTS, MAX_PROMPTS, Pointed, Question
from sightline.app.assist.answers import MIN_IOU as MIN_OUTLINE
from sightline.app.assist.assist import Asker
from sightline.core.assist import MIN_IOU
from sightline.server.schemas.common import MAX_ID, ClassId, ImageId, In, Out
from sightline.server.schemas.labels import Images, ViewId

Pixel = Annotated[float, Field(strict=False, allow_inf_nan=False)]
Engine = Annotated[
    str, Field(max_length=200, description="name of a segmenter; auto: as the settings say")
]
Client = Annotated[
    str, Field(max_length=64, description="one page; what objects and counts belong to")
]
ObjectName = Annotated[
    str, Field(max_length=64, description="what is being drawn, as the page says")
]
Count = Annotated[int, Field(ge=0, le=MAX_ID)]
Role = Literal["current", "next", "previous"]
EncodingState = Literal["ready", "queued", "encoding", "failed", "empty", "off"]


class NewEncoding(In):
    """A picture to be encoded ahead."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"image_id": 17, "priority": "next", "gen": 4}]}
    )

    image_id: ImageId
    engine: Engine = "auto"
    priority: Role = "current"
    gen: Count = Field(
        default=0, description="counts a page's steps; what waits of lower ones is dropped"
    )
    client: Client = ""


class EncodingInfo(Out):
    """How far an encoding is."""

    emb_key: str | None = Field(description="null until the picture was read")
    state: EncodingState = Field(description="off: outdated, or there is no slot for it")
    bytes: int | None
    ms: float | None = Field(description="how long it took")
    error: str


class AssistPrompt(In):
    """What somebody points at, in pixels of the upright picture."""

    points: Annotated[
        list[Annotated[list[Pixel], Field(min_length=3, max_length=3)]],
        Field(max_length=MAX_POINTS, description="x, y, and 1 on the object or 0 beside it"),
    ] = Field(default_factory=list)
    box: Annotated[list[Pixel], Field(min_length=4, max_length=4)] | None = None
    mask_ref: Annotated[str, Field(max_length=64)] | None = Field(
        default=None,
        description="the answer that the points refine; one that is gone is done without",
    )

    def pointed(self) -> Pointed:
        """Return it as the workbench takes it."""
        box = None if self.box is None else (self.box[0], self.box[1], self.box[2], self.box[3])
        points = tuple((x, y, on > 0) for x, y, on in self.points)
        return Pointed(box=box, points=points, mask_ref=self.mask_ref)


class AssistQuestion(In):
    """A question about one picture."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"image_id": 17, "prompts": [{"points": [[120.5, 80, 1]]}]}]
        }
    )

    image_id: ImageId
    engine: Engine = "auto"
    client: Client = ""
    object: ObjectName = ""
    req_id: Count = 0
    gen: Count = 0
    prompts: Annotated[list[AssistPrompt], Field(min_length=1, max_length=MAX_PROMPTS)]
    multimask: bool = True
    output: Literal["box", "polygon", "rle", "all"] = Field(
        default="rle",
        description="box: the tightest box only; all: polygon and rle, and the tightest box",
    )

    def question(self) -> Question:
        """Return what is asked."""
        return Question(
            prompts=tuple(one.pointed() for one in self.prompts),
            multimask=self.multimask,
            output=self.output,
        )

    def asker(self) -> Asker:
        """Return who asks."""
        return Asker(client=self.client, object=self.object, gen=self.gen, req_id=self.req_id)


class NewTweak(In):
    """All boxes, polygons and masks of a class, to be made tight as one undo step."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"project": "cars", "class_id": 3}]})

    project: Annotated[str, Field(max_length=1_000)]
    class_id: ClassId
    engine: Engine = "auto"
    min_iou: Annotated[Pixel, Field(ge=0, le=1)] = Field(
        default=MIN_IOU, description="a shape whose box agrees less with the old one is not taken"
    )
    image_ids: Images | None = Field(default=None, description="none and no view: all images")
    view: ViewId | None = None


class AssistCandidate(Out):
    """One answer."""

    prompt: int = Field(description="which of the prompts it answers, from 0")
    box: list[float]
    polygon: list[list[list[float]]] | None
    rle: dict[str, Any] | None = Field(examples=[{"size": [480, 640], "counts": "..."}])
    score: float
    mask_ref: str | None = Field(description="send it with the next click on the same object")


class AssistPrediction(Out):
    """The answer to a question, the best candidate of each prompt first."""

    req_id: int
    gen: int
    candidates: list[AssistCandidate]
    ms: float = Field(description="what the engine took")
    waited_ms: float = Field(description="before the engine was asked: encoding and queue")


class MaskIn(In):
    """A mask as COCO writes it."""

    size: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=2, max_length=2)]
    counts: Annotated[str, Field(max_length=8_000_000)]


class NewOutline(In):
    """A mask to be drawn about."""

    rle: MaskIn
    min_iou: Annotated[Pixel, Field(ge=0, le=1)] = Field(
        default=MIN_OUTLINE, description="how alike polygon and mask are at least"
    )


class Outline(Out):
    """The polygon about a mask."""

    polygon: list[list[list[float]]]


class AssistCancel(In):
    """Questions that nobody wants answered any more; nothing named: all of the page."""

    client: Client = ""
    object: ObjectName | None = None
    req_id: Count | None = None
    leave: bool = Field(default=False, description="the page goes away: nothing is encoded ahead")


class AssistCancelled(Out):
    """How many there were."""

    cancelled: int


class AssistBudget(In):
    """What encodings may take."""

    bytes: Annotated[int, Field(ge=1 << 20, le=MAX_ID, description="of memory")]
    slots: Annotated[int, Field(ge=1, le=3, description="1 current, 2 next too, 3 previous too")]
    tile_px: Annotated[int, Field(ge=0, le=16_384)] | None = Field(
        default=None,
        description="longer pictures are encoded in tiles of this side; 0: none, null: as before",
    )
    browser: bool | None = Field(
        default=None,
        description="answer clicks in the browser where an engine can; null: as before",
    )


class AssistBudgetInfo(Out):
    """What encodings may take."""

    bytes: int
    slots: int
    tile_px: int
    browser: bool


class SlotInfo(EncodingInfo):
    """One picture that is encoded ahead."""

    role: Role
    image_id: int | None
    engine: str | None


class AssistWaiting(Out):
    """A question, or an encoding, that is on its way."""

    kind: Literal["encode", "predict"]
    client: str
    object: str
    req_id: int
    gen: int
    image_id: int | None
    engine: str
    state: Literal["queued", "running"]
    age_ms: float


class AssistUse(Out):
    """How much is used."""

    bytes: int
    count: int
    limit: int


class AssistUsed(Out):
    """Memory and disk of all encodings."""

    memory: AssistUse
    disk: AssistUse


class AssistOverview(Out):
    """A page's slots, everybody's queue, and what it takes."""

    slots: list[SlotInfo]
    budget: AssistBudgetInfo
    queue: list[AssistWaiting]
    used: AssistUsed


class SegmenterInfo(Out):
    """What can be asked."""

    name: str
    kind: str
    description: str
    model: str | None = Field(description="id of the added model; null: built in")
    ready: bool
    why: str = Field(description="why it is not ready")
    guess: bool = Field(description="it knows edges and colours, not objects: one click is a guess")
    default: bool
    browser: bool = Field(description="its decoder may run in the browser, see `/decoder`")


class DecoderInfo(Out):
    """How the decoder of an engine is fed, for a page that runs it."""

    key: str = Field(description="changes with the file")
    bytes: int
    fed: dict[str, str] = Field(description="inputs that the encoding feeds, to its arrays")
    inputs: dict[str, str] = Field(description="element type of each input")
    points: str = Field(description="name of the input with points; no name: it has none such")
    labels: str
    boxes: str
    earlier: str = Field(description="the mask that is refined")
    has_earlier: str
    size: str
    nested: bool = Field(description="points lie in one list more; a box's corners are none")
    pads: bool = Field(description="without a box an empty point has to be added")
    masks: str = Field(description="the output with the masks: above 0 on the object")
    scores: str = Field(description="the output with the guesses of their IoU; empty: none")
    low: list[int] = Field(description="height and width of the mask for the next click")
    side: int = Field(description="of the square that the encoder takes")
    stretched: bool = Field(description="the picture fills the square")


class EncodingKey(Out):
    """Where the encoding of a picture is."""

    emb_key: str | None = Field(description="null: the picture is answered by tiles, by the server")
    bytes: int
