"""Tests of app/streams/masks.py."""

from __future__ import annotations

import numpy as np

from sightline.app.streams.masks import MOST, Masker
from sightline.core.assist import Candidate, Encoding, Prompt
from sightline.core.narration import Thing

IMAGE = np.zeros((100, 120, 3), np.uint8)


class Squares:
    """Answers with the middle of the box, and counts."""

    key = "squares"

    def __init__(self) -> None:
        self.asked: list[Prompt] = []

    def encode(self, image: np.ndarray) -> Encoding:
        return {"size": np.array(image.shape)}

    def predict(self, _encoding: Encoding, prompt: Prompt) -> list[Candidate]:
        self.asked.append(prompt)
        assert prompt.box is not None
        mask = np.zeros((40, 40), np.bool_)
        mask[10:21, 5:26] = True
        return [Candidate(box=prompt.box, score=1.0, window=(30, 20), mask=mask)]


def thing(score: float, side: float = 40) -> Thing:
    return Thing(name="car", score=score, box=(30.0, 20.0, 30 + side, 20 + side))


def test_an_outline_is_in_pixels_of_the_frame() -> None:
    (outline,) = Masker(Squares()).outlines(IMAGE, [thing(0.9)])
    assert outline is not None
    corners = set(zip(outline[::2], outline[1::2], strict=True))
    assert corners == {(35.0, 30.0), (55.0, 30.0), (55.0, 40.0), (35.0, 40.0)}


def test_the_surest_of_many_are_outlined_and_tiny_ones_not() -> None:
    engine = Squares()
    things = [thing(0.1, side=3), *(thing(n / 100) for n in range(MOST + 5))]
    found = Masker(engine).outlines(IMAGE, things)
    assert len(engine.asked) == MOST
    assert [one is None for one in found[:7]] == [True] * 6 + [False]


def test_the_built_in_segmenter_finds_a_bright_square() -> None:
    image = np.full((100, 120, 3), 30, np.uint8)
    image[30:70, 40:90] = 220
    seen = Thing(name="box", score=0.9, box=(35.0, 25.0, 95.0, 75.0))
    (outline,) = Masker().outlines(image, [seen])
    assert outline is not None
    assert abs(min(outline[::2]) - 40) <= 4
    assert abs(max(outline[::2]) - 89) <= 4


def test_without_things_nothing_is_loaded() -> None:
    masker = Masker()
    assert masker.outlines(IMAGE, []) == []
