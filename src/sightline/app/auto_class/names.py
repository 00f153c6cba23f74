"""What a head says of boxes: the class that the guard accepts, or the three likeliest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.core.geometry.shapes import box_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sightline.app.crop_heads.crop_heads import ActiveHead, CropHeads
    from sightline.app.crop_heads.rows import Pictured
    from sightline.core.geometry.shapes import Bounds
    from sightline.core.objects import ImageObject
    from sightline.heads.guard import Decision, Guard

CHUNK: Final = 128
"""Boxes of an image that are embedded between two looks at whether to stop."""
NO_EXTENT: Final = ("point",)
"""Shapes that nothing can be cut out of."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a head says of one box."""

    uid: str | None
    box: Bounds
    decision: Decision
    class_id: int | None
    """Of the class that may be taken; None: a person has to say, or there is no such class."""
    ids: tuple[int | None, ...]
    """Of the three likeliest classes; None where the project has none of the name."""
    why: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        said = self.decision
        top = zip(said.top3, self.ids, strict=True)
        return {
            "uid": self.uid,
            "box": list(self.box),
            "class": said.top3[0][0] if said.top3 else None,
            "class_id": self.class_id,
            "p": said.p,
            "margin": said.margin,
            "top": [{"class": name, "p": p, "class_id": one} for (name, p), one in top],
            "accepted": self.class_id is not None,
            "why": self.why,
        }


class Namer:
    """A head that is ready to name objects of one project."""

    def __init__(self, heads: CropHeads, head: ActiveHead, guard: Guard) -> None:
        self.head = head
        self.guard = guard
        self._heads = heads
        self._ids = dict(zip(head.bundle.classes, head.class_ids, strict=True))

    def names(
        self,
        picture: Pictured,
        boxes: Sequence[Bounds],
        uids: Sequence[str | None],
        *,
        here: bool = False,
    ) -> Iterator[list[Named]]:
        """Yield what the head says of boxes of a picture, some at a time.

        Args:
            picture: What they are cut from.
            boxes: x1, y1, x2, y2 in pixels of the upright picture.
            uids: Of their objects.
            here: Load an encoder that needs torch into this process.

        Raises:
            UnreadableImageError: The picture cannot be read.
        """
        bundle = self.head.bundle
        for start in range(0, len(boxes), CHUNK):
            part = slice(start, start + CHUNK)
            rows = self._heads.rows(self.head.encoder, picture, boxes[part], bundle.crop, here=here)
            yield list(map(self._one, uids[part], boxes[part], bundle.probabilities(rows)))

    def _one(self, uid: str | None, box: Bounds, answer: Any) -> Named:
        said = self.guard.decide(answer, self.head.bundle.classes)
        ids = tuple(self._ids[name] for name, _ in said.top3)
        taken = ids[0] if said.accepted else None
        why = said.why
        if said.accepted and taken is None:
            why = f"the project has no class {said.class_name}"
        return Named(uid, box, said, taken, ids, why)


def within(box: Bounds, size: tuple[int, int]) -> Bounds:
    """Return a box that is fit to be cut out of a picture.

    Raises:
        InvalidInputError: It has no area, or nothing of it lies in the picture.
    """
    width, height = size
    try:
        x1, y1, x2, y2 = box_of(*box).bounds()
    except ValueError as error:
        raise InvalidInputError(
            f"the box is not valid: {error}", hint="give x1,y1,x2,y2 with x1 < x2 and y1 < y2"
        ) from error
    if not (x1 < width and y1 < height and x2 > 0 and y2 > 0):
        raise InvalidInputError(
            f"the box lies outside of the picture, which is {width} x {height}",
            hint="give x1,y1,x2,y2 in pixels of the upright picture",
        )
    return x1, y1, x2, y2


def nameable(objects: Sequence[ImageObject], size: tuple[int, int]) -> list[ImageObject]:
    """Return the objects of a picture of which something can be cut out."""
    width, height = size
    found = []
    for one in objects:
        x1, y1, x2, y2 = one.shape.bounds()
        inside = x1 < width and y1 < height and x2 > 0 and y2 > 0
        if inside and x1 < x2 and y1 < y2 and one.shape.kind not in NO_EXTENT:
            found.append(one)
    return found
