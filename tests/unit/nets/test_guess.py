from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from fakes.networks import LIGHT
from sightline.nets.build import build
from sightline.nets.guess import advice, guess, prefix_of

if TYPE_CHECKING:
    from torch import nn


def shapes(net: nn.Module, prefix: str = "") -> dict[str, tuple[int, ...]]:
    return {f"{prefix}{key}": tuple(value.shape) for key, value in net.state_dict().items()}


@pytest.mark.parametrize("name", [one for one in LIGHT if not one.startswith("timm:")])
def test_weights_tell_their_network_whatever_the_classes(name: str) -> None:
    for classes in (2, 1000):
        assert name in guess(shapes(build(name, classes)))
    headless = {
        key: shape
        for key, shape in shapes(build(name, 2), "module.").items()
        if not key.startswith(("module.classifier.", "module.fc.", "module.head."))
    }
    assert name in guess(headless)


@pytest.mark.parametrize("name", ["vit_b_32", "swin_t"])
def test_transformers_are_told_for_any_side(name: str) -> None:
    with torch.device("meta"):
        assert guess(shapes(build(name, 3, px=64))) == guess(shapes(build(name, 3))) == (name,)


@pytest.mark.nightly
def test_every_network_of_the_table_is_told_by_its_weights() -> None:
    from sightline.nets.table import NETWORKS

    for name in NETWORKS:
        assert name in guess(shapes(build(name, 2)))


def test_what_every_name_begins_with_is_left_out() -> None:
    assert prefix_of({"module.model.a": 1, "module.model.b": 2}) == "module.model."
    assert prefix_of({"module.a": 1, "b": 2}) == ""
    assert prefix_of({}) == ""


def test_advice_tells_what_unknown_weights_look_like() -> None:
    assert "timm" in advice({"patch_embed.proj.weight": (1,), "x": (2,)})
    assert "transformers" in advice({"vision_model.embeddings": (1,)})
    assert "best.safetensors" in advice({"net/conv1.weight": (1,), "ema/conv1.weight": (1,)})
    assert "small_cnn" in advice(shapes(build("small_cnn", 5)))
    assert advice({"a": (1,)}) == ""
