"""Where a classifier saw what it named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fakes.heat_graphs import linear_net
from fakes.onnx_graphs import colour_card
from sightline.app.narration.eyes import ClassifierEye
from sightline.predict.heat import open_heat

if TYPE_CHECKING:
    from pathlib import Path


def test_a_classifiers_sight_holds_a_map_over_the_whole_frame(tmp_path: Path) -> None:
    classifier = open_heat(linear_net(tmp_path / "net.onnx"), colour_card(temperature=1.0))
    assert classifier is not None
    frame = np.zeros((48, 64, 3), np.uint8)
    frame[:, 32:, 0] = 255
    sight = ClassifierEye(classifier, {}).look(frame, min_score=0.1)
    assert sight.classes[0][0] == "red"
    assert sight.heat is not None
    assert sight.heat.shape == (36, 48)
    assert sight.heat[18, 36] > 0.9
    assert sight.heat[18, 6] == 0
