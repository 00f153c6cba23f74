"""Records as JSON, for what waits: in a file between reading and writing, or for its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightline.core.geometry.shapes import shape_from_json
from sightline.formats.objects.records import ObjectRecord, PictureRecord

if TYPE_CHECKING:
    from collections.abc import Mapping


def object_json(one: ObjectRecord) -> dict[str, Any]:
    """Return an object without what has its default."""
    found: dict[str, Any] = {
        "label": one.label,
        "kind": one.shape.kind,
        "geometry": one.shape.to_json(),
    }
    if one.attributes:
        found["attributes"] = dict(one.attributes)
    if one.score is not None:
        found["score"] = one.score
    if one.box is not None:
        found["box"] = one.box
    if one.oriented:
        found["oriented"] = True
    return found


def object_from_json(data: Mapping[str, Any]) -> ObjectRecord:
    """Read what `object_json` wrote.

    Raises:
        InvalidInputError: A shape is not valid.
    """
    box = data.get("box")
    return ObjectRecord(
        data["label"],
        shape_from_json(data["kind"], data["geometry"]),
        attributes=data.get("attributes", {}),
        score=data.get("score"),
        box=None if box is None else (box[0], box[1], box[2], box[3]),
        oriented=bool(data.get("oriented")),
    )


def picture_json(one: PictureRecord) -> dict[str, Any]:
    """Return what a data set says of a picture, but for where it holds its bytes."""
    return {
        "path": one.path,
        "size": [one.width, one.height],
        "objects": [object_json(thing) for thing in one.objects],
        "label": one.label,
        "tags": list(one.tags),
        "split": one.split,
    }


def picture_from_json(data: Mapping[str, Any]) -> PictureRecord:
    """Read what `picture_json` wrote.

    Raises:
        InvalidInputError: A shape is not valid.
    """
    width, height = data["size"]
    return PictureRecord(
        data["path"],
        tuple(object_from_json(one) for one in data["objects"]),
        width,
        height,
        label=data["label"],
        tags=tuple(data["tags"]),
        split=data["split"],
    )
