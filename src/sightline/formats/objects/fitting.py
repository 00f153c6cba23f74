"""Shapes as a format can hold them: the nearest that it has, or nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from sightline.core.geometry.convert import to_box, to_oriented, to_polygon
from sightline.core.geometry.shapes import Box, Mask, Polygon

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sightline.core.geometry.shapes import Kind, Polygon, Shape
    from sightline.formats.objects.records import ObjectRecord, PictureRecord

NEAREST: Final[dict[str, tuple[Kind, ...]]] = {
    "box": ("box", "polygon", "obb", "mask"),
    "obb": ("obb", "polygon", "box", "mask"),
    "polygon": ("polygon", "mask", "obb", "box"),
    "mask": ("mask", "polygon", "obb", "box"),
    "keypoints": ("keypoints", "box"),
    "point": ("point",),
}
"""What a shape becomes, the first that the format holds."""


class Tools(Protocol):
    """What needs pixels."""

    def fill(self, shape: Shape, width: int, height: int) -> Mask | None:
        """Return the pixels of a shape, None if it covers none."""
        ...

    def outline(self, mask: Mask) -> Polygon:
        """Return the outline of a mask."""
        ...


class Fitting:
    """Makes objects fit a format and counts what that did."""

    def __init__(self, holds: Collection[Kind], tools: Tools) -> None:
        self.changed: Counter[str] = Counter()
        """Objects by what became of them, as in "polygon as box"."""
        self.left_out: Counter[str] = Counter()
        """Objects that have no place, by kind."""
        self._holds = frozenset(holds)
        self._tools = tools

    def pictures(self, pictures: Iterable[PictureRecord]) -> Iterator[PictureRecord]:
        """Yield each picture with what fits."""
        for one in pictures:
            if all(thing.shape.kind in self._holds for thing in one.objects):
                yield one
            else:
                found = [self._object(thing, one.width, one.height) for thing in one.objects]
                yield replace(one, objects=tuple(thing for thing in found if thing is not None))

    def _object(self, one: ObjectRecord, width: int, height: int) -> ObjectRecord | None:
        kind = one.shape.kind
        if kind in self._holds:
            return one
        wanted = next((near for near in NEAREST[kind] if near in self._holds), None)
        shape = None if wanted is None else self._as(wanted, one, width, height)
        if shape is None:
            self.left_out[kind] += 1
            return None
        self.changed[f"{kind} as {wanted}"] += 1
        return replace(one, shape=shape, box=None)

    def _as(self, wanted: Kind, one: ObjectRecord, width: int, height: int) -> Shape | None:
        shape = one.shape
        if wanted == "mask":
            return self._tools.fill(shape, width, height)
        if wanted == "box":
            return to_box(shape if one.box is None else Box(*one.box))
        if wanted == "polygon":
            return self._tools.outline(shape) if isinstance(shape, Mask) else to_polygon(shape)
        return to_oriented(shape)
