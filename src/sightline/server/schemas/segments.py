"""Boxes to polygons."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from sightline.app.segments.shapes import MAX_RESULTS, SegmentWish
from sightline.server.schemas.assist import Engine, Pixel
from sightline.server.schemas.common import MAX_ID, ImageId, In, Out

USUAL = SegmentWish()
UnitShare = Annotated[Pixel, Field(ge=0, le=1)]


class SegmentOptions(In):
    """How boxes become polygons."""

    engine: Engine = USUAL.engine
    mask_threshold: UnitShare = Field(
        default=USUAL.mask_threshold, description="how sure the segmenter must be of a pixel"
    )
    score_threshold: UnitShare = Field(
        default=USUAL.score_threshold, description="masks of a lower score are not taken"
    )
    min_size: Annotated[int, Field(ge=0, le=MAX_ID)] = Field(
        default=USUAL.min_size, description="masks of fewer pixels are not taken"
    )
    max_results: Annotated[int, Field(ge=1, le=MAX_RESULTS)] = Field(
        default=USUAL.max_results, description="polygons for a box at most"
    )
    min_box_iou: UnitShare = Field(
        default=USUAL.min_box_iou, description="masks that agree less with the box are not taken"
    )

    def wish(self) -> SegmentWish:
        """Return it as the workbench takes it."""
        return SegmentWish(**{name: getattr(self, name) for name in SegmentWish.__slots__})


class NewSegmentBuild(SegmentOptions):
    """A project of polygons to be made of one of boxes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"out": "cars_seg"}]})

    out: Annotated[str, Field(max_length=80)] = Field(
        default="", description="name of the new project; empty: the source's with _seg"
    )
    workers: Annotated[int, Field(ge=1, le=64)] | None = Field(
        default=None, description="pictures at once; null: as the setting segment_workers says"
    )


class NewSegmentPreview(SegmentOptions):
    """A picture that shall show what a build would make of it."""

    image_id: ImageId


class SegmentOverview(Out):
    """What a build would be made of."""

    classes: int
    boxes: int = Field(description="upright and oriented ones: what becomes polygons")
    outlines: int = Field(description="polygons and masks, which are taken over")
    left_out: int = Field(description="points and keypoints, which have no outline")
    pictures: int = Field(description="with boxes")
    first: list[int] = Field(description="ids of the first pictures with boxes, for a preview")
    out: str = Field(description="a name that is free")
    workers: int
    active: dict[str, str] = Field(description="builds in the making: names, and their jobs")


class SegmentPreviewObject(Out):
    """An object as it would be."""

    uid: str
    class_id: int
    kind: str
    geometry: Any
    said: float | None = Field(description="score of the segmenter's mask; null: it drew none")
    reason: str = Field(description="why a box stays a box")


class SegmentPreview(Out):
    """What a build would make of a picture."""

    image_id: int
    width: int
    height: int
    polygons: int
    fallbacks: int = Field(description="boxes that stay boxes")
    more: int = Field(description="objects that are not shown")
    objects: list[SegmentPreviewObject]
