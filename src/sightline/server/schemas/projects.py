"""Projects and what puts pictures into them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from sightline.server.schemas.common import In, Out, Text, When


class Project(Out):
    """One collection of pictures with its counts."""

    id: int
    name: str = Field(examples=["digits"])
    title: str
    created_at: When
    archived: bool
    images: int
    labelled: int
    unsure: int
    skipped: int
    classes: int
    runs: int
    cover: list[int] = Field(description="ids of up to four images")
    task: Literal["auto", "single", "multi"]
    queue_ready: bool = Field(description="the uncertain queue has something to say")
    doubts: int = Field(description="pictures that served models were unsure of")
    drifting: list[str] = Field(
        description="served models that are asked about other pictures than these"
    )


class NewProject(In):
    """A project to make."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "birds"}]})

    name: Text


class Erase(In):
    """An erasure, with the project's name once more."""

    confirm: Text = Field(description="the project's name")


class Trashed(Out):
    """Where a deleted project lies."""

    trashed: str


class Erased(Out):
    """What is gone for good."""

    erased: str


class Found(Out):
    """Projects that were dropped into the workspace's folder."""

    found: list[str]


class Ingest(In):
    """A folder or file to take in."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"source": "/home/me/pictures", "dry_run": True}]}
    )

    source: str = Field(min_length=1, max_length=4_096, description="a path on the server")
    labels: Literal["auto", "folders", "tags", "none"] = Field(
        default="auto",
        description="auto: tags if four fifths of the pictures have a .txt with some, else class "
        "folders; the project's task, if it is set, rules",
    )
    mode: Literal["reference", "copy"] = "reference"
    extensions: list[str] | None = Field(default=None, max_length=64, examples=[[".jpg", ".png"]])
    pages: Literal["auto", "all", "first"] = Field(
        default="auto",
        description="images of one file; auto: a TIFF's pages; all: FITS planes and frames too",
    )
    dry_run: bool = False


class Skipped(Out):
    """A file that was not taken in."""

    path: str
    reason: str = Field(examples=["truncated"])


class IngestReport(Out):
    """What was found, in files: found = added + known + skipped."""

    found: int
    added: int
    known: int
    skipped: list[Skipped]
    seconds: float
    labels: dict[str, Any] | None = Field(default=None, description="the labels the folders give")


class UploadReport(Out):
    """What became of uploaded files."""

    added: int
    known: int = 0
    skipped: list[Skipped]
