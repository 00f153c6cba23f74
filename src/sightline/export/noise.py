"""Which layers of a quantised graph add the most noise: those that are left float first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.export.quantise import WEIGHTED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.arrays import U8
    from sightline.export.quantise import Feed

PICTURES: Final = 4
"""Every activation of both graphs is held in memory for each of them."""


def noisiest(prepared: Path, quantised: Path, pictures: U8, feed: Feed) -> list[str]:
    """Return the names of layers with weights, that with the worst signal to noise first.

    A layer counts by what rounding does to its input and output alone, not by what came before it.

    Args:
        prepared: The float graph.
        quantised: What `write_static` made of it.
        pictures: (N, size, size, 3); a few are enough.
        feed: Turns pictures into the graph's inputs.
    """
    clean = _ratios(quantised, pictures[:PICTURES], feed)
    layers = _layers(prepared)
    worst = {
        name: min((clean[one] for one in tensors if one in clean), default=np.inf)
        for name, tensors in layers.items()
    }
    return sorted(worst, key=lambda name: worst[name])


def _layers(graph: Path) -> dict[str, tuple[str, ...]]:
    """Return the tensors that each layer with weights reads and gives."""
    import onnx

    nodes = onnx.load(str(graph)).graph.node
    return {one.name: (*one.input, *one.output) for one in nodes if one.op_type in WEIGHTED}


def _ratios(quantised: Path, pictures: U8, feed: Feed) -> dict[str, float]:
    """Return decibels of signal over what rounding adds, by name of a tensor."""
    pairs = _both_sides(quantised)
    found: dict[str, list[float]] = {name: [] for name in pairs}
    session = _seeing(quantised, [one for pair in pairs.values() for one in pair])
    names = [one.name for one in session.get_outputs()]
    for picture in pictures:
        values = dict(zip(names, session.run(None, feed(picture[None])), strict=True))
        for name, (before, after) in pairs.items():
            found[name].append(_decibels(values[before], values[after]))
    return {name: float(np.mean(values)) for name, values in found.items() if values}


def _both_sides(graph: Path) -> dict[str, tuple[str, str]]:
    """Return for each tensor that is rounded its names before and after, by the float's name."""
    import onnx

    nodes = onnx.load(str(graph)).graph.node
    after = {one.input[0]: one.output[0] for one in nodes if one.op_type == "DequantizeLinear"}
    return {
        one.input[0]: (one.input[0], after[one.output[0]])
        for one in nodes
        if one.op_type == "QuantizeLinear" and one.output[0] in after
    }


def _seeing(graph: Path, tensors: Sequence[str]) -> Any:
    """Open a graph that gives the named tensors too, computed as they stand in it."""
    import onnx
    import onnxruntime

    model = onnx.load(str(graph))
    there = {one.name for one in model.graph.output}
    model.graph.output.extend(
        onnx.ValueInfoProto(name=one) for one in dict.fromkeys(tensors) if one not in there
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _decibels(clean: Any, noisy: Any) -> float:
    signal = float(np.square(clean, dtype=np.float64).mean())
    noise = float(np.square(clean - noisy, dtype=np.float64).mean())
    return 10 * float(np.log10(max(signal, 1e-30) / max(noise, 1e-30)))
