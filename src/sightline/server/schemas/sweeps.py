"""Searches for settings, and for a learning rate."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from sightline.server.schemas.common import In, Out, When
from sightline.server.schemas.jobs import JobFault

Knobs = Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=50)]


class NewSweep(In):
    """What to search for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"trials": 20, "knobs": ["optimizer.lr=log:1e-4..1e-2"], "spec": {}}]
        }
    )

    trials: Annotated[int, Field(ge=1, le=10_000)] = 20
    knobs: Knobs = Field(
        default_factory=list,
        description="KEY=LOW..HIGH, KEY=log:LOW..HIGH or KEY=A,B; none: the usual ones",
    )
    prune: bool = Field(default=True, description="end trainings that fall behind")
    spec: dict[str, Any] = Field(default_factory=dict)


class MoreTrials(In):
    """How far to go on."""

    trials: Annotated[int, Field(ge=1, le=10_000)] | None = None


class TrialEpoch(Out):
    """The best value of a trial up to an epoch."""

    epoch: int
    value: float


class SweepTrial(Out):
    """One training of a search."""

    number: int
    state: Literal["done", "pruned", "failed", "running"]
    value: float | None
    values: dict[str, Any]
    epochs: list[TrialEpoch]
    error: str | None
    seconds: float | None
    best: bool


class BestTrial(Out):
    """What a search found."""

    number: int
    value: float
    values: dict[str, Any]
    spec: dict[str, Any] = Field(description="the whole spec, for a training")


class Sweep(Out):
    """A search."""

    id: str
    created_at: When
    state: Literal["queued", "running", "stopped", "failed", "done"]
    trials: int
    finished: int
    prune: bool
    monitor: str = Field(examples=["val_loss"])
    knobs: list[str]
    spec: dict[str, Any]
    job: str | None
    error: JobFault | None = Field(description="why it failed")
    best: BestTrial | None


class SweepDetail(Sweep):
    """A search with its trials."""

    rows: list[SweepTrial]


class DeletedSweep(Out):
    """A search that is gone."""

    id: str


class NewLrRange(In):
    """What to test."""

    steps: Annotated[int, Field(ge=20, le=10_000)] = 120
    low: Annotated[float, Field(gt=0, le=1)] = 1e-6
    high: Annotated[float, Field(gt=0, le=10)] = 1.0
    spec: dict[str, Any] = Field(default_factory=dict)
