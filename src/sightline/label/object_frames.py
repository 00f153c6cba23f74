"""Where the shapes of a label file lie in the upright picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sightline.formats.objects.frames import in_pixels
from sightline.formats.objects.turns import SIDEWAYS, turned

if TYPE_CHECKING:
    from sightline.formats.objects.records import PictureRecord
    from sightline.label.object_match import Picture

ALIKE: Final = 0.01
"""How far two shapes of pictures may differ: sizes are whole pixels."""


class SizeError(ValueError):
    """The labels are of a picture of another shape."""


def upright(record: PictureRecord, image: Picture) -> tuple[PictureRecord, str]:
    """Return the record in pixels of the upright image, and what was done: scaled, turned or "".

    Raises:
        SizeError: The label file is about a picture of another shape.
        ValueError: A mask would have to change its size.
    """
    size = (record.width, record.height)
    if not all(size) or size in {(1, 1), (image.width, image.height)}:
        return in_pixels(record, image.width, image.height), ""
    if _alike(size, (image.width, image.height)):
        return in_pixels(record, image.width, image.height), "scaled"
    if image.orientation >= SIDEWAYS and _alike(size, (image.height, image.width)):
        raw = in_pixels(record, image.height, image.width)
        objects = tuple(
            turned(one, image.orientation, image.height, image.width) for one in raw.objects
        )
        return replace(raw, objects=objects, width=image.width, height=image.height), "turned"
    raise SizeError(
        f"the labels are of {size[0]} x {size[1]} pixels, "
        f"the picture has {image.width} x {image.height}"
    )


def _alike(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Say whether two sizes have one shape, to what rounding the shorter side makes of it."""
    slack = max(ALIKE, 1 / min(*a, *b))
    return abs(a[0] * b[1] / (a[1] * b[0]) - 1) <= slack
