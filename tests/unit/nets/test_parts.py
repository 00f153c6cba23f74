from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from fakes.networks import LIGHT
from sightline.core.errors import InvalidInputError
from sightline.nets.build import (
    build,
    cam_layer,
    forward_both,
    head_of,
    linear_head,
    spot_of,
    to_map,
    tokens,
)

PX = 64
TIMM = ("timm:test_convnext", "timm:test_mambaout", "timm:deit_tiny_distilled_patch16_224")


def map_of(net: nn.Module, x: torch.Tensor) -> torch.Tensor:
    spot, seen = spot_of(net), []
    hook = net.get_submodule(spot.layer).register_forward_hook(lambda _m, _i, out: seen.append(out))
    net(x)
    hook.remove()
    return to_map(seen[0], spot)


@pytest.mark.parametrize("name", [*LIGHT, *TIMM])
def test_the_last_map_has_places_and_its_mean_is_the_embedding_where_it_is_said(name: str) -> None:
    torch.manual_seed(0)
    net = build(name, 3, px=PX).eval()
    x = torch.randn(2, 3, PX, PX)
    with torch.no_grad():
        found, embedding = map_of(net, x), forward_both(net, x)[1]
    assert found.ndim == 4
    assert found.shape[0] == 2
    assert min(found.shape[2:]) > 1
    mean = found.mean((2, 3))
    assert linear_head(net) == (
        mean.shape == embedding.shape and torch.allclose(mean, embedding, atol=1e-4)
    )
    assert cam_layer(net) in dict(net.named_modules())


def test_tokens_tell_how_many_come_before_those_of_places() -> None:
    assert tokens(build("timm:test_vit", 3, px=PX)) == (1, (4, 4))
    assert tokens(build("timm:deit_tiny_distilled_patch16_224", 3, px=PX)) == (2, (4, 4))
    assert tokens(build("small_cnn", 3)) is None


def test_finding_a_spot_changes_nothing() -> None:
    net = build("timm:test_efficientnet", 3, px=PX).train()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    spot_of(net)
    assert net.training
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())


def test_a_network_of_timm_with_another_kind_of_head_gets_a_linear_one() -> None:
    net: Any = build("timm:deit_tiny_distilled_patch16_224", 5, px=PX)
    name, head = head_of(net)
    assert (name, head.out_features) == ("own_head", 5)
    assert net.train()(torch.rand(2, 3, PX, PX)).shape == (2, 5)


def test_a_side_that_timms_design_does_not_take_is_told() -> None:
    with pytest.raises(InvalidInputError) as caught:
        build("timm:efficientformer_l1", 3, px=PX)
    assert "224" in caught.value.hint


def test_dropout_acts_in_every_family_and_only_while_training() -> None:
    for name in ("resnet18", "shufflenet_v2_x0_5", "mobilenet_v3_small"):
        net = build(name, 3, dropout=0.9)
        keys = set(build(name, 3, dropout=0.0).state_dict())
        assert set(net.state_dict()) == keys
        _, head = head_of(net.eval())
        x = torch.rand(4, head.in_features)
        assert torch.equal(head(x), head(x))
        if name != "mobilenet_v3_small":  # its own layer drops, not the head
            assert not torch.equal(head.train()(x), head(x))


def test_a_network_without_a_linear_layer_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="does not end in a linear layer"):
        head_of(nn.Sequential(nn.Conv2d(3, 3, 1)))


def test_a_network_without_places_says_to_name_a_layer() -> None:
    class Flat(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(3, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out: torch.Tensor = self.fc(x.mean((2, 3)))
            return out

    with pytest.raises(InvalidInputError) as caught:
        spot_of(Flat())
    assert "--layer" in caught.value.hint
