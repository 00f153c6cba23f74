"""Clips of coloured squares, and a detector that finds them: what it should say is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from sightline.core.media import Frame
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sightline.app.workbench import Workbench
    from sightline.core.arrays import U8

SIDE = 64
NAMES = ("car", "dog", "bottle")
"""Found as red, green and blue."""
GREY = 40


def blob_detector(path: Path) -> Path:
    """Write a detector of the kind `boxes`: one box about the pixels of each colour.

    Input uint8 (1, 64, 64, 3); outputs boxes (3, 4), scores (3,): 0.9 or 0, and classes (3,).
    """
    consts = {
        "step": np.arange(SIDE, dtype=np.float32),
        "far": np.float32(1e6),
        "none": np.float32(0),
        "one": np.float32(1),
        "high": np.float32(150),
        "sure": np.float32(0.9),
        "index": np.arange(len(NAMES), dtype=np.int64),
        "axis0": np.array([0]),
    }
    nodes = [
        helper.make_node("Cast", ["image"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Squeeze", ["floats", "axis0"], ["plane"]),
        helper.make_node("Greater", ["plane", "high"], ["lit"]),
        helper.make_node("Cast", ["lit"], ["on"], to=TensorProto.FLOAT),
    ]
    sides = []
    for name, axis in (("x", 0), ("y", 1)):
        nodes += [
            helper.make_node("ReduceMax", ["on"], [f"{name}_on"], axes=[axis], keepdims=0),
            helper.make_node("Transpose", [f"{name}_on"], [f"{name}_rows"], perm=[1, 0]),
            helper.make_node("Greater", [f"{name}_rows", "none"], [f"{name}_any"]),
            helper.make_node("Where", [f"{name}_any", "step", "far"], [f"{name}_low"]),
            helper.make_node("Add", ["step", "one"], [f"{name}_next"]),
            helper.make_node("Where", [f"{name}_any", f"{name}_next", "none"], [f"{name}_high"]),
            helper.make_node("ReduceMin", [f"{name}_low"], [f"{name}1"], axes=[1], keepdims=1),
            helper.make_node("ReduceMax", [f"{name}_high"], [f"{name}2"], axes=[1], keepdims=1),
        ]
        sides.append(name)
    nodes += [
        helper.make_node("Concat", ["x1", "y1", "x2", "y2"], ["boxes"], axis=1),
        helper.make_node("ReduceMax", ["x_rows"], ["there"], axes=[1], keepdims=0),
        helper.make_node("Mul", ["there", "sure"], ["scores"]),
        helper.make_node("Identity", ["index"], ["classes"]),
    ]
    count = len(NAMES)
    graph = helper.make_graph(
        nodes,
        "blobs",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, [1, SIDE, SIDE, 3])],
        [
            helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [count, 4]),
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, [count]),
            helper.make_tensor_value_info("classes", TensorProto.INT64, [count]),
        ],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in consts.items()],
    )
    opset = helper.make_opsetid("", 17)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    onnx.save(model, str(path))
    return path


def add_blobs(bench: Workbench, folder: Path, name: str = "blobs") -> str:
    """Add the detector to a workspace and return its id."""
    file = blob_detector(folder / f"{name}.onnx")
    options = ImportOptions(name=name, decoder="boxes", classes=NAMES)
    return str(bench.models.add(file, options)["id"])


def picture(squares: Mapping[str, tuple[int, int]], *, side: int = 12) -> U8:
    """Return a frame (64, 64, 3) with squares by class, each at x and y of its corner."""
    image = np.full((SIDE, SIDE, 3), GREY, np.uint8)
    for name, (x, y) in squares.items():
        colour = [GREY] * 3
        colour[NAMES.index(name)] = 255
        image[max(y, 0) : max(y + side, 0), max(x, 0) : max(x + side, 0)] = colour
    return image


def frame(index: int, squares: Mapping[str, tuple[int, int]], *, fps: float = 10.0) -> Frame:
    """Return a frame of a clip."""
    return Frame(index, index / fps, picture(squares))
