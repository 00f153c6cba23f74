from __future__ import annotations

import pytest

from fakes.explained import card_of, net_of
from sightline.core.errors import InvalidInputError
from sightline.explain.explainer import Explainer
from sightline.explain.facts import facts_of
from sightline.explain.layers import find_layers


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
