"""Tests of predict/heat.py."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.heat_graphs import linear_net
from fakes.onnx_graphs import colour_card, colour_model
from sightline.core.preprocess import Preprocess
from sightline.predict.heat import open_heat, over_frame
from sightline.predict.session import open_classifier

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("variant", ["gemm", "matmul", "int8", "channels last"])
def test_the_map_of_the_winner_is_the_features_times_its_row(tmp_path: Path, variant: str) -> None:
    file = linear_net(tmp_path / "net.onnx", variant)
    card = colour_card(temperature=1.0)
    opened = open_heat(file, card)
    assert opened is not None
    square = np.zeros((8, 8, 3), np.uint8)
    square[:4, :4, 0] = 255  # red, where it speaks for red
    square[6:, 6:, 1] = 200  # green, which speaks against it
    probabilities, heat = opened.classify_with_heat(square)
    plain = open_classifier(file, card).classify(square[None])[0]
    np.testing.assert_allclose(probabilities, plain, rtol=1e-6)
    assert heat is not None
    wanted = np.zeros((8, 8))
    wanted[:4, :4] = 1
    np.testing.assert_allclose(heat, wanted, atol=1e-6)


def test_where_nothing_speaks_for_the_winner_there_is_no_map(tmp_path: Path) -> None:
    opened = open_heat(linear_net(tmp_path / "net.onnx", "gemm"), colour_card())
    assert opened is not None
    assert opened.classify_with_heat(np.zeros((8, 8, 3), np.uint8))[1] is None


def test_a_head_that_is_not_linear_has_no_maps(tmp_path: Path) -> None:
    assert open_heat(linear_net(tmp_path / "net.onnx", "not linear"), colour_card()) is None
    assert open_heat(colour_model(tmp_path / "own.onnx")) is None
    assert open_heat(linear_net(tmp_path / "net.onnx", "gemm")) is None  # bears no card


def test_without_the_onnx_package_there_are_no_maps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = linear_net(tmp_path / "net.onnx", "gemm")
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert open_heat(file, colour_card()) is None


def test_a_map_over_the_frame_leaves_out_what_a_crop_left_out() -> None:
    rule = Preprocess(size=8, resize="crop")
    found = over_frame(np.ones((4, 4), np.float32), rule, (192, 96))
    assert found.shape == (24, 48)
    assert np.all(found[:, 14:34] == 1)
    assert np.all(found[:, :10] == 0)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2"])
def test_the_map_is_that_of_the_explanations(tmp_path: Path, name: str) -> None:
    import torch

    from sightline.core.cards import ModelCard
    from sightline.explain.explainer import Explainer
    from sightline.explain.ways import Wish
    from sightline.export.onnx import export_net
    from sightline.nets.build import build

    torch.manual_seed(0)
    network = build(name, 5).eval()
    card = ModelCard(
        id=name,
        name=name,
        kind="classifier",
        format="torch",
        file="",
        blake3="",
        created_at="",
        preprocess=Preprocess(size=96),
        network=name,
        classes=tuple("abcde"),
    )
    file = tmp_path / "net.onnx"
    export_net(network, card, file, serve=open_classifier)
    opened = open_heat(file)
    assert opened is not None
    square = np.random.default_rng(0).integers(0, 255, (96, 96, 3), dtype=np.uint8)
    probabilities, heat = opened.classify_with_heat(square)
    told = Explainer(network, card).explain(square[None], [int(probabilities.argmax())], Wish())
    np.testing.assert_allclose(told.probabilities[0], probabilities, atol=1e-5)
    grid = np.maximum(told.maps[0], 0)
    assert heat is not None
    np.testing.assert_allclose(heat, grid / grid.max(), atol=1e-4)
