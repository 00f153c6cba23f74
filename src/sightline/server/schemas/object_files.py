"""Objects out of a project and into it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from sightline.server.schemas.common import In, Out, Review, Split
from sightline.server.schemas.datasets import AddedPictures as Added
from sightline.server.schemas.datasets import (
    Clash,
    FoundClasses,
    Images,
    ImportMode,
    ObjectExportFormat,
    ObjectFormat,
)

ClassText = Annotated[str, Field(max_length=200)]


class NewObjectImport(In):
    """What to read, and what counts when both say something."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"source": "/home/me/coco.json", "dry_run": True}]}
    )

    source: Annotated[str, Field(min_length=1, max_length=4_000)] = Field(
        description="full path of a file or folder, or what an upload was answered with"
    )
    format: Literal["auto"] | ObjectFormat = "auto"
    dry_run: bool = False
    mode: ImportMode = "merge"
    add_images: bool = False
    mapping: dict[ClassText, ClassText] = Field(
        default_factory=dict,
        max_length=10_000,
        description="what names of classes become; empty text leaves their objects out",
    )
    classes: list[ClassText] = Field(
        default_factory=list, max_length=100_000, description="names of numbered classes"
    )


class NewObjectExport(In):
    """What to write."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"format": "coco"}]})

    format: ObjectExportFormat
    images: Images | None = Field(None, description="default: none")
    splits: list[Split] = Field(default_factory=list, max_length=3)
    reviews: list[Review] = Field(default_factory=list, max_length=5)
    classes: list[ClassText] = Field(default_factory=list, max_length=10_000)
    every: bool = Field(False, description="also images that nobody has looked at")


class ObjectFormatInfo(Out):
    """A format of objects."""

    name: str
    title: str
    holds: list[str] = Field(description="shapes that it keeps as they are")
    single: str = Field(description="how its single file ends; empty: none can hold all")
    scores: bool
    attributes: bool
    reads: bool
    writes: bool


class Unusable(Out):
    """Something that is left out."""

    where: str
    reason: str


class FoundObjects(Out):
    """What becomes of objects."""

    new: int
    changed: int
    deleted: int
    same: int
    by_kind: dict[str, int]


class WrittenClass(Out):
    """A class as a data set calls it."""

    written: str
    name: str | None = Field(description="in the project; null: its objects are left out")


class ObjectPictures(Out):
    """Pictures that the data set holds."""

    lacking: int = Field(description="that the project does not have")
    added: Added | None


class ObjectImportReport(Out):
    """What an import of objects changes; lists hold the first thousand, counts all."""

    kind: Literal["objects"]
    source: str = Field(description="as it may be asked for again")
    format: str
    mode: ImportMode
    dry_run: bool
    records: int
    matched: int
    matched_by: dict[str, int]
    unmatched: int
    unmatched_paths: list[str]
    waiting: int = Field(description="pictures whose labels wait for them")
    skipped: list[Unusable]
    skipped_count: int
    annotations: int
    objects: FoundObjects
    changed: int = Field(description="images")
    labels: int
    splits: int
    conflicts: list[Clash]
    conflict_count: int
    classes: FoundClasses
    class_names: list[WrittenClass]
    pictures: ObjectPictures
    notes: list[str]
    seq: int | None
    description: str
