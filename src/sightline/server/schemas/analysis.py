"""The analysis of a data set, and advice."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from sightline.server.schemas.common import In, Out


class NewAnalysis(In):
    """An analysis to make."""

    refresh: bool = Field(default=False, description="look at all pictures again")
    near: bool = Field(default=True, description="look for near-duplicates; embeds the pictures")


class StatusCounts(Out):
    """Images by status."""

    images: int
    unlabelled: int
    labelled: int
    unsure: int
    skipped: int
    conflict: int


class SplitCount(Out):
    """Images of a split."""

    images: int
    labelled: int


class SplitCounts(Out):
    """Images by split."""

    train: SplitCount
    val: SplitCount
    test: SplitCount


class ClassCount(Out):
    """Labelled images of a class, or with a tag, by split."""

    id: int
    name: str
    train: int
    val: int
    test: int
    total: int


class Balance(Out):
    """How even the sizes of classes are."""

    classes: int = Field(description="that have a labelled picture")
    ratio: float | None = Field(description="largest by smallest")
    effective: float | None = Field(description="equally large classes that were as diverse")
    evenness: float | None = Field(description="that by the number of classes, 0..1")
    median: float | None
    smallest: int | None
    largest: int | None


class TagPair(Out):
    """Two tags that occur together."""

    a: str
    b: str
    count: int
    jaccard: float


class Together(Out):
    """How tags occur together."""

    mean: float | None = Field(description="tags of an image")
    per_image: list[int] = Field(description="images with 0, 1, 2 ... tags; the last: 10 or more")
    names: list[str]
    ids: list[int]
    matrix: list[list[int]] = Field(description="images that have both")
    pairs: list[TagPair]


class Quantiles(Out):
    """A distribution in five numbers."""

    min: float
    p5: float
    median: float
    p95: float
    max: float


class Histogram(Out):
    """Counts between edges."""

    edges: list[float]
    counts: list[int]


class NamedCount(Out):
    """How many there are of something."""

    name: str
    count: int


class Shapes(Out):
    """Sizes and kinds of pictures, pixels."""

    width: Quantiles | None
    height: Quantiles | None
    short: Quantiles | None = Field(description="the shorter side")
    megapixels: Quantiles | None
    bytes: float | None
    points: list[list[int]] = Field(description="width, height, pictures")
    aspect: Histogram = Field(description="width by height")
    formats: list[NamedCount]
    kinds: list[NamedCount]


class Light(Out):
    """How light, contrasty, colourful and sharp pictures are."""

    brightness: Histogram
    contrast: Histogram
    saturation: Histogram
    sharpness: Histogram = Field(description="log10 of the variance of the Laplacian")


class Finding(Out):
    """Something worth a look."""

    kind: str = Field(examples=["leak"])
    severity: Literal["error", "warning", "note"]
    count: int = Field(description="pictures, classes or files, as the text says")
    text: str
    hint: str
    queue: str | None = Field(description="shows the pictures, with the filter")
    filter: dict[str, Any]
    examples: list[str]


class Analysis(Out):
    """What a project's data are like: counts of this moment, the rest of what was looked at."""

    project: str
    state: Literal["missing", "running", "ready"]
    stale: bool = Field(description="pictures came since")
    new: int = Field(description="pictures that were not looked at")
    job: str | None = Field(description="id of the job that is at work")
    at: str | None
    seconds: float | None
    encoder: str | None = Field(description="by which near-duplicates were found")
    near_fault: str | None = Field(description="why they were not looked for")
    task: Literal["single", "multi"]
    images: int
    looked_at: int
    near: int | None = Field(description="pairs of near-duplicates; null: not looked for")
    counts: StatusCounts
    splits: SplitCounts
    classes: list[ClassCount]
    balance: Balance
    together: Together | None
    shapes: Shapes
    light: Light
    findings: list[Finding]
    summary: dict[str, int] = Field(description="count by kind of finding")


class AlsoAdvised(Out):
    """Another preset that may suit."""

    preset: str
    reason: str


class Advice(Out):
    """The preset that suits the data."""

    preset: str = Field(examples=["small_dataset_fewshot"])
    tier: Literal["tiny", "small", "medium", "large", "huge", "massive"]
    reasons: list[str]
    also: list[AlsoAdvised]
    unknown: list[str] = Field(description="what is not known, and how to learn it")
