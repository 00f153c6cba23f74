"""Tiny ONNX models whose answers can be worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from sightline.core.cards import ModelCard
from sightline.core.preprocess import Preprocess
from sightline.store.onnx_file import METADATA_KEY, metadata_of_card

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

RED_GREEN_BLUE = ("red", "green", "blue")
PLAIN = Preprocess(size=8, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))


def colour_card(name: str = "colours", **changes: object) -> ModelCard:
    """Return the card of `colour_model`."""
    fields = {
        "id": "colours-1",
        "name": name,
        "kind": "classifier",
        "format": "onnx",
        "file": "model.onnx",
        "blake3": "",
        "created_at": "2026-01-01T00:00:00.000Z",
        "preprocess": PLAIN.to_dict(),
        "classes": list(RED_GREEN_BLUE),
        "temperature": 0.1,
        "outputs": {one: one for one in ("probabilities", "logits", "embedding")},
    }
    return ModelCard.from_dict(fields | changes)


def colour_model(path: Path, card: ModelCard | None = None, *, metadata: bool = True) -> Path:
    """Write a model in our own form: its logits are the mean red, green and blue, 0..1.

    Input `image` uint8 (n, 8, 8, 3); outputs probabilities, logits and embedding, (n, 3).
    """
    known = card or colour_card()
    size = known.preprocess.size
    nodes = [
        helper.make_node("Cast", ["image"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["floats", "scale"], ["unit"]),
        helper.make_node("ReduceMean", ["unit"], ["embedding"], axes=[1, 2], keepdims=0),
        helper.make_node("Identity", ["embedding"], ["logits"]),
        helper.make_node("Div", ["logits", "temperature"], ["calm"]),
        helper.make_node("Softmax", ["calm"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", size, size, 3])],
        [
            helper.make_tensor_value_info(one, TensorProto.FLOAT, ["n", 3])
            for one in ("probabilities", "logits", "embedding")
        ],
        [
            numpy_helper.from_array(np.array(1 / 255, np.float32), "scale"),
            numpy_helper.from_array(np.array(known.temperature, np.float32), "temperature"),
        ],
    )
    return _save(graph, path, {METADATA_KEY: metadata_of_card(known)} if metadata else {})


def foreign_model(
    path: Path,
    *,
    outputs: tuple[str, ...] = ("logits", "embedding"),
    batch: int | str = "n",
    size: int | str = 8,
    opset: int = 17,
) -> Path:
    """Write a model as others do: float32 input (n, 3, size, size), each output the means (n, 3).

    An output whose name holds `prob` goes through a softmax.
    """
    nodes = [helper.make_node("ReduceMean", ["x"], ["means"], axes=[2, 3], keepdims=0)]
    nodes += [
        helper.make_node("Softmax", ["means"], [one], axis=1)
        if "prob" in one
        else helper.make_node("Identity", ["means"], [one])
        for one in outputs
    ]
    graph = helper.make_graph(
        nodes,
        "foreign",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, size, size])],
        [helper.make_tensor_value_info(one, TensorProto.FLOAT, [batch, 3]) for one in outputs],
    )
    return _save(graph, path, {}, opset=opset)


def constant_model(path: Path, outputs: dict[str, NDArray[Any]], *, size: int) -> Path:
    """Write a detector that says the same of every picture: float32 input (1, 3, size, size)."""
    types = {"float32": TensorProto.FLOAT, "int64": TensorProto.INT64}
    graph = helper.make_graph(
        [
            helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array, name))
            for name, array in outputs.items()
        ],
        "constant",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, size, size])],
        [
            helper.make_tensor_value_info(name, types[array.dtype.name], array.shape)
            for name, array in outputs.items()
        ],
    )
    return _save(graph, path, {})


def custom_operator_model(path: Path) -> Path:
    """Write a model with an operator that no runtime knows."""
    graph = helper.make_graph(
        [helper.make_node("Magic", ["x"], ["y"], domain="com.example")],
        "custom",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])],
    )
    return _save(graph, path, {}, domains=("com.example",))


def external_data_model(path: Path) -> Path:
    """Write a model whose weights lie in another file."""
    weights = numpy_helper.from_array(np.ones((3, 3, 1, 1), np.float32), "w")
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w"], ["y"])],
        "external",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3, 8, 8])],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(
        model, str(path), save_as_external_data=True, location="weights.bin", size_threshold=0
    )
    return path


def _save(
    graph: onnx.GraphProto,
    path: Path,
    metadata: dict[str, str],
    *,
    opset: int = 17,
    domains: tuple[str, ...] = (),
) -> Path:
    opsets = [helper.make_opsetid("", opset), *(helper.make_opsetid(one, 1) for one in domains)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    for key, value in metadata.items():
        model.metadata_props.add(key=key, value=value)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString(deterministic=True))
    return path
