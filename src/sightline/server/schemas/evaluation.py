"""What trained networks are worth."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from sightline.server.schemas.common import Out

Split = Literal["train", "val", "test"]


class Figure(Out):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class TopK(Out):
    """How often the class is among the k likeliest."""

    k: int
    accuracy: float


class ClassRow(Out):
    """A class's measures; null where nothing was said, or nothing is there."""

    name: str
    support: int
    said: int
    precision: float | None
    recall: float | None
    recall_low: float
    recall_high: float
    f1: float | None


class Calibration(Out):
    """How much the probabilities can be trusted."""

    temperature: float
    ece: float
    ece_before: float = Field(description="without the temperature")
    reliability: list[dict[str, Any]]


class Curve(Out):
    """A curve and the area under it."""

    x: list[float]
    y: list[float]
    area: float


class ClassCurves(Out):
    """A class's curves over all thresholds; null where they cannot be drawn."""

    name: str
    roc: Curve | None
    pr: Curve | None


class Slice(Out):
    """Pictures that have something in common."""

    kind: str = Field(examples=["megapixels", "folder", "tag"])
    name: str
    images: int
    accuracy: float
    low: float
    high: float
    rest: float = Field(description="accuracy of all other pictures")
    p: float = Field(description="of being no worse, corrected for the number of slices")
    worse: bool


class Evaluated(Out):
    """One split of a run, judged."""

    run: str
    model: str | None
    split: Split
    splits: list[Split]
    labels: Literal["then", "now"]
    changed: int = Field(description="labels that differ from those it was trained with")
    images: int
    groups: int | None = Field(description="that were resampled together, where known")
    multi: bool
    figures: dict[str, Figure]
    top: list[TopK]
    per_class: list[ClassRow]
    calibration: Calibration
    curves: list[ClassCurves]
    slices: list[Slice]


class Compared(Out):
    """A network of a comparison."""

    run: str
    model: str | None
    network: str


class ClassRecall(Out):
    """Both networks' recall of a class."""

    name: str
    support: int
    recall: list[float]


class NetworkComparison(Out):
    """Two networks on the same pictures."""

    first: Compared
    second: Compared
    split: Split
    images: int
    accuracy: list[float]
    difference: Figure = Field(description="second less first")
    p: float = Field(description="of both being equally good (McNemar's exact test)")
    better: Literal[0, 1] | None = Field(description="null: it can be chance")
    only_first: list[int] = Field(description="images that the first alone gets right, 200 at most")
    only_second: list[int]
    per_class: list[ClassRecall]


class PeoplesCard(Out):
    """A model's card for people."""

    model: dict[str, Any]
    data: dict[str, Any]
    spec: dict[str, Any] | None
    evaluation: dict[str, Any] | None
    form: dict[str, Any] | None = Field(default=None, description="of an exported form")
    limits: list[str]
