"""A model as its demo page shows it."""

from __future__ import annotations

from pydantic import Field

from sightline.server.schemas.common import Out


class DemoModel(Out):
    """What is told of a model before it is asked."""

    name: str
    version: str
    kind: str = Field(description="classifier or detector")
    task: str
    classes: list[str]
    precision: str
    forced: bool


class DemoObject(Out):
    """What a detector found."""

    label: str
    score: float
    box: list[float] = Field(description="x1, y1, x2, y2, pixels of the upright picture")


class DemoHeat(Out):
    """Where in the picture a class was seen: a grid over all of it."""

    width: int
    height: int
    cells: str = Field(description="8 bits a cell, row by row, base64")


class DemoAnswer(Out):
    """What a model says of one picture."""

    model: str
    version: str
    label: str | None = Field(default=None, description="the likeliest class")
    probability: float | None = None
    probabilities: dict[str, float] | None = None
    tags: list[str] | None = None
    width: int | None = None
    height: int | None = None
    objects: list[DemoObject] | None = None
    heat: DemoHeat | None = Field(
        default=None, description="of a classifier with a linear head: a class activation map"
    )
    ms: float = Field(description="time in the server, milliseconds")
