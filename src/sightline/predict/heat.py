"""Answers with the place that they were seen at: a class activation map in the same graph run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.imaging.placement import placement
from sightline.nets.onnx_session import open_session
from sightline.predict.heat_plan import plan_heat
from sightline.predict.session import OnnxClassifier
from sightline.store.onnx_file import card_of_metadata

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard
    from sightline.core.preprocess import Preprocess
    from sightline.predict.heat_plan import HeatPlan

_ROLE: Final = "features"
CELLS: Final = 48
"""Long side of a map over a whole frame."""


class HeatClassifier(OnnxClassifier):
    """A classifier with a linear head that also tells where it saw its winner."""

    def __init__(self, session: Any, card: ModelCard, file_bytes: int, plan: HeatPlan) -> None:
        super().__init__(session, card, file_bytes)
        self._plan = plan
        self._outputs[_ROLE] = plan.features

    def classify_with_heat(self, square: U8) -> tuple[F32, F32 | None]:
        """Return (K,) probabilities for a fitted picture (size, size, 3), and the winner's map.

        The map (h, w) lies over the square, 0..1; None where nothing speaks for the winner.

        Raises:
            InvalidInputError: The graph refuses the picture.
        """
        role = "probabilities" if "probabilities" in self._outputs else "logits"
        found = self._run(square[None], [role, _ROLE])
        scores: F32 = found[role][0]
        row = self._plan.weights[int(scores.argmax())]
        heat = self._map(found[_ROLE][0], row)
        return self._calm(scores) if role == "logits" else scores, heat

    def _map(self, features: F32, row: F32) -> F32 | None:
        """Return the sum of the feature maps, each times its weight; what speaks against is 0."""
        side = math.isqrt(features.size // row.size)
        if side * side * row.size != features.size:
            return None
        if self._plan.channels_last:
            heat = features.reshape(-1, row.size) @ row
        else:
            heat = row @ features.reshape(row.size, -1)
        most = float(heat.max())
        if not most > 0:
            return None
        shown: F32 = np.maximum(heat.reshape(side, side), 0) / np.float32(most)
        return shown


def open_heat(file: Path, card: ModelCard | None = None) -> HeatClassifier | None:
    """Open a .onnx file for answers with maps.

    Returns:
        None where the head is not linear on averaged features, the file bears no card and none is
        given, or the `onnx` package is not installed: then there are answers without maps.

    Raises:
        InvalidInputError: It cannot be run.
    """
    try:
        import onnx
    except ImportError:
        return None
    model = onnx.load(str(file))
    known = card_of_metadata({one.key: one.value for one in model.metadata_props}) or card
    if known is None or known.kind != "classifier":
        return None
    scores = known.outputs.get("logits") or known.outputs.get("probabilities", "")
    plan = plan_heat(model.graph, scores)
    if plan is None or len(plan.weights) != len(known.classes):
        return None
    if plan.features not in {one.name for one in model.graph.output}:
        model.graph.output.append(onnx.ValueInfoProto(name=plan.features))
    session = open_session(file, graph=model.SerializeToString())
    return HeatClassifier(session, known, file.stat().st_size, plan)


def over_frame(heat: F32, rule: Preprocess, size_wh: tuple[int, int]) -> F32:
    """Return a map over a network's square as one over the frame that the square was cut from.

    Args:
        heat: (h, w), 0..1.
        rule: How the square was cut.
        size_wh: Of the frame, pixels.

    Returns:
        (rows, columns), 0..1, the longer of the two `CELLS`; 0 where the network saw nothing.
    """
    scale = CELLS / max(size_wh)
    shown = max(round(size_wh[0] * scale), 1), max(round(size_wh[1] * scale), 1)
    return placement(rule, size_wh, size_wh).spread(heat, shown)
