"""An ONNX encoder and decoder with the sizes of SAM's: 1,024 px in, masks of 256 px out.

The decoder does next to nothing: its masks are ragged discs about the first point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

SIDE, GRID, WIDTH, LOW = 1024, 64, 256, 256
RADII = (60.0, 130.0, 220.0)


def write(folder: Path) -> Path:
    """Write encoder.onnx and decoder.onnx."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(WIDTH, 3, 1, 1)).astype(np.float32)
    _save(
        folder / "encoder.onnx",
        [
            ("AveragePool", ["picture"], "pooled", {"kernel_shape": [16, 16], "strides": [16, 16]}),
            ("Conv", ["pooled", "weights"], "image_embeddings", {}),
        ],
        {"picture": [1, 3, SIDE, SIDE]},
        {"image_embeddings": [1, WIDTH, GRID, GRID]},
        {"weights": weights},
    )
    coarse = rng.normal(size=(16, 16)).repeat(LOW // 16, 0).repeat(LOW // 16, 1)
    places = ((np.arange(LOW) + 0.5) * SIDE / LOW - 0.5).astype(np.float32)
    _save(
        folder / "decoder.onnx",
        [
            ("Gather", ["point_coords", "first"], "point", {"axis": 1}),
            ("Gather", ["point", "first"], "x_flat", {"axis": 2}),
            ("Gather", ["point", "second"], "y_flat", {"axis": 2}),
            ("Reshape", ["x_flat", "cell"], "x", {}),
            ("Reshape", ["y_flat", "cell"], "y", {}),
            ("Sub", ["xs", "x"], "dx", {}),
            ("Sub", ["ys", "y"], "dy", {}),
            ("Mul", ["dx", "dx"], "dx2", {}),
            ("Mul", ["dy", "dy"], "dy2", {}),
            ("Add", ["dx2", "dy2"], "far2", {}),
            ("Sqrt", ["far2"], "far", {}),
            ("Sub", ["radii", "far"], "discs", {}),
            ("Add", ["discs", "ragged"], "ragged_discs", {}),
            ("ReduceSum", ["image_embeddings"], "sum", {"keepdims": 0}),
            ("ReduceSum", ["point_labels"], "labels", {"keepdims": 0}),
            ("Add", ["sum", "labels"], "both", {}),
            ("Mul", ["both", "zero"], "nothing", {}),
            ("Add", ["ragged_discs", "nothing"], "low_res_masks", {}),
            ("Identity", ["scores"], "iou_predictions", {}),
        ],
        {
            "image_embeddings": [1, WIDTH, GRID, GRID],
            "point_coords": [1, "n", 2],
            "point_labels": [1, "n"],
        },
        {"low_res_masks": [1, 3, LOW, LOW], "iou_predictions": [1, 3]},
        {
            "first": np.array([0], np.int64),
            "second": np.array([1], np.int64),
            "cell": np.array([1, 1, 1, 1], np.int64),
            "xs": places.reshape(1, 1, 1, LOW),
            "ys": places.reshape(1, 1, LOW, 1),
            "radii": np.array(RADII, np.float32).reshape(1, 3, 1, 1),
            "ragged": (12 * coarse).astype(np.float32)[None, None],
            "scores": np.array([[0.7, 0.9, 0.5]], np.float32),
            "zero": np.array(0, np.float32),
        },
    )
    return folder


def _save(
    path: Path,
    steps: list[tuple[str, list[str], str, dict[str, Any]]],
    inputs: dict[str, list[Any]],
    outputs: dict[str, list[Any]],
    constants: dict[str, Any],
) -> None:
    from onnx import TensorProto, helper, numpy_helper

    def ports(named: dict[str, list[Any]]) -> list[Any]:
        return [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in named.items()
        ]

    graph = helper.make_graph(
        [helper.make_node(kind, used, [made], **more) for kind, used, made, more in steps],
        path.stem,
        ports(inputs),
        ports(outputs),
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=9)
    path.write_bytes(model.SerializeToString())
