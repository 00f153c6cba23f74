"""Splits of a project made anew."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from sightline.server.schemas.common import In, Out

Share = Annotated[float, Field(ge=0, lt=1, description="0 to 1; null: as the project's settings")]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
GroupBy = Annotated[
    str,
    Field(
        max_length=220,
        description="image, folder, folder:2, name, name:REGEX, near or day",
        examples=["folder"],
    ),
]


class NewSplits(In):
    """How the images are to be split; what is left out is as the project's settings say."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"method": "group", "group_by": "folder", "dry_run": True}]}
    )

    method: Literal["hash", "group", "stratified", "kfold"] = "hash"
    group_by: GroupBy | None = None
    val: Share | None = None
    test: Share | None = None
    seed: Seed | None = None
    keep: bool | None = Field(
        default=None,
        description="leave what a person, a folder or an earlier dealing has put somewhere; "
        "default: only of stratified",
    )
    folds: Annotated[int, Field(ge=2, le=100)] = 5
    fold: Annotated[int, Field(ge=0, lt=100, description="of kfold: which one is val")] = 0
    dry_run: bool = False
    expect: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="images that should move; 409 if others would by now"
    )


class SplitCounts(Out):
    """Images in each split."""

    train: int
    val: int
    test: int


class ClassSplits(Out):
    """Images of one class, or with one tag."""

    class_id: int
    name: str
    before: SplitCounts
    after: SplitCounts


class SplitReport(Out):
    """What a new split did, or would do."""

    dry_run: bool
    method: str
    group_by: str
    val: float
    test: float
    seed: int
    keep: bool
    images: int
    moved: int
    groups: int = Field(description="of more than one image")
    largest_group: int = Field(description="images")
    alone: int = Field(description="images that stand for themselves")
    before: SplitCounts
    after: SplitCounts
    classes: list[ClassSplits]
    notes: list[str]
    description: str
    seq: int | None = Field(description="its number in the journal; null: nothing changed")
