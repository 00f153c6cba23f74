"""What was found by words as shapes: the engine's box, a tight one, or an outline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

from sightline.app.assist.encodings import guarded
from sightline.core.assist import MIN_IOU, Prompt
from sightline.core.assist_wire import predict_many
from sightline.core.geometry.boxes import iou
from sightline.core.geometry.shapes import Box
from sightline.imaging.contours import polygon_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.assist import Candidate, Detections, Encoding, Outline
    from sightline.core.geometry.shapes import Bounds, Shape
    from sightline.core.ports import Segmenter

Form = Literal["box", "polygon"]
FORMS: Final = get_args(Form)


def plain_shapes(found: Detections, form: Form) -> list[Shape]:
    """Return N shapes as the engine itself gives them; a box where it gives no outline."""
    boxes: list[Shape] = [Box(*corners) for corners in found.boxes.tolist()]
    if form == "box" or not found.masks:
        return boxes
    return [_drawn(mask) or box for mask, box in zip(found.masks, boxes, strict=True)]


def cleaned_shapes(
    found: Detections, form: Form, segmenter: Segmenter, encoding: Encoding
) -> list[Shape]:
    """Return N shapes that a segmenter makes of N boxes.

    A box stays where the segmenter means something else: where its answer overlaps the box by less
    than MIN_IOU.

    Raises:
        SightlineError: The segmenter fails.
    """
    want: Literal["box", "mask"] = "box" if form == "box" else "mask"
    prompts = [
        Prompt(box=_bounds(corners), want=want, multimask=False) for corners in found.boxes.tolist()
    ]
    answers = guarded(lambda: predict_many(segmenter, encoding, prompts))
    shapes: list[Shape] = []
    for corners, said in zip(found.boxes.tolist(), answers, strict=True):
        tight = _cleaned(said[0], form, _bounds(corners)) if said else None
        shapes.append(tight or Box(*corners))
    return shapes


def _cleaned(said: Candidate, form: Form, old: Bounds) -> Shape | None:
    if float(iou([said.box], [old])[0, 0]) < MIN_IOU:
        return None
    if form == "box":
        return Box(*(float(side) for side in said.box))
    return None if said.mask is None else _drawn((said.mask, said.window))


def _drawn(outline: Outline) -> Shape | None:
    """Return the polygon about an outline, None when no pixel is set."""
    mask, window = outline
    return polygon_of(mask, window=window) if mask.any() else None


def _bounds(corners: Sequence[float]) -> Bounds:
    x1, y1, x2, y2 = corners
    return x1, y1, x2, y2
