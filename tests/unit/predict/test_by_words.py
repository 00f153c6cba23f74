"""Finding by words in a whole picture and in its tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.by_words import COLOURS, ColourFinder
from sightline.predict.by_words import detect_by_words, tiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import U8
    from sightline.core.assist import Detections


class ShortSighted(ColourFinder):
    """Sees nothing in a picture that is larger than 60 pixels."""

    def detect_text(
        self, image: U8, texts: Sequence[str], *, min_score: float = 0.1, limit: int = 300
    ) -> Detections:
        seen = image if max(image.shape[:2]) <= 60 else np.zeros_like(image)
        return super().detect_text(seen, texts, min_score=min_score, limit=limit)


def spotted(width: int, height: int, *boxes: tuple[int, int, int, int]) -> U8:
    picture = np.zeros((height, width, 3), np.uint8)
    for x1, y1, x2, y2 in boxes:
        picture[y1:y2, x1:x2] = COLOURS["red"]
    return picture


@settings(max_examples=40)
@given(st.integers(1, 700), st.integers(1, 700), st.integers(64, 300))
def test_tiles_cover_the_picture_lie_within_it_and_overlap(
    width: int, height: int, side: int
) -> None:
    seen = np.zeros((height, width), bool)
    lefts = set()
    for x, y, wide, high in tiles(width, height, side):
        assert (x >= 0, x + wide <= width, y >= 0, y + high <= height) == (True,) * 4
        seen[y : y + high, x : x + wide] = True
        lefts.add(x)
    assert seen.all()
    steps = np.diff(sorted(lefts))
    assert (steps <= side * 0.8 + 1).all()


def test_a_small_thing_is_found_in_a_tile_once_and_at_its_place() -> None:
    picture = spotted(200, 100, (130, 30, 140, 42))
    assert not len(detect_by_words(ShortSighted(), picture, ["red"], min_score=0.5).boxes)
    found = detect_by_words(ShortSighted(), picture, ["red"], min_score=0.5, tile_px=60)
    np.testing.assert_array_equal(found.boxes, [[130, 30, 140, 42]])


def test_what_a_tile_cuts_is_left_to_the_tile_that_shows_all_of_it() -> None:
    picture = spotted(100, 60, (45, 10, 62, 20))  # across the border of the first tile
    found = detect_by_words(ShortSighted(), picture, ["red"], min_score=0.5, tile_px=60)
    np.testing.assert_array_equal(found.boxes, [[45, 10, 62, 20]])


def test_masks_move_with_their_tiles() -> None:
    picture = spotted(200, 60, (150, 10, 160, 20))
    found = detect_by_words(ShortSighted(masks=True), picture, ["red"], min_score=0.5, tile_px=60)
    (mask, (x, y)), (box,) = found.masks[0], found.boxes
    rows, columns = np.nonzero(mask)
    assert (columns.min() + x, rows.min() + y) == (box[0], box[1])


@pytest.mark.parametrize("tile_px", [0, 200])
def test_a_picture_that_is_no_larger_than_a_tile_is_asked_about_once(tile_px: int) -> None:
    engine = ColourFinder()
    picture = spotted(100, 60, (10, 10, 20, 20))
    detect_by_words(engine, picture, ["red"], min_score=0.5, tile_px=tile_px)
    assert engine.asked == [("red",)]
