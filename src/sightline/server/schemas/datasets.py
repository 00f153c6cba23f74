"""Data sets out of a project and into it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from sightline.server.schemas.common import In, Out, Split, Status

ExportFormat = Literal["zip", "csv", "imagefolder", "hf", "parquet"]
ImportFormat = Literal["auto", "zip", "csv", "imagefolder", "hf", "parquet", "hoshina", "hootsight"]
ObjectFormat = Literal[
    "yolo",
    "yolo-seg",
    "yolo-obb",
    "yolo-pose",
    "coco",
    "voc",
    "cvat",
    "labelstudio",
    "labelme",
    "datumaro",
    "dota",
    "masks",
]
ObjectExportFormat = ObjectFormat | Literal["crops"]
Images = Literal["none", "copy", "link"]
ImportMode = Literal["merge", "replace", "add"]


class NewExport(In):
    """What to write."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"format": "zip"}]})

    format: ExportFormat = "zip"
    images: Images | None = Field(None, description="default: copy for imagefolder and hf")
    splits: list[Split] = Field(default_factory=list, max_length=3)
    statuses: list[Status] = Field(default_factory=list, max_length=5)


class ExportFile(Out):
    """A finished export."""

    file: str
    bytes: int


class NewImport(In):
    """What to read, and what counts when both say something."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"source": "/home/me/labels.zip", "dry_run": True}]}
    )

    source: Annotated[str, Field(min_length=1, max_length=4_000)] = Field(
        description="full path of a file or folder, or what an upload was answered with"
    )
    format: ImportFormat | ObjectFormat = "auto"
    dry_run: bool = False
    mode: ImportMode = "merge"
    add_images: bool = False
    mapping: dict[Annotated[str, Field(max_length=200)], Annotated[str, Field(max_length=200)]] = (
        Field(
            default_factory=dict,
            max_length=10_000,
            description="of objects: what names of classes become; empty text leaves them out",
        )
    )


class Clash(Out):
    """What is there, and what was wanted instead."""

    path: str
    what: Literal["label", "split"]
    now: str
    wanted: str


class LeftOut(Out):
    """A line or file that is left out."""

    path: str
    reason: str


class FoundClasses(Out):
    """Classes that a data set names."""

    new: list[str]
    known: list[str]


class AddedPictures(Out):
    """Pictures that an import took in."""

    added: int
    known: int
    skipped: list[LeftOut]


class HeldPictures(Out):
    """Pictures of a data set."""

    held: int = Field(description="records with their picture in the data set")
    lacking: int = Field(description="of these, how many the project lacks")
    added: AddedPictures | None


class ImportReport(Out):
    """What an import changes; lists hold the first thousand, counts all."""

    source: str = Field(description="as it may be asked for again")
    format: str
    mode: ImportMode
    dry_run: bool
    records: int
    matched: int
    matched_by: dict[str, int] = Field(description="by digest, path and name")
    unmatched: list[str]
    unmatched_count: int
    labels: int
    splits: int
    changed: int = Field(description="images")
    same: int = Field(description="images that have what is wanted already")
    conflicts: list[Clash]
    conflict_count: int
    skipped: list[LeftOut]
    skipped_count: int
    classes: FoundClasses
    pictures: HeldPictures
    notes: list[str]
    seq: int | None
    description: str
