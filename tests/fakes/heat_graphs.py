"""Networks whose feature map is the picture itself, so that maps can be worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from pathlib import Path

HEAD = np.array([[2, -1, 0], [0, 1, -1], [-1, 0, 1]], np.float32)
"""Red, green, blue: what speaks for each class."""


def linear_net(path: Path, variant: str = "gemm") -> Path:
    """Write a network whose last feature map is the picture itself, 0..1, with a linear head."""
    last = variant == "channels last"
    features = "floats" if last else "planes"
    nodes = [
        helper.make_node("Cast", ["image"], ["raw"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["raw", "scale"], ["floats"]),
    ]
    if not last:
        nodes.append(helper.make_node("Transpose", ["floats"], ["planes"], perm=[0, 3, 1, 2]))
    if variant == "gemm":
        nodes.append(helper.make_node("GlobalAveragePool", ["planes"], ["pooled"]))
    else:
        axes = [1, 2] if last else [2, 3]
        nodes.append(helper.make_node("ReduceMean", [features], ["pooled"], axes=axes))
    nodes.append(helper.make_node("Flatten", ["pooled"], ["embedding"]))
    nodes += _head(variant)
    nodes.append(helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1))
    consts = {
        "scale": np.float32(1 / 255),
        "weights": HEAD if variant == "gemm" else np.ascontiguousarray(HEAD.T),
        "small": np.ascontiguousarray((HEAD.T * 4).astype(np.int8)),
        "quarter": np.full(3, 0.25, np.float32),
        "zero": np.zeros(3, np.int8),
        "bias": np.zeros(3, np.float32),
    }
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", 8, 8, 3])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 3])
            for name in ("probabilities", "logits", "embedding")
        ],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in consts.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def _head(variant: str) -> list[Any]:
    if variant == "gemm":
        return [helper.make_node("Gemm", ["embedding", "weights", "bias"], ["logits"], transB=1)]
    weights, nodes = "weights", []
    if variant == "int8":
        given = ["small", "quarter", "zero"]
        nodes.append(helper.make_node("DequantizeLinear", given, ["plain"], axis=1))
        weights = "plain"
    if variant == "not linear":
        nodes.append(helper.make_node("Relu", ["embedding"], ["curved"]))
        nodes.append(helper.make_node("MatMul", ["curved", weights], ["product"]))
    else:
        nodes.append(helper.make_node("MatMul", ["embedding", weights], ["product"]))
    return [*nodes, helper.make_node("Add", ["product", "bias"], ["logits"])]
