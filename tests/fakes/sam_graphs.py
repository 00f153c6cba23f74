"""An encoder and a decoder of the SAM family's form, whose masks can be worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SIDE = 64
"""Pixels of the encoder's square."""
LOW = 32
"""Pixels of the decoder's masks."""
RADII = (6.0, 12.0, 18.0)
"""The masks are discs about the first point, in pixels of the square."""
SCORES = (0.5, 0.9, 0.7)


def circle_pair(
    folder: Path,
    *,
    stretched: bool = False,
    raw: bool = False,
    nested: bool = False,
    fed: str = "image_embeddings",
) -> Path:
    """Write encoder.onnx and decoder.onnx.

    Args:
        folder: Where to.
        stretched: The encoder gives `high_res_feats_0` too, as those of stretched pictures do.
        raw: The encoder takes (H, W, 3), values 0 to 255.
        nested: The decoder takes `input_points` (1, 1, N, 2), as those of transformers do.
        fed: What the decoder calls the encoder's answer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shape: list[int | str] = ["height", "width", 3] if raw else [1, 3, SIDE, SIDE]
    axes = [0, 1] if raw else [2, 3]
    nodes = [
        helper.make_node("ReduceMean", ["picture"], ["means"], axes=axes),
        helper.make_node("Reshape", ["means", "shape"], ["image_embeddings"]),
    ]
    outputs = ["image_embeddings"]
    if stretched:
        nodes.append(helper.make_node("Identity", ["image_embeddings"], ["high_res_feats_0"]))
        outputs.append("high_res_feats_0")
    _save(
        folder / "encoder.onnx",
        nodes,
        {"picture": shape},
        dict.fromkeys(outputs),
        {"shape": np.array([1, 3, 1, 1])},
    )
    _save_decoder(folder / "decoder.onnx", [fed, *outputs[1:]], nested=nested)
    return folder


def _save_decoder(path: Path, fed: list[str], *, nested: bool) -> None:
    step = SIDE / LOW
    places = ((np.arange(LOW) + 0.5) * step - 0.5).astype(np.float32)
    constants: dict[str, NDArray[Any]] = {
        "first": np.array([0], np.int64),
        "x_at": np.array([0], np.int64),
        "y_at": np.array([1], np.int64),
        "xs": places.reshape(1, 1, 1, LOW),
        "ys": places.reshape(1, 1, LOW, 1),
        "radii": (np.array(RADII, np.float32) ** 2).reshape(1, 3, 1, 1),
        "scores": np.array([SCORES], np.float32),
        "zero": np.array(0, np.float32),
        "cell": np.array([1, 1, 1, 1], np.int64),
    }
    nodes = [
        helper.make_node("Gather", ["point_coords", "first"], ["point"], axis=1),
        helper.make_node("Gather", ["point", "x_at"], ["x_flat"], axis=2),
        helper.make_node("Gather", ["point", "y_at"], ["y_flat"], axis=2),
        helper.make_node("Reshape", ["x_flat", "cell"], ["x"]),
        helper.make_node("Reshape", ["y_flat", "cell"], ["y"]),
        helper.make_node("Sub", ["xs", "x"], ["dx"]),
        helper.make_node("Sub", ["ys", "y"], ["dy"]),
        helper.make_node("Mul", ["dx", "dx"], ["dx2"]),
        helper.make_node("Mul", ["dy", "dy"], ["dy2"]),
        helper.make_node("Add", ["dx2", "dy2"], ["far"]),
        helper.make_node("Sub", ["radii", "far"], ["discs"]),
        helper.make_node("Mul", ["mask_input", "has_mask_input"], ["earlier"]),
        helper.make_node("Add", ["discs", "earlier"], ["refined"]),
        helper.make_node("ReduceSum", ["point_labels"], ["labels"], keepdims=0),
        helper.make_node("ReduceSum", [fed[0]], ["sum"], keepdims=0),
        helper.make_node("Add", ["sum", "labels"], ["all"]),
        helper.make_node("Mul", ["all", "zero"], ["nothing"]),
        helper.make_node("Add", ["refined", "nothing"], ["low_res_masks"]),
        helper.make_node("Identity", ["scores"], ["iou_predictions"]),
    ]
    inputs: dict[str, list[int | str]] = {
        **{name: [1, 3, 1, 1] for name in fed},
        "point_coords": [1, "n", 2],
        "point_labels": [1, "n"],
        "mask_input": [1, 1, LOW, LOW],
        "has_mask_input": [1],
    }
    if nested:
        constants |= {"one_list": np.array([1, -1, 2]), "one_row": np.array([1, -1])}
        constants |= {"mask_input": np.zeros((1, 1, LOW, LOW), np.float32)}
        constants |= {"has_mask_input": np.zeros(1, np.float32)}
        nodes[:0] = [
            helper.make_node("Reshape", ["input_points", "one_list"], ["point_coords"]),
            helper.make_node("Reshape", ["input_labels", "one_row"], ["point_labels"]),
        ]
        inputs = {name: [1, 3, 1, 1] for name in fed}
        inputs |= {"input_points": [1, "p", "n", 2], "input_labels": [1, "p", "n"]}
    _save(path, nodes, inputs, {"low_res_masks": None, "iou_predictions": None}, constants)


def _save(
    path: Path,
    nodes: list[onnx.NodeProto],
    inputs: dict[str, list[int | str]],
    outputs: dict[str, None],
    constants: dict[str, NDArray[Any]],
) -> None:
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info(k, TensorProto.FLOAT, v) for k, v in inputs.items()],
        [helper.make_tensor_value_info(k, TensorProto.FLOAT, None) for k in outputs],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=9)
    path.write_bytes(model.SerializeToString())
