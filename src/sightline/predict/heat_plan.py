"""Where a graph holds what a class activation map is made of: a feature map and a linear head.

Of a network that averages its last feature map F (C, h, w) and multiplies it by a matrix W (K, C),
the map of class k is the sum over c of W[k, c] F[c] (Zhou et al. 2016, arXiv:1512.04150), which is
Grad-CAM's too (Selvaraju et al. 2017). Both are in the graph already: F becomes one more output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sightline.core.arrays import F32

_SAME: Final = frozenset(
    {
        "Cast",
        "DequantizeLinear",
        "Dropout",
        "Flatten",
        "Identity",
        "QuantizeLinear",
        "Reshape",
        "Squeeze",
    }
)
"""What only passes a value on, at another shape or precision."""
_CALM: Final = frozenset(("Softmax", "LogSoftmax", "Sigmoid", "Div"))
"""What keeps the order of the classes' scores."""
_MOST_STEPS: Final = 64


@dataclass(frozen=True, slots=True)
class HeatPlan:
    """How maps are made of a graph."""

    features: str
    """Name of the tensor that is averaged."""
    weights: F32
    """(K, C) of the head."""
    channels_last: bool
    """The tensor is (N, h, w, C), not (N, C, h, w)."""


def plan_heat(graph: Any, scores: str) -> HeatPlan | None:
    """Return how maps are made, or None: the head is not linear on averaged features.

    Args:
        graph: An `onnx.GraphProto`.
        scores: Name of the output of logits or probabilities.
    """
    walk = _Walk(graph)
    head = walk.back(scores, _SAME | _CALM)
    if head is not None and head.op_type == "Add":
        inputs = [name for name in head.input if walk.constant(name) is None]
        head = walk.back(inputs[0], _SAME) if len(inputs) == 1 else None
    weights = walk.weights(head)
    if head is None or weights is None:
        return None
    pool = walk.back(head.input[0], _SAME)
    last = walk.averages(pool)
    if pool is None or last is None:
        return None
    return HeatPlan(pool.input[0], weights, last)


class _Walk:
    """Goes through a graph from its end."""

    def __init__(self, graph: Any) -> None:
        self._makers = {name: node for node in graph.node for name in node.output}
        self._initial = {one.name: one for one in graph.initializer}

    def back(self, name: str, through: frozenset[str]) -> Any:
        """Return the node that makes a tensor, past those that pass it on."""
        node = self._makers.get(name)
        for _ in range(_MOST_STEPS):
            if node is None or node.op_type not in through:
                return node
            node = self._makers.get(node.input[0])
        return None

    def weights(self, head: Any) -> F32 | None:
        """Return a head's matrix (K, C)."""
        if head is None or head.op_type not in {"Gemm", "MatMul"}:
            return None
        matrix = self.constant(head.input[1])
        if matrix is None or matrix.ndim != 2:  # noqa: PLR2004 - a matrix
            return None
        turned = head.op_type == "Gemm" and _attributes(head).get("transB", 0)
        found: F32 = np.ascontiguousarray(matrix if turned else matrix.T, np.float32)
        return found

    def averages(self, pool: Any) -> bool | None:
        """Tell whether a node averages over all places, and if so whether channels are last."""
        if pool is None or pool.op_type not in {"GlobalAveragePool", "ReduceMean"}:
            return None
        if pool.op_type == "GlobalAveragePool":
            return False
        axes = self._axes(pool)
        known = {(2, 3): False, (-2, -1): False, (1, 2): True, (-3, -2): True}
        return next((last for one, last in known.items() if one == axes), None)

    def constant(self, name: str) -> NDArray[Any] | None:
        """Return a tensor that does not depend on the input."""
        from onnx import numpy_helper

        if name in self._initial:
            return numpy_helper.to_array(self._initial[name])
        node = self._makers.get(name)
        if node is None:
            return None
        if node.op_type == "Constant":
            return numpy_helper.to_array(node.attribute[0].t)
        values = [self.constant(one) for one in node.input]
        if not values or any(one is None for one in values):
            return None
        return _computed(node, values)

    def _axes(self, pool: Any) -> tuple[int, ...]:
        given = _attributes(pool).get("axes")
        if given is None and len(pool.input) > 1:
            given = self.constant(pool.input[1])
        return tuple(int(one) for one in ([] if given is None else given))


def _computed(node: Any, values: list[Any]) -> NDArray[Any] | None:
    """Return what a node makes of constants, of the few kinds that stand before a head."""
    first: NDArray[Any] = values[0]
    if node.op_type in {"Identity", "Cast"}:
        return first
    if node.op_type == "Transpose":
        return first.transpose(_attributes(node).get("perm"))
    if node.op_type != "DequantizeLinear":
        return None
    scale = np.asarray(values[1], np.float32)
    zero = np.asarray(values[2] if len(values) > 2 else 0, np.float32)  # noqa: PLR2004
    shape = [1] * first.ndim
    if scale.ndim:
        shape[_attributes(node).get("axis", 1)] = scale.size
    plain: NDArray[Any] = (first.astype(np.float32) - zero.reshape(shape if zero.ndim else ())) * (
        scale.reshape(shape if scale.ndim else ())
    )
    return plain


def _attributes(node: Any) -> Mapping[str, Any]:
    from onnx import helper

    return {one.name: helper.get_attribute_value(one) for one in node.attribute}
