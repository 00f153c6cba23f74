from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.core.preprocess import MAX_SIZE, Preprocess

NUMBERS = st.floats(-10, 10, allow_nan=False)
POSITIVE = st.floats(1e-3, 10, allow_nan=False)


@st.composite
def rules(draw: st.DrawFn) -> Preprocess:
    size = draw(st.integers(1, MAX_SIZE))
    return Preprocess(
        size=size,
        resize=draw(st.sampled_from(["stretch", "crop", "letterbox"])),
        resize_px=draw(st.none() | st.integers(size, MAX_SIZE)),
        interpolation=draw(st.sampled_from(["bilinear", "bicubic"])),
        mean=draw(st.tuples(NUMBERS, NUMBERS, NUMBERS)),
        std=draw(st.tuples(POSITIVE, POSITIVE, POSITIVE)),
    )


@given(rules())
def test_a_rule_survives_json_with_its_key(rule: Preprocess) -> None:
    back = Preprocess.from_dict(json.loads(json.dumps(rule.to_dict())))
    assert back == rule
    assert back.key() == rule.key()


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"size": 0},
        {"size": -1},
        {"size": MAX_SIZE + 1},
        {"size": "224"},
        {"size": 224.5},
        {"size": True},
        {"size": None},
        {"size": 8, "colour": "rgb"},
        {"size": 8, "resize": "squash"},
        {"size": 8, "resize": ["crop"]},
        {"size": 8, "interpolation": "nearest"},
        {"size": 8, "resize_px": 7},
        {"size": 8, "resize_px": 9.5},
        {"size": 8, "resize_px": MAX_SIZE + 1},
        {"size": 8, "mean": 0.5},
        {"size": 8, "mean": [0.5, 0.5]},
        {"size": 8, "mean": ["a", "b", "c"]},
        {"size": 8, "mean": [0.5, 0.5, math.nan]},
        {"size": 8, "std": [1, 1, 0]},
        {"size": 8, "std": [1, 1, -1]},
        {"size": 8, "std": [1, 1, math.inf]},
        {"size": 8, "std": [1, 1, 1, 1]},
        {"size": 8, "std": None},
    ],
)
def test_a_rule_that_cannot_be_carried_out_is_refused_with_a_hint(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Preprocess.from_dict(values)
    assert caught.value.hint


def test_the_key_changes_with_anything_that_changes_the_answer() -> None:
    rule = Preprocess(size=8)
    others = [
        Preprocess(size=9),
        Preprocess(size=8, resize="crop"),
        Preprocess(size=8, resize_px=9),
        Preprocess(size=8, interpolation="bicubic"),
        Preprocess(size=8, mean=(0.0, 0.0, 0.0)),
        Preprocess(size=8, std=(1.0, 1.0, 1.0)),
    ]
    assert len({one.key() for one in [rule, *others]}) == len(others) + 1


def test_a_picture_is_decoded_no_smaller_than_it_is_resized_to() -> None:
    assert Preprocess(size=224).min_side_px == 224
    assert Preprocess(size=224, resize="crop", resize_px=256).min_side_px == 256
