"""Cross-validation."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from sightline.server.schemas.common import In, Out, When
from sightline.server.schemas.splits import GroupBy


class NewFolds(In):
    """A training for each fold."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"folds": 5, "group_by": "folder", "spec": {"epochs": 8}}]}
    )

    folds: Annotated[int, Field(ge=2, le=100)] = 5
    group_by: GroupBy | None = Field(default=None, description="default: the project's split_by")
    spec: dict[str, Any] = Field(default_factory=dict)


class FoldRun(Out):
    """The training of one fold."""

    fold: int
    run: str
    state: str = Field(description="as of a run; gone: it has been deleted")
    figures: dict[str, float] = Field(examples=[{"val.accuracy": 0.91, "test.accuracy": 0.9}])


class FoldSet(Out):
    """Runs that differ in the fold that is held out, and what they come to."""

    id: str
    created_at: When
    folds: int
    group_by: str
    seed: int
    state: Literal["running", "done", "ended"]
    finished: int
    runs: list[FoldRun]
    mean: dict[str, float]
    spread: dict[str, float | None] = Field(description="standard deviation between folds")
