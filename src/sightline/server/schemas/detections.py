"""Predicted objects judged by the drawn ones."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sightline.server.schemas.common import In, Out
from sightline.server.schemas.common import Split as SplitName

DetectionFault = Literal["missed", "extra", "wrong_class", "badly_placed", "duplicate"]
Share = Annotated[float, Field(ge=0, le=1)]


class NewDetectionEvaluation(In):
    """Which predictions to judge, and how."""

    predictions: str = Field(
        min_length=1,
        max_length=4_000,
        description="suggestions:SOURCE, a path that the server can see, or what an upload is "
        "called",
        examples=["suggestions:engine:yolox", "/data/predictions.json"],
    )
    form: str = Field(default="auto", max_length=40, description="format of a file")
    by: Literal["auto", "box", "mask"] = Field(
        default="auto", description="what is laid over each other; auto: pixels where both have any"
    )
    min_score: Share | None = Field(
        default=None, description="less sure ones are no errors; null: the score of the best F1"
    )
    min_iou: Annotated[float, Field(ge=0.05, le=1)] = 0.5
    splits: list[SplitName] = Field(default_factory=list, description="empty: all")
    silent: Literal["missed", "skip"] | None = Field(
        default=None, description="labelled pictures that are not named; null: missed for files"
    )
    classes: list[Annotated[str, Field(max_length=200)]] = Field(
        default_factory=list, max_length=10_000, description="names of the file's numbers"
    )
    ids: str = Field(
        default="",
        max_length=4_000,
        description="path of the COCO file that a list of results is numbered by",
    )


class DetectionEvaluationShort(Out):
    """An evaluation in a list."""

    id: str
    predictions: str
    at: str
    images: int
    by: Literal["box", "mask"]
    map: float | None
    map50: float | None
    f1: float | None


class DetectionClass(Out):
    """How well objects of a class are predicted; null where nothing can be said."""

    class_id: int
    name: str
    truth: int
    predicted: int
    ap: float | None = Field(description="over IoU .50 to .95")
    ap50: float | None
    precision: float | None
    recall: float | None
    f1: float | None
    missed: int
    extra: int
    wrong_class: int
    badly_placed: int
    duplicate: int


class DetectionCell(Out):
    """How often a class was said to be which; null: nothing there, or nothing said."""

    truth: str | None
    truth_id: int | None
    said: str | None
    said_id: int | None
    count: int


class ErrorCount(Out):
    """How often something is wrong."""

    objects: int
    images: int


class SilentPictures(Out):
    """Labelled pictures that the predictions do not name."""

    images: int
    counted: Literal["missed", "skip"]


class DetectionLeftOut(Out):
    """What was not judged."""

    unmatched: int = Field(description="pictures that the project has not")
    unlabelled: int = Field(description="pictures without objects that nobody called done")
    refused: int = Field(description="what could not be read")
    no_area: int = Field(description="points, and what lies outside of its picture")
    other_classes: dict[str, int] = Field(description="of classes that the project has not")


class DetectionReport(Out):
    """Predictions judged by labels; figures are 0..1, null where nothing can be said."""

    id: str
    project: str
    predictions: str
    format: str
    at: str
    seq: int
    seconds: float
    changed: int = Field(description="pictures that were changed since")
    images: int
    truth: int
    predicted: int
    by: Literal["box", "mask"]
    min_iou: float
    min_score: float = Field(description="from which on predictions count as errors or hits")
    map: float | None = Field(description="COCO: mean over IoU .50 to .95 and classes")
    map50: float | None
    map75: float | None
    map_small: float | None
    map_medium: float | None
    map_large: float | None
    recall_1: float | None
    recall_10: float | None
    recall_100: float | None
    precision: float | None
    recall: float | None
    f1: float | None
    per_class: list[DetectionClass]
    confusion: list[DetectionCell]
    errors: dict[DetectionFault, ErrorCount]
    silent: SilentPictures
    left_out: DetectionLeftOut
    skipped: list[dict[str, Any]]
    notes: list[str]


class DetectionError(Out):
    """One thing that is wrong in a picture; boxes are x1, y1, x2, y2."""

    image_id: int
    width: int = Field(description="of the picture; 0: it is gone")
    height: int
    error: DetectionFault
    truth: str | None
    truth_id: int | None
    truth_box: list[float] | None
    said: str | None
    said_id: int | None
    said_box: list[float] | None
    score: float | None
    iou: float


class DetectionErrors(Out):
    """Errors, the surest first."""

    total: int
    items: list[DetectionError]
