from __future__ import annotations

import json
import tracemalloc
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sightline.app.serving.tensors import Body, Request, answer, datatype, parse
from sightline.core.errors import InvalidInputError

SHAPES = arrays.array_shapes(max_dims=3, max_side=3)
NUMBERS = st.one_of(
    arrays.arrays(np.uint8, SHAPES),
    arrays.arrays(np.int64, SHAPES, elements=st.integers(-(2**50), 2**50)),
    arrays.arrays(np.float32, SHAPES, elements=st.floats(-1e6, 1e6, width=32)),
    arrays.arrays(np.bool_, SHAPES),
)


def back(body: Body) -> dict[str, Any]:
    """Return an answer's outputs as a request's inputs read them."""
    head = orjson.loads(body.data[: body.json_bytes])
    head["inputs"] = head.pop("outputs")
    text = orjson.dumps(head)
    if body.json_bytes is None:
        return parse(text).inputs
    return parse(text + body.data[body.json_bytes :], len(text)).inputs


@given(values=NUMBERS, binary=st.booleans())
def test_numbers_come_back_from_json_and_from_bytes(values: Any, binary: bool) -> None:
    said = answer(Request("", {}, {"y": binary}), "m", "1", {"y": values})
    found = back(said)["y"]
    assert found.dtype == values.dtype
    assert np.array_equal(found, values)


@given(texts=st.lists(st.text(max_size=5), max_size=4))
def test_texts_come_back_from_bytes(texts: list[str]) -> None:
    values = np.empty(len(texts), object)
    values[:] = texts
    found = back(answer(Request("", {}, {}, binary=True), "m", "1", {"y": values}))["y"]
    assert [one.decode() for one in found] == texts


@given(st.binary(max_size=60), st.one_of(st.none(), st.integers(0, 70)))
def test_garbage_is_refused_in_words(body: bytes, length: int | None) -> None:
    with pytest.raises(InvalidInputError):
        parse(body, length)


def ask(**changes: Any) -> bytes:
    tensor = {"name": "x", "shape": [2], "datatype": "UINT8", "data": [1, 2]} | changes
    return json.dumps({"inputs": [tensor]}).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [3]},
        {"shape": [-2]},
        {"shape": "two"},
        {"shape": [2.5]},
        {"shape": ["2"]},
        {"shape": [True, 2]},
        {"parameters": {"binary_data_size": "0"}},
        {"datatype": "UINT7"},
        {"data": [1, 256]},
        {"data": [1, 0.5]},
        {"data": [1, "a"]},
        {"data": ["1", "2"]},
        {"data": {"0": 1, "1": 2}},
        {"data": [[1], [1, 2]]},
        {"data": None},
        {"parameters": {"binary_data_size": 2}},
        {"parameters": {"binary_data_size": -1}},
        {"datatype": "FP32", "parameters": {"binary_data_size": 0}},
    ],
)
def test_a_tensor_that_contradicts_itself_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        parse(ask(**changes))


def test_bytes_that_belong_to_no_tensor_are_refused() -> None:
    head = ask(data=None, parameters={"binary_data_size": 2})
    assert parse(head + b"ab", len(head)).inputs["x"].tolist() == [97, 98]
    with pytest.raises(InvalidInputError, match="1 bytes are no tensor's"):
        parse(head + b"abc", len(head))


def test_a_long_text_among_numbers_takes_no_room_for_each_of_them() -> None:
    body = ask(datatype="FP32", data=["a" * 10_000, *[0] * 1_000])
    tracemalloc.start()
    with pytest.raises(InvalidInputError) as caught:
        parse(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000, "as an array of texts it would be 40 MB"
    assert len(str(caught.value)) < 200


def test_nested_data_and_flat_data_mean_the_same() -> None:
    nested = parse(ask(shape=[2, 1], data=[[1], [2]])).inputs["x"]
    assert np.array_equal(nested, parse(ask(shape=[2, 1])).inputs["x"])


def test_outputs_are_those_asked_for() -> None:
    found: dict[str, Any] = {"a": np.zeros((1, 2), np.float32), "b": np.ones(1, np.int64)}
    told = orjson.loads(answer(Request("7", {}, {"b": False}), "m", "v", found).data)
    assert told == {
        "id": "7",
        "model_name": "m",
        "model_version": "v",
        "outputs": [{"name": "b", "datatype": "INT64", "shape": [1], "data": [1]}],
    }
    with pytest.raises(InvalidInputError, match="no output"):
        answer(Request("", {}, {"c": False}), "m", "v", found)
    assert datatype(found["a"]) == "FP32"
