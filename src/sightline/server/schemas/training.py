"""Settings of trainings, what changes a running one, and trainings side by side."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from sightline.server.schemas.common import In, Mode, Out, Text
from sightline.server.schemas.learning import EpochPoint, Point, Run


class SpecCheck(In):
    """Settings to complete and check: as values, or as a text that somebody writes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"spec": {"epochs": 8}}]})

    spec: dict[str, Any] = Field(default_factory=dict)
    text: Annotated[str, Field(max_length=1_000_000)] | None = Field(
        default=None, description="takes the place of `spec`"
    )
    format: Literal["json", "yaml"] = Field(
        default="json", description="of `text`, in both directions"
    )
    mode: Mode = "new"
    parent: Text | None = Field(default=None, description="id of the run to go on from")


class SpecProblem(Out):
    """What is wrong with a setting."""

    key: str = Field(description="dotted; empty where no single setting is wrong")
    message: str
    hint: str


class Moved(Out):
    """A setting that an older version of the spec had elsewhere."""

    from_: str = Field(serialization_alias="from", validation_alias="from")
    to: str


class SpecChecked(Out):
    """The whole spec, or what to mend."""

    spec: dict[str, Any] | None = Field(description="null while there are problems")
    text: str = Field(description="the same in the format asked for")
    problems: list[SpecProblem]
    moved: list[Moved]


class Control(In):
    """What to ask of a running training; what is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"pause": True}]})

    pause: bool | None = Field(default=None, description="wait between two steps, or go on")
    stop_after_epoch: bool | None = Field(default=None, description="end with this epoch, report")
    lr_factor: Annotated[float, Field(gt=0, le=1_000)] | None = Field(
        default=None, description="multiplies the learning rate of the schedule"
    )
    lr: Annotated[float, Field(gt=0, le=10_000)] | None = Field(
        default=None, description="the same, as the highest learning rate"
    )


class RunNote(In):
    """What a person writes on a training; what is left out stays."""

    notes: Annotated[str, Field(max_length=20_000)] | None = None
    starred: bool | None = None


class TrashedRun(Run):
    """A training in the trash."""

    trashed_at: str


class Emptied(Out):
    """How many were erased."""

    erased: int


class RunFile(Out):
    """A file that a training left."""

    name: str = Field(examples=["checkpoints/best.safetensors"])
    bytes: int


class SpecRow(Out):
    """A setting in which trainings differ."""

    key: str
    values: list[Any]


class MetricRow(Out):
    """A figure of each training."""

    name: str
    values: list[float | None]
    best: list[int] = Field(description="positions of the best; none where none is better")
    higher: bool = Field(description="more is better")


class RunCurves(Out):
    """The curves of a training, thinned to what can be seen."""

    run: str
    points: list[Point]
    epochs: list[EpochPoint]


class RunComparison(Out):
    """Trainings side by side, in the order asked for."""

    runs: list[Run]
    spec: list[SpecRow]
    metrics: list[MetricRow]
    curves: list[RunCurves]
    notes: list[str] = Field(description="what a comparison has to bear in mind")


class Move(In):
    """Where a queued job goes among those that wait."""

    to: Literal["first", "up", "down", "last"]


class Order(Out):
    """The jobs that wait, the next one first."""

    order: list[str] = Field(description="ids")


class StartTraining(In):
    """A training to start, as HootSight names things; what it does not know is passed over."""

    model_config = ConfigDict(
        extra="ignore",
        strict=True,
        protected_namespaces=(),
        json_schema_extra={"examples": [{"project": "birds", "mode": "finetune"}]},
    )

    project: Text = ""
    project_name: Text = Field(default="", description="the same as project")
    mode: Mode | None = None
    resume: bool | None = Field(default=None, description="older scripts: mode resume")
    model_type: Text | None = Field(default=None, description="follows from the network")
    model_name: Text | None = Field(default=None, examples=["resnet50"])
    epochs: Annotated[int, Field(ge=1, le=100_000)] | None = None
    preset: Text | None = None
    spec: dict[str, Any] | None = Field(default=None, description="any other settings")


class StopTraining(In):
    """A training to stop."""

    training_id: Text | None = Field(default=None, description="none: the one that is running")
