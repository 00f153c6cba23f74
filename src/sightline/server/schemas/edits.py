"""Edits of pictures, their names, and builds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from sightline.server.schemas.common import MAX_CLASS_ID, In, Out
from sightline.server.schemas.labels import Expect, Images, Outcome, ViewId

Number = Annotated[float, Field(strict=False)]
Shares = Annotated[list[Number], Field(min_length=4, max_length=4)]


class EditValues(In):
    """What is done to a picture; what is left out does nothing, or stays as it is in bulk."""

    crop: Shares | None = Field(
        default=None, description="left, top, width, height: shares of the upright picture, 0 to 1"
    )
    rotate: Number | None = Field(default=None, description="degrees clockwise")
    flip: bool | None = Field(default=None, description="mirrored left to right")
    zoom: Number | None = Field(default=None, description="1 to 50: part of the crop that is kept")
    aspect: Number | None = Field(
        default=None, description="width by height of what comes out; 0: as the crop"
    )

    def given(self) -> dict[str, Any]:
        """Return the values that were sent."""
        return self.model_dump(include=self.model_fields_set, exclude_none=True)


class NewEdit(EditValues):
    """An edit to set; `version` is the one that the person saw."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"crop": [0.1, 0.1, 0.8, 0.8], "rotate": 90}]}
    )

    version: Annotated[int, Field(ge=0, le=MAX_CLASS_ID)] | None = None

    def given(self) -> dict[str, Any]:
        """Return the values that were sent."""
        found = super().given()
        found.pop("version", None)
        return found


class EditState(Out):
    """What is done to a picture, in full."""

    crop: list[float]
    rotate: float
    flip: bool
    zoom: float
    aspect: float


class ResultSize(Out):
    """Pixels of what comes out before a build brings it to its size."""

    width: int
    height: int


class ImageEdit(Out):
    """An image's edit and what it comes to."""

    image_id: int
    version: int
    edit: EditState
    edited: bool
    name: str = Field(description="in builds and exports, without the ending")
    renamed: bool
    width: int = Field(description="pixels, upright")
    height: int = Field(description="pixels, upright")
    corners: list[list[float]] = Field(
        description="of the cut, shares of the upright picture; top left first, clockwise"
    )
    result: ResultSize
    v: str = Field(description="changes with the picture and its edit")


class BulkEdit(In):
    """One edit for many images: a whole view, or images by id."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"image_ids": [17, 18], "turn": 90, "dry_run": True}]}
    )

    view: ViewId | None = None
    image_ids: Images | None = None
    edit: EditValues | None = None
    turn: Number = Field(default=0.0, description="degrees clockwise, on top of each one's own")
    reset: bool = Field(default=False, description="first forget what was done to them")
    dry_run: bool = False
    expect: Expect | None = None

    def wish(self) -> dict[str, Any]:
        """Return it as the workbench takes it."""
        edit = {} if self.edit is None else self.edit.given()
        return self.model_dump(exclude={"edit"}) | {"edit": edit}


class NewNames(In):
    """New names for many images, in builds and exports; the files keep theirs."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"image_ids": [17], "pattern": "{class}_{n:4}"}]}
    )

    pattern: Annotated[
        str,
        Field(max_length=200, description="{name} {n} {k} {class} {tags} {split} {id}; empty: own"),
    ]
    view: ViewId | None = None
    image_ids: Images | None = None
    start: Annotated[int, Field(ge=0, le=10**9)] = 1
    dry_run: bool = False
    expect: Expect | None = None


class Renamed(Out):
    """One image's names."""

    image_id: int
    before: str
    after: str


class Names(Outcome):
    """What a rename did, or would do."""

    names: list[Renamed] = Field(description="the first 200")
    collisions: list[str] = Field(description="names that would be there twice, the first 200")


class NewBuild(In):
    """Pictures of one size in folders that other trainers read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"size": 256, "format": "jpeg"}]})

    name: Annotated[str, Field(max_length=80)] = Field(
        default="", description="replaces the build of that name; empty: after its size"
    )
    size: Annotated[int, Field(ge=64, le=1024, description="pixels")] = 256
    format: Literal["jpeg", "png", "webp"] = "jpeg"
    quality: Annotated[int, Field(ge=1, le=100)] = 92
    fit: Literal["stretch", "crop", "letterbox", "inside"] = Field(
        default="inside", description="inside: the long side is the size at most, nothing grows"
    )
    layout: Literal["split/class", "class", "split", "flat"] = "split/class"


class BuildInfo(Out):
    """A build, or one in the making."""

    name: str
    size: int
    format: str
    spec: dict[str, Any]
    at: str
    job: str | None = Field(None, description="that makes it now")
    hash: str | None = None
    pictures: int | None = None
    unreadable: int | None = None
    counts: dict[str, dict[str, int]] | None = None
    path: str | None = None
    stale: bool = Field(False, description="labels, edits, names or pictures have changed since")


class BuildDeleted(Out):
    """A build that lies in the trash."""

    name: str
    trashed: str
