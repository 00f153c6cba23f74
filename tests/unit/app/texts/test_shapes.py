"""Found boxes as boxes, tight boxes and polygons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightline.app.texts.shapes import cleaned_shapes, plain_shapes
from sightline.core.assist import Candidate, Detections
from sightline.core.geometry.shapes import Box, Polygon

if TYPE_CHECKING:
    from sightline.app.texts.shapes import Form
    from sightline.core.arrays import U8
    from sightline.core.assist import Encoding, Prompt
    from sightline.core.geometry.shapes import Bounds, Shape


class Tightener:
    """Answers every box with one that is smaller by some pixels, and its pixels."""

    key = "tightener"

    def __init__(self, by: int) -> None:
        self._by = by

    def encode(self, image: U8) -> Encoding:
        return {"size": np.array(image.shape[1::-1])}

    def predict(self, encoding: Encoding, prompt: Prompt) -> list[Candidate]:
        del encoding
        assert prompt.box is not None
        x1, y1, x2, y2 = prompt.box
        box: Bounds = (x1 + self._by, y1 + self._by, x2 - self._by, y2 - self._by)
        window = (int(box[0]), int(box[1]))
        mask = np.ones((int(box[3] - box[1]), int(box[2] - box[0])), bool)
        return [Candidate(box=box, score=1.0, window=window, mask=mask)]


FOUND = Detections(
    np.array([[10, 10, 50, 50]], np.float32),
    np.array([0.9], np.float32),
    np.zeros(1, np.int32),
)


def shapes(by: int, form: Form) -> list[Shape]:
    segmenter = Tightener(by)
    encoding = segmenter.encode(np.zeros((60, 80, 3), np.uint8))
    return cleaned_shapes(FOUND, form, segmenter, encoding)


def test_a_segmenter_makes_a_box_tight_or_a_polygon() -> None:
    assert shapes(3, "box") == [Box(13, 13, 47, 47)]
    (polygon,) = shapes(3, "polygon")
    assert isinstance(polygon, Polygon)
    assert polygon.bounds() == (13, 13, 47, 47)


def test_a_box_stays_where_the_segmenter_means_something_else() -> None:
    assert shapes(15, "box") == shapes(15, "polygon") == [Box(10, 10, 50, 50)]


def test_an_engine_that_gives_outlines_needs_no_segmenter() -> None:
    mask = np.zeros((20, 20), bool)
    mask[5:15, 5:15] = True
    drawn = Detections(FOUND.boxes, FOUND.scores, FOUND.class_index, ((mask, (10, 20)),))
    (polygon,) = plain_shapes(drawn, "polygon")
    assert polygon.bounds() == (15, 25, 25, 35)
    assert plain_shapes(drawn, "box") == [Box(10, 10, 50, 50)]


def test_an_outline_of_no_pixel_is_the_box() -> None:
    empty = Detections(
        FOUND.boxes, FOUND.scores, FOUND.class_index, ((np.zeros((1, 1), bool), (0, 0)),)
    )
    assert plain_shapes(empty, "polygon") == [Box(10, 10, 50, 50)]
