"""What served models were unsure of."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from sightline.server.schemas.common import In, Out

DoubtId = Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")]


class DriftTest(Out):
    """What the test of a stream said of its newest window."""

    statistic: float = Field(description="0..1: Kolmogorov-Smirnov")
    p: float
    alarm: bool
    window: int


class DoubtsTold(Out):
    """What a serving process told last of a model."""

    at: str
    model: str
    model_name: str
    seen: int = Field(description="answers since it began to serve")
    looked: int = Field(description="of which so many were compared with known pictures")
    doubtful: int
    odd: int
    kept: int
    doubles: int
    full: int = Field(description="less doubtful than all that is kept, when there was no room")
    missed: int = Field(description="came faster than they were looked at")
    failed: int
    fault: str
    reference: int = Field(description="known pictures that oddness is measured by; 0: none")
    threshold: float | None = Field(
        description="probability from which on a class belongs to the conformal set"
    )
    drift: DriftTest | None


class KeptDoubt(Out):
    """A doubtful picture."""

    id: str
    at: str
    model: str
    model_name: str
    score: float = Field(description="0..1, the most doubtful have most")
    reasons: list[str] = Field(description="margin, conformal, box, odd")
    oddness: float | None = Field(description="share of known pictures that are less odd")
    answer: dict[str, Any]
    bytes: int


class KeptDoubts(Out):
    """Doubtful pictures of a project, and what serving processes told."""

    project: str
    items: list[KeptDoubt]
    bytes: int
    keep: int = Field(description="how many are kept at most")
    told: list[DoubtsTold]


class ChosenDoubts(In):
    """Which doubts; null: all."""

    ids: Annotated[list[DoubtId], Field(min_length=1, max_length=10_000)] | None = None


class TakeDoubts(ChosenDoubts):
    """Which doubts to take."""

    limit: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="only so many, the most doubtful"
    )


class TakenDoubts(Out):
    """What was taken into a project."""

    project: str
    taken: int
    added: int
    known: int = Field(description="were in the project already")
    unreadable: int
    suggested: int = Field(description="objects that a detector's answers suggest")
    image_ids: list[int]
    left: int


class ClearedDoubts(Out):
    """How many were thrown away."""

    removed: int
