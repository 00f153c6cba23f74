"""Explanations: what a network looked at."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sightline.server.schemas.common import ClassId, ImageId, In, Out, Split, Text
from sightline.server.schemas.jobs import Job


class Explain(In):
    """An answer to explain: of an image of a project."""

    image_id: ImageId
    method: Text = Field(default="auto", examples=["gradcam"])
    layer: Text = Field(default="", description="dotted name; empty: chosen by itself")
    class_id: ClassId | None = Field(default=None, description="none, and no name: the likeliest")
    class_: Text | None = Field(default=None, alias="class", examples=["cat"])
    channels: Annotated[int, Field(ge=0, le=100_000)] | None = Field(
        default=None, description="that Score-CAM tries; 0: all"
    )
    steps: Annotated[int, Field(ge=1, le=1_000)] | None = Field(
        default=None, description="of integrated gradients"
    )


class ExplainRun(In):
    """How a run's mistakes, or its classes, are to be explained."""

    method: Text = Field(default="auto", examples=["gradcam"])
    layer: Text = ""


class ClassChance(Out):
    """How probable a class is."""

    class_: str = Field(alias="class", serialization_alias="class")
    class_id: int | None
    p: float


class Explanation(Out):
    """A network's answer and where it comes from."""

    key: str
    model: str
    image_id: int | None = None
    path: str
    method: str
    layer: str = Field(description="empty for a method that looks at none")
    class_: str = Field(alias="class", serialization_alias="class")
    class_id: int | None
    probability: float
    prediction: list[ClassChance] = Field(description="the likeliest first")
    nothing: bool = Field(description="nothing in the picture speaks for this class")
    note: str
    frame: list[int] = Field(description="width and height of the picture, upright, pixels")
    seen: list[float] = Field(description="the part that the network saw, x0, y0, x1, y1, pixels")
    map_url: str = Field(description="the map as a clear layer over the frame; px=, v=")
    overlay_url: str = Field(description="the picture with the map over it; px=, opacity=")
    picture_url: str
    seconds: float | None = None


class ExplainLayer(Out):
    """A layer that a network can be explained at."""

    name: str
    channels: int
    height: int
    width: int
    main: bool = Field(description="worth a choice: the last of its resolution")


class ExplainMethod(Out):
    """A way to explain."""

    name: str
    title: str
    description: str
    ready: bool
    why: str = Field(description="why it is not ready")
    by_layer: bool
    by_class: bool


class Layers(Out):
    """How a model can be explained."""

    model: str
    name: str
    classes: list[str]
    class_ids: list[int]
    auto: str = Field(description="the layer that is looked at by itself; empty: there is none")
    note: str
    layers: list[ExplainLayer]
    methods: list[ExplainMethod]


class RunMistake(Out):
    """An answer that differs from its label."""

    image_id: int
    path: str
    split: Split
    label: str | None = Field(description="at the training; null: the tag was not there")
    label_id: int | None
    says: str = Field(description="the class, or the tag, that it is about")
    says_id: int | None
    said: bool = Field(description="false: a tag that the network misses")
    probability: float
    stands: bool = Field(description="it differs from the label as it is now, too")
    explanation: Explanation | None


class RunMistakes(Out):
    """A run's mistakes, the surest first."""

    run: str
    model: str
    total: int
    most: int = Field(description="so many are explained at most")
    offset: int
    method: str
    job: Job | None = Field(description="the newest job that explains them")
    items: list[RunMistake]


class ClassAverage(Explanation):
    """Where a network looks for a class, on average."""

    images: int
    edge: float = Field(description="share of the map on the frame's edge; 0.44 for an even one")


class ClassAverages(Out):
    """Where a run's network looks for each class."""

    run: str
    model: str
    method: str
    layer: str
    at: str
    job: Job | None
    items: list[ClassAverage]
