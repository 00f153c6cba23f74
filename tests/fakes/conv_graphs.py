"""A network with layers that can be quantised, whose answers can be worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from fakes.onnx_graphs import colour_card
from sightline.core.preprocess import Preprocess
from sightline.store.onnx_file import METADATA_KEY, metadata_of_card

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.cards import ModelCard

SIDE = 8
CHANNELS = 8


def _same() -> Any:
    """Return the weights of a convolution that gives what it gets."""
    found = np.zeros((CHANNELS, CHANNELS, 3, 3), np.float32)
    found[np.arange(CHANNELS), np.arange(CHANNELS), 1, 1] = 1.0
    return found


def conv_card(**changes: object) -> ModelCard:
    """Return the card of `conv_model`."""
    rule = Preprocess(size=SIDE).to_dict()
    return colour_card(**({"preprocess": rule, "temperature": 1.0} | changes))  # type: ignore[arg-type]


def conv_model(
    path: Path, card: ModelCard | None = None, *, layers: int = 1, loud: int = -1
) -> Path:
    """Write a classifier of red, green and blue: convolutions, a pool, a product.

    Input `image` uint8 (n, 8, 8, 3); outputs probabilities, logits and embedding.

    Args:
        path: To write to.
        card: What the file says of itself.
        layers: Convolutions; those after the first give what they get.
        loud: Which of them has a channel so large that 8 bits leave the others hardly any.
    """
    known = card or conv_card()
    weights = np.zeros((CHANNELS, 3, 3, 3), np.float32)
    for at in range(3):
        weights[at, at, 1, 1] = 1.0
    head = np.zeros((3, CHANNELS), np.float32)
    head[:, :3] = 4 * np.eye(3)
    rule = known.preprocess
    mean, std = (255 * np.array(one, np.float32) for one in (rule.mean, rule.std))
    values: dict[str, Any] = {}
    convolutions, given = [], "x"
    for at in range(layers):
        kernel = weights if at == 0 else _same()
        if at == loud:
            kernel = kernel.copy()
            kernel[3, 0, 1, 1] = 400.0
        values[f"w{at}"] = kernel
        convolutions += [
            helper.make_node(
                "Conv", [given, f"w{at}", "b"], [f"maps{at}"], pads=[1, 1, 1, 1], name=f"conv{at}"
            ),
            helper.make_node("Relu", [f"maps{at}"], [f"active{at}"], name=f"relu{at}"),
        ]
        given = f"active{at}"
    nodes = [
        helper.make_node("Transpose", ["image"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Cast", ["planes"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node(
            "BatchNormalization", ["floats", "one", "zero", "mean", "var"], ["x"], epsilon=0.0
        ),
        *convolutions,
        helper.make_node("GlobalAveragePool", [given], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["embedding"]),
        helper.make_node("Gemm", ["embedding", "h", "c"], ["logits"], transB=1, name="head"),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    values |= {
        "one": np.ones(3, np.float32),
        "zero": np.zeros(3, np.float32),
        "mean": mean,
        "var": std**2,
        "b": np.zeros(CHANNELS, np.float32),
        "h": head,
        "c": np.zeros(3, np.float32),
    }
    sizes = {"probabilities": 3, "logits": 3, "embedding": CHANNELS}
    graph = helper.make_graph(
        nodes,
        "conv",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", SIDE, SIDE, 3])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size])
            for name, size in sizes.items()
        ],
        [
            numpy_helper.from_array(np.asarray(one, np.float32), name)
            for name, one in values.items()
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    model.metadata_props.add(key=METADATA_KEY, value=metadata_of_card(known))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString(deterministic=True))
    return path
