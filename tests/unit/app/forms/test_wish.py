from __future__ import annotations

from typing import Any

import pytest

from fakes.conv_graphs import conv_card
from sightline.app.forms.wish import FormWish
from sightline.core.errors import InvalidInputError


def test_a_wish_travels_as_json() -> None:
    wish = FormWish(form="openvino", quantize="int8", max_drop=1.5, force=True, calibration=64)
    assert FormWish.of(wish.to_dict() | {"more": 1}) == wish


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        (FormWish(quantize="int8"), "colours-int8"),
        (FormWish(quantize="dynamic"), "colours-int8-dynamic"),
        (FormWish(form="torchscript"), "colours-torchscript"),
        (FormWish(form="openvino", quantize="int8"), "colours-openvino-int8"),
    ],
)
def test_a_form_is_named_after_what_it_is(wish: FormWish, name: str) -> None:
    assert wish.name_of(conv_card()) == name
    assert not wish.plain


@pytest.mark.parametrize(
    "values",
    [
        {"form": "tflite"},
        {"quantize": "int4"},
        {"form": "torchscript", "quantize": "int8"},
        {"form": "openvino", "quantize": "dynamic"},
        {"calibration": 0},
        {"max_drop": 101.0},
        {"max_drop": -1.0},
    ],
)
def test_what_there_is_not_is_refused_with_a_hint(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        FormWish(**values)
    assert caught.value.hint


def test_a_place_has_to_suit_the_form() -> None:
    assert FormWish().target() is None
    assert str(FormWish(out="a/b.onnx").target()) == "a/b.onnx"
    for wish in (FormWish(out="folder"), FormWish(form="openvino", out="a.onnx")):
        with pytest.raises(InvalidInputError, match="no place"):
            wish.target()
