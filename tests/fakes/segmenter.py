"""A segmenter whose answers can be worked out by hand, and which can be held up or fail."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.core.assist import Candidate
from sightline.core.registry import EngineSpec

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.core.arrays import U8
    from sightline.core.assist import Encoding, Prompt

SIDES = (8, 16, 24)
"""A click gives squares of these sides, pixels."""
SHRINK = 1.0
"""A box is answered with one that is smaller by so many pixels on every side."""


class SquareSegmenter:
    """Clicks give squares about the first point, boxes give smaller boxes."""

    key = "squares-1"

    def __init__(self) -> None:
        self.encoded = 0
        self.sides = SIDES
        self.asked: list[Prompt] = []
        self.error: Exception | None = None
        self.encoding = threading.Event()
        self.encode_gate = opened()
        self.predicting = threading.Event()
        self.predict_gate = opened()

    def encode(self, image: U8) -> Encoding:
        self.encoding.set()
        assert self.encode_gate.wait(60)
        if self.error is not None:
            raise self.error
        self.encoded += 1
        size = np.array([image.shape[1], image.shape[0]], np.int64)
        return {"size": size, "grey": image.mean(axis=2).astype(np.float16)}

    def predict(self, encoding: Encoding, prompt: Prompt) -> list[Candidate]:
        assert "grey" in encoding
        self.predicting.set()
        assert self.predict_gate.wait(60)
        if self.error is not None:
            raise self.error
        self.asked.append(prompt)
        if prompt.box is not None:
            x1, y1, x2, y2 = prompt.box
            inner = (x1 + SHRINK, y1 + SHRINK, x2 - SHRINK, y2 - SHRINK)
            return [candidate(inner, 0.9, mask=prompt.want == "mask")]
        x, y, _ = prompt.points[0]
        sides = self.sides if prompt.multimask else self.sides[:1]
        return [
            candidate((x - side / 2, y - side / 2, x + side / 2, y + side / 2), 1 - side / 100)
            for side in sides
        ]


def candidate(
    box: tuple[float, float, float, float], score: float, *, mask: bool = True
) -> Candidate:
    x1, y1, x2, y2 = (round(side) for side in box)
    return Candidate(
        box=box,
        score=score,
        window=(x1, y1),
        mask=np.ones((y2 - y1, x2 - x1), np.bool_) if mask else None,
        logits=np.full((4, 4), score, np.float32) if mask else None,
    )


def opened() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def load(**_: Any) -> SquareSegmenter:
    return SquareSegmenter()


SQUARES = EngineSpec(
    name="classical",
    kind="segmenter",
    factory="fakes.segmenter:load",
    description="Squares",
)


def use_squares(bench: Workbench) -> SquareSegmenter:
    """Let a workbench's built-in segmenter be this one, and return it."""
    table = bench.assist.engines
    table._built_in = (SQUARES,)
    table.forget()
    found = table.load()
    assert isinstance(found, SquareSegmenter)
    return found
