from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from fakes.networks import LIGHT, make_thin
from sightline.core.errors import InvalidInputError
from sightline.nets.build import (
    build,
    embed,
    forward_both,
    head_of,
    split_head,
)
from sightline.nets.table import spec_of
from sightline.nets.weights import apply_state, load_state

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor, nn


def with_state(name: str, classes: int, state: Mapping[str, Tensor]) -> nn.Module:
    net = build(name, classes)
    apply_state(net, state)
    return net


@pytest.mark.parametrize("name", LIGHT)
def test_every_network_answers_with_its_classes(name: str) -> None:
    side = max(spec_of(name).min_input_px, 32)
    net = build(name, 3, px=side).eval()
    with torch.no_grad():
        assert net(torch.randn(2, 3, side, side)).shape == (2, 3)


@pytest.mark.parametrize("name", LIGHT)
def test_the_head_applied_to_the_embedding_gives_the_logits(name: str) -> None:
    torch.manual_seed(0)
    net = build(name, 3, px=64).eval()
    x = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        logits, embedding = forward_both(net, x)
        body, head = split_head(net)
        assert embedding.shape == (2, head_of(net)[1].in_features)
        assert torch.equal(embed(net, x), embedding)
        assert torch.equal(body(x), embedding)
        assert torch.equal(head(body(x)), logits)
        assert torch.equal(net(x), logits)  # splitting made a copy


@pytest.mark.parametrize("name", LIGHT)
def test_the_smallest_input_of_the_table_can_be_trained_on_in_pairs(name: str) -> None:
    side = spec_of(name).min_input_px
    net = build(name, 2, px=side).train()
    net(torch.randn(2, 3, side, side)).sum().backward()


def test_same_padding_keeps_the_keys_and_changes_the_answer() -> None:
    torch.manual_seed(0)
    plain = build("mobilenet_v2", 3).eval()
    same = with_state("mobilenet_v2_same", 3, plain.state_dict()).eval()
    assert set(same.state_dict()) == set(plain.state_dict())
    x = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        a, b = plain(x), same(x)
    assert a.shape == b.shape
    assert not torch.equal(a, b)


def test_same_padding_answers_as_the_graph_that_the_weights_came_from(shared_data: Path) -> None:
    import onnxruntime

    folder = shared_data / "weights_mobilenet_v2"
    state, _ = load_state(folder / "mobilenet_v2_imagenet.safetensors")
    net = with_state("mobilenet_v2_same", 1000, state).eval()
    graph = onnxruntime.InferenceSession(str(folder / "mobilenet_v2_imagenet.onnx"))
    x = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        logits, embedding = forward_both(net, x)
    expected = graph.run(["logits", "embedding"], {"image": x.numpy()})
    assert abs(logits.numpy() - expected[0]).max() < 1e-3
    assert abs(embedding.numpy() - expected[1]).max() < 1e-3


def test_pretrained_weights_are_not_overwritten_by_the_initialisation() -> None:
    torch.manual_seed(1)
    trained = {key: torch.randn_like(value) if value.is_floating_point() else value
               for key, value in build("small_cnn", 4).state_dict().items()}  # fmt: skip
    net = with_state("small_cnn", 4, trained)
    for key, value in net.state_dict().items():
        assert torch.equal(value, trained[key]), key


def test_an_unknown_network_names_the_nearest() -> None:
    with pytest.raises(InvalidInputError) as caught:
        build("resnet81", 3)
    assert "resnet18" in caught.value.hint


def test_pooling_as_products_is_what_torch_pools(monkeypatch: pytest.MonkeyPatch) -> None:
    make_thin(monkeypatch, "alexnet")
    pool = build("alexnet", 3).get_submodule("avgpool")
    for height, width in ((1, 1), (2, 3), (6, 12), (7, 13), (5, 20)):
        x = torch.rand(2, 4, height, width)
        want = torch.nn.functional.adaptive_avg_pool2d(x, 6)
        assert torch.allclose(pool(x), want, atol=1e-6)
