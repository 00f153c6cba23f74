"""An annotation of COCO as an object: which of its parts counts, and what it says besides."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from sightline.core.geometry.shapes import Box, Polygon, mask_of, shape_from_json
from sightline.formats.objects.reading import plain, score_of
from sightline.formats.objects.records import ObjectRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.geometry.shapes import Shape

OWN: Final = "sightline"
"""Key of the exact shape, where COCO has none for it."""
AGREES_PX: Final = 0.01
"""The exact shape counts as long as nobody has moved the box beside it."""


def box_of(x: float, y: float, width: float, height: float) -> Box:
    """Return a box.

    Raises:
        ValueError: It has no area, or holds what is no number.
    """
    if 0 < width < math.inf and 0 < height < math.inf and math.isfinite(x + y):
        return Box(x, y, x + width, y + height)
    raise ValueError("its bbox has no area, or holds what is no number")


def read_object(
    label: str,
    one: dict[str, Any],
    box: Sequence[float],
    size: tuple[int, int],
) -> ObjectRecord:
    """Return an annotation as an object.

    What it is: its own exact shape, else keypoints, else its segmentation, else its box.

    Args:
        label: Name of its class.
        one: The annotation.
        box: x, y, width, height; zeros where there is none.
        size: Width and height of the picture.

    Raises:
        ValueError: It has no shape that can be.
        InvalidInputError: The same.
    """
    shape = _exact(one.get(OWN), box) or _keypoints(one.get("keypoints"))
    beside = None
    if shape is None:
        shape = _segmentation(one.get("segmentation"), size) or box_of(*box)
    elif shape.kind == "keypoints" and box[2] > 0 and box[3] > 0:
        beside = box_of(*box).bounds()
    said = one.get("attributes")
    return ObjectRecord(
        label,
        shape,
        attributes=_attributes(said if isinstance(said, dict) else {}, one),
        score=score_of(one.get("score")),
        box=beside,
    )


def skeleton_of(category: dict[str, Any]) -> dict[str, Any] | None:
    """Return the skeleton of a category, its places counted from 0; None: it has none."""
    names = category.get("keypoints")
    if not isinstance(names, list) or not names:
        return None
    edges = category.get("skeleton")
    pairs = [one for one in edges if isinstance(one, list)] if isinstance(edges, list) else []
    whole = [one for one in pairs if len(one) == 2 and all(isinstance(a, int) for a in one)]  # noqa: PLR2004
    good = [[a - 1, b - 1] for a, b in whole]
    return {
        "names": [str(one) for one in names],
        "edges": [edge for edge in good if all(0 <= one < len(names) for one in edge)],
    }


def _exact(value: Any, box: Sequence[float]) -> Shape | None:
    if not isinstance(value, dict):
        return None
    shape = shape_from_json(str(value.get("kind")), value.get("geometry"))
    x, y, width, height = box
    pairs = zip(shape.bounds(), (x, y, x + width, y + height), strict=True)
    return shape if all(abs(a - b) <= AGREES_PX for a, b in pairs) else None


def _keypoints(value: Any) -> Shape | None:
    if not isinstance(value, list) or not value:
        return None
    if len(value) % 3:
        raise ValueError("its keypoints are not x, y, visibility")
    points = [value[at : at + 3] for at in range(0, len(value), 3)]
    if not any(point[2] for point in points):
        return None
    return shape_from_json("keypoints", points)


def _segmentation(value: Any, size: tuple[int, int]) -> Shape | None:
    """Return a polygon or a mask; None: there is none."""
    if isinstance(value, dict):
        height, width = value["size"]
        if all(size) and (width, height) != size:
            raise ValueError(
                f"its mask is of {width} x {height}, its image of {size[0]} x {size[1]}"
            )
        return mask_of(int(height), int(width), value["counts"])
    if not isinstance(value, list) or not value:
        return None
    rings = value if isinstance(value[0], list) else [value]
    found = shape_from_json("polygon", [[ring] for ring in rings])
    if not isinstance(found, Polygon):
        raise TypeError("polygon")
    x1, y1, x2, y2 = found.bounds()
    if not (x2 > x1 and y2 > y1):
        raise ValueError("its polygon has no area")
    return found


def _attributes(said: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    found = plain(said)
    if one.get("iscrowd"):
        found["crowd"] = True
    return found
