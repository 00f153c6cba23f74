"""Boxes become polygons that are like their masks, and stay boxes where a mask is no use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sightline.app.segments.shapes import (
    ANOTHER,
    AT_ONCE,
    NOTHING,
    OUTSIDE,
    REFUSED,
    SMALL,
    UNSURE,
    SegmentWish,
    boxed,
    segmented,
)
from sightline.core.assist import Candidate
from sightline.core.errors import CancelledError, EngineFailedError, InvalidInputError
from sightline.core.geometry.masks import encode
from sightline.core.geometry.shapes import Box, Keypoints, OrientedBox, Point, Polygon, Shape
from sightline.core.objects import ImageObject
from sightline.imaging.rasters import pixels_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.assist import Prompt

SIZE = (200, 100)
WISH = SegmentWish()
BOX = Box(10, 10, 60, 50)


def ellipse(box: tuple[float, float, float, float]) -> Candidate:
    """The ellipse that a box is about."""
    x1, y1, x2, y2 = (int(side) for side in box)
    y, x = np.mgrid[: y2 - y1, : x2 - x1] + 0.5
    wide, high = (x2 - x1) / 2, (y2 - y1) / 2
    mask = ((x - wide) / wide) ** 2 + ((y - high) / high) ** 2 <= 1
    return Candidate(box=box, score=0.7, window=(x1, y1), mask=mask)


class Ellipses:
    """Answers a box with the ellipse in it, or with what it was told to."""

    size = SIZE

    def __init__(self, *answer: Candidate) -> None:
        self.answer = answer
        self.asked: list[Prompt] = []
        self.error: Exception | None = None

    def tile(self, prompt: Prompt) -> object:
        """The left and the right half are tiles."""
        assert prompt.box is not None
        return prompt.box[0] < SIZE[0] / 2

    def predict_many(self, prompts: Sequence[Prompt]) -> list[list[Candidate]]:
        self.asked += prompts
        return [self.predict(one) for one in prompts]

    def predict(self, prompt: Prompt) -> list[Candidate]:
        assert prompt.box is not None
        if self.error is not None and prompt.box[0] == BOX.x1:
            raise self.error
        return list(self.answer) or [ellipse(prompt.box)]


def objects(*shapes: Shape) -> list[ImageObject]:
    return [
        ImageObject(uid=f"u{at}", class_id=1, shape=shape, attributes={"n": at}, z=at)
        for at, shape in enumerate(shapes)
    ]


def test_a_box_becomes_the_outline_of_its_mask_and_keeps_all_else() -> None:
    made = segmented(objects(BOX), Ellipses(), WISH)
    (one,) = made.objects
    assert isinstance(one.shape, Polygon)
    assert (one.uid, one.class_id, one.attributes, one.source) == ("u0", 1, {"n": 0}, "person")
    drawn, mask = pixels_of(one.shape, *SIZE), np.zeros(SIZE[::-1], np.bool_)
    mask[10:50, 10:60] = ellipse(BOX.bounds()).mask
    assert (drawn & mask).sum() / (drawn | mask).sum() >= 0.98
    assert (made.polygons, made.fallbacks) == (1, 0)
    assert made.scores == {"u0": 0.7}


def test_the_segmenter_is_asked_for_what_is_wished() -> None:
    engine = Ellipses()
    segmented(objects(BOX), engine, replace(WISH, mask_threshold=0.25, max_results=3))
    (prompt,) = engine.asked
    assert (prompt.box, prompt.threshold) == (BOX.bounds(), 0.25)
    assert (prompt.multimask, prompt.want) == (True, "mask")
    segmented(objects(BOX), engine, WISH)
    assert not engine.asked[-1].multimask


def test_an_oriented_box_is_asked_about_by_its_bounds() -> None:
    turned = OrientedBox(50, 50, 40, 20, 30)
    engine = Ellipses()
    made = segmented(objects(turned), engine, WISH)
    assert engine.asked[0].box == turned.bounds()
    assert made.polygons == 1


def test_outlines_stay_masks_are_outlined_points_are_left_out() -> None:
    pixels = np.zeros(SIZE[::-1], np.bool_)
    pixels[20:40, 20:70] = True
    ring = Polygon((((1.0, 1.0, 9.0, 1.0, 9.0, 9.0),),))
    points = Keypoints(((3.0, 3.0, 2),))
    made = segmented(objects(ring, encode(pixels), points, Point(1, 2)), Ellipses(), WISH)
    first, second = made.objects
    assert first.shape == ring
    assert isinstance(second.shape, Polygon)
    assert np.array_equal(pixels_of(second.shape, *SIZE), pixels)
    assert (made.polygons, made.outlines, made.left_out) == (0, 2, 2)


EMPTY = Candidate(box=BOX.bounds(), score=1, mask=np.zeros((4, 4), np.bool_))
BESIDE = replace(ellipse(BOX.bounds()), window=(100, 50))


@pytest.mark.parametrize(
    ("answer", "wish", "shape", "reason"),
    [
        ((EMPTY,), {}, BOX, NOTHING),
        ((replace(EMPTY, mask=None),), {}, BOX, NOTHING),
        ((replace(ellipse(BOX.bounds()), window=(500, 500)),), {}, BOX, NOTHING),
        ((), {"score_threshold": 0.8}, BOX, UNSURE),
        ((replace(ellipse(BOX.bounds()), score=float("nan")),), {}, BOX, UNSURE),
        ((), {"min_size": 5_000}, BOX, SMALL),
        ((BESIDE,), {}, BOX, ANOTHER),
        ((), {}, Box(300, 10, 320, 30), OUTSIDE),
    ],
)
def test_a_box_without_a_usable_mask_stays_and_is_counted_with_the_reason(
    answer: tuple[Candidate, ...], wish: dict[str, Any], shape: Box, reason: str
) -> None:
    made = segmented(objects(shape), Ellipses(*answer), replace(WISH, **wish))
    assert [one.shape for one in made.objects] == [shape]
    assert made.reasons == {reason: 1}
    assert made.why == {"u0": reason}
    assert made.polygons == 0


def test_a_worse_mask_is_taken_where_the_best_is_no_use() -> None:
    made = segmented(objects(BOX), Ellipses(BESIDE, ellipse(BOX.bounds())), WISH)
    assert (made.polygons, made.fallbacks) == (1, 0)


def test_several_masks_of_a_box_become_several_objects_but_no_two_alike() -> None:
    small = ellipse((10, 10, 50, 45))
    answer = (ellipse(BOX.bounds()), ellipse(BOX.bounds()), small, small)
    wish = replace(WISH, max_results=3)
    made = segmented(objects(BOX), Ellipses(*answer), wish)
    assert [one.shape.bounds() for one in made.objects] == [
        pytest.approx(BOX.bounds(), abs=1),
        pytest.approx(small.box, abs=1),
    ]
    first, second = (one.uid for one in made.objects)
    assert first == "u0"
    assert 1 <= len(second) <= 32
    again = segmented(objects(BOX), Ellipses(*answer), wish)
    assert [one.uid for one in again.objects] == [first, second]


def test_a_refused_question_costs_no_other_its_answer() -> None:
    engine = Ellipses()
    engine.error = InvalidInputError("no")
    made = segmented(objects(BOX, Box(70, 10, 90, 30)), engine, WISH)
    assert made.reasons == {REFUSED: 1}
    assert made.polygons == 1


def test_a_segmenter_that_breaks_down_is_told() -> None:
    engine = Ellipses()
    engine.error = ValueError("boom")
    with pytest.raises(EngineFailedError, match="boom"):
        segmented(objects(BOX), engine, WISH)


def test_a_thousand_boxes_are_asked_in_parts_between_which_the_work_may_stop() -> None:
    boxes = [Box(at % 150, at % 60, at % 150 + 20, at % 60 + 20) for at in range(1_000)]
    looks: list[int] = []
    made = segmented(objects(*boxes), Ellipses(), WISH, look=lambda: looks.append(len(looks)))
    assert made.polygons == 1_000
    assert len(looks) == -(-1_000 // AT_ONCE)

    def stop() -> None:
        raise CancelledError("stop")

    with pytest.raises(CancelledError):
        segmented(objects(*boxes), Ellipses(), WISH, look=stop)


def test_a_picture_that_nobody_can_be_asked_about_keeps_its_boxes() -> None:
    made = boxed(objects(BOX, Point(1, 1), Polygon((((1.0, 1.0, 9.0, 1.0, 9.0, 9.0),),))), "why")
    assert [one.uid for one in made.objects] == ["u0", "u2"]
    assert (made.reasons, made.left_out, made.outlines) == ({"why": 1}, 1, 1)


@pytest.mark.parametrize(
    "bad",
    [
        {"mask_threshold": 1.5},
        {"score_threshold": -0.1},
        {"score_threshold": float("nan")},
        {"min_size": -1},
        {"max_results": 0},
        {"max_results": 11},
        {"min_box_iou": 2},
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        SegmentWish(**bad)


def test_boxes_of_a_tile_are_asked_about_together() -> None:
    engine = Ellipses()
    boxes = [Box(10 + 90 * (at % 2), 10, 50 + 90 * (at % 2), 50) for at in range(6)]
    made = segmented(objects(*boxes), engine, WISH)
    lefts = [one.box[0] for one in engine.asked if one.box]
    assert lefts == [10, 10, 10, 100, 100, 100]
    assert ids(made.objects) == [f"u{at}" for at in range(6)]


def ids(found: Sequence[ImageObject]) -> list[str]:
    return [one.uid for one in found]


def test_objects_stay_in_their_order() -> None:
    ring = Polygon((((1.0, 1.0, 9.0, 1.0, 9.0, 9.0),),))
    made = segmented(objects(ring, BOX, ring), Ellipses(), WISH)
    assert ids(made.objects) == ["u0", "u1", "u2"]
