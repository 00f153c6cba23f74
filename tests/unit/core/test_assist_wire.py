"""What a segmenter in another process gets and gives is what it would get and give here."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.segmenter import SquareSegmenter
from sightline.core.assist import Prompt
from sightline.core.assist_wire import (
    ServedSegmenter,
    packed_questions,
    predict_many,
    unpacked_answers,
    unpacked_questions,
)
from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.assist import Candidate, Encoding

PICTURE = np.zeros((40, 60, 3), np.uint8)
PROMPTS = (
    Prompt(box=(1.5, 2, 30, 20), want="box"),
    Prompt(points=((10, 10, True), (20, 20, False)), previous=np.ones((4, 4), np.float32)),
)


def through_json(facts: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(facts))
    return found


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_question_and_its_answer_survive_the_pipe(prompt: Prompt) -> None:
    here, served = SquareSegmenter(), ServedSegmenter(SquareSegmenter())
    facts, arrays = served.answer("encode", {}, [PICTURE])
    encoding = dict(zip(through_json(facts)["names"], arrays, strict=True))
    asked, sent = packed_questions(encoding, [prompt])
    there = served.answer("predict", through_json(asked), sent)
    (answers,) = unpacked_answers(through_json(there[0]), there[1])
    for got, wanted in zip(answers, here.predict(here.encode(PICTURE), prompt), strict=True):
        assert (got.box, got.score, got.window) == (wanted.box, wanted.score, wanted.window)
        for one, other in ((got.mask, wanted.mask), (got.logits, wanted.logits)):
            assert (one is None) == (other is None)
            assert one is None or np.array_equal(one, other)  # type: ignore[arg-type]


def test_a_prompt_survives_the_pipe() -> None:
    given = replace(PROMPTS[1], threshold=0.25)
    facts, arrays = packed_questions({"a": np.zeros(3)}, [PROMPTS[0], given])
    encoding, (first, prompt) = unpacked_questions(through_json(facts), arrays)
    assert list(encoding) == ["a"]
    assert first == PROMPTS[0]
    assert prompt.threshold == 0.25
    assert (prompt.points, prompt.box, prompt.want) == (PROMPTS[1].points, None, "mask")
    assert np.array_equal(prompt.previous, PROMPTS[1].previous)  # type: ignore[arg-type]


def test_many_questions_send_an_encoding_once() -> None:
    boxes = [Prompt(box=(at, 2, at + 9, 20)) for at in range(5)]
    encoding = SquareSegmenter().encode(PICTURE)
    facts, arrays = packed_questions(encoding, boxes)
    assert len(arrays) == len(encoding)
    answers = ServedSegmenter(SquareSegmenter()).answer("predict", through_json(facts), arrays)
    assert [one[0].box[0] for one in unpacked_answers(*answers)] == [1, 2, 3, 4, 5]


class Counted(SquareSegmenter):
    """Takes many questions at once."""

    calls = 0

    def predict_many(self, encoding: Encoding, prompts: Sequence[Prompt]) -> list[list[Candidate]]:
        self.calls += 1
        return [self.predict(encoding, one) for one in prompts]


def test_a_segmenter_that_takes_many_questions_gets_them_at_once() -> None:
    many = Counted()
    assert len(predict_many(many, many.encode(PICTURE), PROMPTS)) == 2
    assert many.calls == 1


def test_a_served_segmenter_names_itself_and_knows_no_other_methods() -> None:
    served = ServedSegmenter(SquareSegmenter())
    assert served.answer("facts", {}, []) == ({"key": "squares-1"}, [])
    with pytest.raises(InvalidInputError):
        served.answer("squares", {}, [])
