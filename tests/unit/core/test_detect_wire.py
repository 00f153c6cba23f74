"""What a detector by words found survives the trip through a pipe."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.by_words import ColourFinder
from sightline.core.assist import Detections
from sightline.core.detect_wire import (
    RemoteTextDetector,
    ServedTextDetector,
    packed_detections,
    unpacked_detections,
)
from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Told(NamedTuple):
    facts: dict[str, Any]
    arrays: Sequence[NDArray[Any]]


class Pipe:
    """Hands questions over as JSON and arrays, in one process."""

    def __init__(self, served: ServedTextDetector) -> None:
        self._served = served

    def facts(self) -> dict[str, Any]:
        return self._served.answer("facts", {}, [])[0]

    def call(self, method: str, arguments: Any = None, arrays: Any = ()) -> Told:
        facts, found = self._served.answer(method, json.loads(json.dumps(arguments)), arrays)
        return Told(json.loads(json.dumps(facts)), found)


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(0, 99), st.integers(0, 99)),
        max_size=70,
    ),
    st.randoms(use_true_random=False),
)
def test_masks_of_any_number_and_size_come_back_as_they_were(
    windows: list[tuple[int, int, int, int]], random: Any
) -> None:
    masks = tuple(
        (np.array([[random.random() < 0.5 for _ in range(w)] for _ in range(h)], np.bool_), (x, y))
        for h, w, x, y in windows
    )
    count = len(masks)
    before = Detections(
        np.arange(4 * count, dtype=np.float32).reshape(-1, 4),
        np.linspace(1, 0, count, dtype=np.float32),
        np.arange(count, dtype=np.int32),
        masks,
    )
    facts, arrays = packed_detections(before)
    assert len(arrays) == 4, "a pipe carries few arrays, whatever is found"
    after = unpacked_detections(json.loads(json.dumps(facts)), arrays)
    np.testing.assert_array_equal(after.boxes, before.boxes)
    np.testing.assert_array_equal(after.scores, before.scores)
    np.testing.assert_array_equal(after.class_index, before.class_index)
    for (mask, corner), (old, old_corner) in zip(after.masks, masks, strict=True):
        np.testing.assert_array_equal(mask, old)
        assert corner == old_corner


def test_a_detector_elsewhere_answers_as_it_does_here() -> None:
    picture = np.zeros((20, 30, 3), np.uint8)
    picture[4:9, 5:15] = (255, 0, 0)
    remote = RemoteTextDetector(Pipe(ServedTextDetector(ColourFinder(masks=True))), "key")
    found = remote.detect_text(picture, ["blue", "red"], min_score=0.5, limit=3)
    assert (remote.key, found.class_index.tolist()) == ("key", [1])
    np.testing.assert_array_equal(found.boxes, [[5, 4, 15, 9]])
    assert found.masks[0][0].sum() == 50


def test_another_question_is_refused() -> None:
    served = ServedTextDetector(ColourFinder())
    assert served.answer("facts", {}, [])[0] == {"key": "colours"}
    with pytest.raises(InvalidInputError, match="cannot 'encode'"):
        served.answer("encode", {}, [])
