"""Tests of imaging/marks.py."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.imaging.marks import COLOURS, Mark, colour_of, draw_caption, draw_marks, writable


def test_a_class_has_the_same_colour_everywhere() -> None:
    assert colour_of("car") == colour_of("car")
    assert {colour_of(f"class {n}") for n in range(100)} == set(COLOURS)


def test_a_box_is_drawn_around_and_not_over_what_it_shows() -> None:
    image = np.full((200, 300, 3), 7, np.uint8)
    draw_marks(image, [Mark((50, 60, 150, 160), "car", "car 90%")])
    assert tuple(image[60, 100]) == colour_of("car")
    assert np.all(image[80:150, 70:130] == 7)
    assert np.any(image[40:58, 50:110] == colour_of("car"))


def test_over_a_clear_picture_only_what_is_drawn_can_be_seen() -> None:
    image = np.zeros((100, 100, 4), np.uint8)
    draw_marks(image, [Mark((20, 30, 80, 90), "dog")])
    assert image[30, 50, 3] == 255
    assert image[60, 50, 3] == 0


@pytest.mark.parametrize("box", [(-50.0, -50.0, 400.0, 400.0), (0.0, 0.0, 0.0, 0.0)])
def test_boxes_at_and_beyond_the_edge_are_drawn_without_fault(
    box: tuple[float, float, float, float],
) -> None:
    image = np.zeros((60, 80, 4), np.uint8)
    draw_marks(image, [Mark(box, "车", "车 12%")])


def test_a_caption_stands_at_the_foot_and_breaks_into_lines() -> None:
    one, two = (np.full((240, 320, 3), 200, np.uint8) for _ in range(2))
    draw_caption(one, "Two cars.")
    draw_caption(two, "Two cars on the left and a very long sentence about a bottle on the right.")
    assert np.all(one[:150] == 200)
    heights = [int(np.sum(np.any(image[:, 5] != 200, axis=-1))) for image in (one, two)]
    assert 0 < heights[0] < heights[1] < 150


def test_chinese_is_broken_between_signs() -> None:
    image = np.full((240, 320, 3), 200, np.uint8)
    draw_caption(image, "左边有两辆汽车右边有一个瓶子左边有两辆汽车右边有一个瓶子")
    assert np.all(image[:100] == 200)


@pytest.mark.parametrize(
    ("text", "there"), [("Zwei Äpfel, две машины", True), ("两辆车", True), ("दो कारें", False)]
)
def test_what_the_font_cannot_write_is_known(text: str, there: bool) -> None:
    assert writable(text) is there
