from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from fakes.explained import card_of, full_backward, net_of, pictures
from fakes.networks import LIGHT
from sightline.core.errors import InvalidInputError
from sightline.explain.cam import class_map
from sightline.explain.engine import last_with_places
from sightline.explain.explainer import Explainer
from sightline.explain.facts import facts_of
from sightline.explain.layers import find_layers
from sightline.explain.ways import Wish
from sightline.imaging.preprocess import normalise
from sightline.nets.build import build, head_of
from sightline.nets.table import NETWORKS


def test_the_last_layer_with_places_is_looked_at() -> None:
    told = find_layers(net_of("resnet18"), 128, "")
    assert told.auto == "layer4"
    assert (told.table["layer4"].grid.channels, told.table["layer4"].grid.height) == (512, 4)
    main = [one.name for one in told.table.values() if one.main]
    assert main == ["relu", "layer1", "layer2", "layer3", "layer4"]
    assert "fc" not in told.table


def test_a_layer_that_is_too_coarse_gives_way_to_a_finer_one_and_says_so() -> None:
    told = find_layers(net_of("resnet18"), 64, "")
    assert told.auto == "layer3"
    assert "2 x 2" in told.note


def test_an_unknown_layer_names_the_nearest_and_those_worth_a_look() -> None:
    told = find_layers(net_of("resnet18"), 128, "layer4")
    with pytest.raises(InvalidInputError) as caught:
        told.choose("layer44")
    assert "did you mean 'layer4'" in caught.value.hint
    with pytest.raises(InvalidInputError) as caught:
        told.choose("zzzzzzzz")
    assert "layer1" in caught.value.hint


def test_layers_and_methods_are_told_as_json() -> None:
    told = facts_of(Explainer(net_of("small_cnn"), card_of("small_cnn")))
    assert told["auto"] in {one["name"] for one in told["layers"]}
    row = next(one for one in told["layers"] if one["name"] == told["auto"])
    assert row == {"name": told["auto"], "channels": 128, "height": 16, "width": 16, "main": True}
    methods = {one["name"]: one for one in told["methods"]}
    assert methods["rollout"]["why"] == "for plain vision transformers only"
    assert methods["gradcam"]["ready"]


HEAVIER = ("densenet121", "timm:test_convnext", "swin_t", "maxvit_t")
ALL = [one for one in NETWORKS if one not in {*LIGHT, *HEAVIER}]


@pytest.mark.parametrize("name", [*LIGHT, *HEAVIER])
def test_a_network_of_each_family_is_explained_as_by_a_full_backward_pass(name: str) -> None:
    check_explained(name, 64)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ALL)
def test_every_network_of_the_table_is_explained_as_by_a_full_backward_pass(name: str) -> None:
    step = NETWORKS[name].step_px
    check_explained(name, -(-96 // step) * step)


def check_explained(name: str, px: int) -> None:
    torch.manual_seed(0)
    net = build(name, 3, px=px).eval()
    with torch.no_grad():  # some heads begin at 0, and what speaks against 0 speaks for 1
        weight = head_of(net)[1].weight.normal_()
        weight[1] = -weight[0]
    told = Explainer(net, card_of(name, px), auto=last_with_places(net))
    assert told.layers.table[told.layers.auto].grid.height >= 3
    classes, squares = [0, 1, 2], np.repeat(pictures(1, px), 3, axis=0)
    x = torch.from_numpy(normalise(squares, told.card.preprocess))
    x = x.contiguous(memory_format=torch.channels_last)
    grid = told.layers.choose("").grid
    output, gradient = map(grid.of, full_backward(net, x, told.layers.auto, classes))
    for method in ("gradcam", "hirescam"):
        found = told.explain(squares, classes, Wish(method=method))
        whole = class_map(method, output, gradient)
        top = whole.amax(dim=(1, 2), keepdim=True)
        expected = torch.where(top > 0, whole / top, whole).numpy()
        assert found.maps.max() > 0.999
        assert abs(found.maps - expected).max() <= 1e-5
    main = [one for one in told.layers.table.values() if one.main]
    assert 2 <= len(main) <= 24
    assert all(one.grid.height >= later.grid.height for one, later in pairwise(main))


def test_windows_and_pooling_are_no_layers_worth_a_choice() -> None:
    told = find_layers(build("alexnet", 2, px=64).eval(), 64, "features.11")
    assert [one.name for one in told.table.values() if one.main] == [
        "features.1", "features.4", "features.11",
    ]  # fmt: skip
    vit = find_layers(build("timm:test_vit", 2, px=64).eval(), 64, "blocks.5.norm1")
    assert [one.name for one in vit.table.values() if one.main] == [
        f"blocks.{number}.norm1" for number in range(6)
    ]
