"""Images, alone and in lists, and views."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from sightline.server.schemas.common import ClassId, ImageId, In, Out, Review, Split, Status


class Item(Out):
    """One image in a list."""

    id: int
    ordinal: int
    path: str
    page: int
    width: int = Field(description="pixels, upright")
    height: int = Field(description="pixels, upright")
    status: Status
    class_id: int | None
    tags: list[int]
    split: Split
    version: int
    score: float | None
    why: str | None
    predicted: int | None = Field(description="id of the class that the head sees")
    probability: float | None
    review: Review = Field(description="how far the drawing is")
    objects: int = Field(description="how many are drawn")


class NamedItem(Item):
    """One image with names in place of ids, as earlier tools list it."""

    item_id: int
    label: str | None
    tags: list[str]  # type: ignore[assignment]
    predicted: str | None = Field(description="the class that the head sees")  # type: ignore[assignment]
    predicted_id: int | None
    unsure: bool
    skipped: bool


class Items(Out):
    """A page of a queue."""

    items: list[NamedItem]
    total: int
    page: int
    page_size: int
    pages: int
    next: str | None = Field(description="cursor of the page that follows")


class Chance(Out):
    """How likely the head thinks a class."""

    class_id: int
    p: float
    threshold: float | None = Field(None, description="of a tag: from it on it counts as there")


class HistoryEntry(Out):
    """One change of the journal."""

    seq: int
    at: str
    actor: str
    kind: str
    description: str
    count: int
    undone: bool


class Unit(Out):
    """A unit of a FITS file that holds pictures."""

    index: int
    name: str
    width: int
    height: int
    planes: int
    bits: int


class ToneValues(Out):
    """How the project shows it."""

    text: str = Field(description="as the setting `tone` has it")
    stretch: str
    low: float | None
    high: float | None
    channels: list[int]
    hdu: int | None
    slice: int | None


class Science(Out):
    """What a picture holds that a screen cannot show at once."""

    bits: int = Field(description="of one sample")
    kind: str = Field(description="uint, int or float")
    channels: int
    pages: int = Field(description="pages, planes or frames")
    hdus: list[Unit]
    tone: ToneValues


class LabelState(Out):
    """What is said of an image."""

    status: Status
    class_id: int | None
    tags: list[int]
    split: Split
    review: Review
    objects: int = Field(description="how many are drawn")


class ImageChange(HistoryEntry):
    """What one change did to one image."""

    before: LabelState
    after: LabelState


class Image(Item):
    """One image with all that is known of it."""

    locations: list[str]
    format: str
    bytes: int
    digest: str = Field(description="BLAKE3 of the file's bytes")
    probabilities: list[Chance]
    margin: float | None = Field(
        None,
        description="how sure the head is, 0..1: gap of two classes, or of the least sure tag",
    )
    entropy: float | None = Field(None, description="of the probabilities, nats")
    history: list[ImageChange] = Field(description="the last twenty changes")
    science: Science | None = Field(
        None, description="of a deep, many-paged or FITS picture; null: all of it is seen"
    )


class Near(Out):
    """An image that looks like another one."""

    id: int
    path: str
    distance: float = Field(description="1 - cosine of the embeddings, 0..2")


class Page(Out):
    """Images by ordinal, for scripts; `next` is the cursor of the page that follows."""

    items: list[Item]
    next: str | None


class Region(In):
    """A part of a map: a polygon in its coordinates, or a cluster."""

    method: str = Field(max_length=100, examples=["pca"])
    polygon: list[Annotated[list[float], Field(min_length=2, max_length=2)]] | None = Field(
        default=None, min_length=3, max_length=10_000
    )
    cluster: int | None = None


class Filter(In):
    """Which images; an empty list or text leaves nothing out."""

    class_ids: list[ClassId] = Field(default_factory=list, max_length=10_000)
    splits: list[Split] = Field(default_factory=list, max_length=3)
    statuses: list[Status] = Field(default_factory=list, max_length=5)
    text: str = Field(default="", max_length=1_000)
    tag_ids: list[ClassId] = Field(
        default_factory=list, max_length=10_000, description="has any of these tags"
    )
    predicted_ids: list[ClassId] = Field(
        default_factory=list, max_length=10_000, description="the head sees one of these"
    )
    region: Region | None = None
    finding: str = Field(
        default="", max_length=40, description="that a finding of the analysis is about"
    )
    slice: str = Field(
        default="",
        max_length=1_000,
        description="of a run's evaluation: RUN/SPLIT/KIND/NAME",
    )
    reviews: list[Review] = Field(default_factory=list, max_length=5)
    objects: Literal["", "none", "some"] = Field(default="", description="drawn in it")
    object_ids: list[ClassId] = Field(
        default_factory=list, max_length=10_000, description="has an object of one of these classes"
    )
    check: Literal["", "any", "tiny", "huge", "outside", "duplicate", "overlap"] = Field(
        default="", description="has an object that this check is about"
    )


class NewView(In):
    """A queue over a filter."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"queue": "uncertain", "measure": "entropy", "filter": {"splits": ["train"]}}
            ]
        }
    )

    queue: str = Field(default="all", max_length=100)
    filter: Filter = Field(default_factory=Filter)
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None = None
    band: Annotated[list[float], Field(min_length=2, max_length=2)] | None = Field(
        default=None, description="lowest and highest probability, 0..1", examples=[[0.3, 0.8]]
    )
    class_id: ClassId | None = None
    measure: Literal["margin", "entropy", "confidence"] | None = None
    method: Literal["lof", "forest", "knn"] | None = None
    against: str | None = Field(
        default=None, min_length=1, max_length=200, description="name of an encoder or a model"
    )
    images: list[ImageId] | None = Field(default=None, min_length=1, max_length=1_000)
    text: str | None = Field(default=None, min_length=1, max_length=1_000)
    run: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="id of a training; none: the newest that has ended",
    )

    evaluation: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="id of an evaluation of predicted objects; none: the newest",
    )
    error: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="of it, as kind[:id of the true class[:id of the predicted class]]",
        examples=["missed", "wrong_class:3:7"],
    )

    def options(self) -> dict[str, Any]:
        """Return what the queue is asked besides filter and seed."""
        return self.model_dump(exclude={"queue", "filter", "seed"}, exclude_none=True)


class View(Out):
    """An order of images that stays as it is while one works."""

    id: str
    size: int
    queue: str
    head: dict[str, Any] | None
    note: str


class Window(Out):
    """A piece of a view."""

    size: int
    offset: int
    items: list[Item]
    gone: list[int] = Field(
        description="positions within the view whose image has been deleted since; not in items"
    )
