from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from fakes.tiny_models import save_timm, save_weights
from sightline.core.errors import InvalidInputError, MissingExtraError
from sightline.nets import timm_nets
from sightline.nets.backbones import features, resolve
from sightline.nets.weights import load_state

if TYPE_CHECKING:
    from pathlib import Path


def test_names_are_looked_for_in_the_table_then_timm() -> None:
    assert resolve("mobilenet_v2_same") == "mobilenet_v2_same"
    assert resolve("torchvision:efficientnet_b1") == "efficientnet_b1"
    assert resolve("timm:resnet50") == "timm:resnet50"
    assert resolve("vit_tiny_patch16_224") == "timm:vit_tiny_patch16_224"
    with pytest.raises(InvalidInputError) as caught:
        resolve("efficientnet_bo")
    assert "efficientnet_b" in caught.value.hint


@pytest.mark.parametrize(
    ("network", "dim"), [("mobilenet_v3_small", 1024), ("torchvision:squeezenet1_1", 512)]
)
def test_the_classifier_is_left_out_whatever_its_classes(
    tmp_path: Path, network: str, dim: int
) -> None:
    plain = network.removeprefix("torchvision:")
    state, _ = load_state(save_weights(tmp_path / "w.safetensors", plain, classes=7))
    net = features(network, state)
    assert net(torch.zeros(2, 3, 64, 64)).shape == (2, dim)
    head = ("classifier.3", "classifier.1")
    headless = {key: one for key, one in state.items() if not key.startswith(head)}
    assert torch.equal(
        features(network, headless)(torch.ones(1, 3, 64, 64)), net(torch.ones(1, 3, 64, 64))
    )


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    state, _ = load_state(save_weights(tmp_path / "w.safetensors"))
    with pytest.raises(InvalidInputError, match="do not fit"):
        features("resnet18", state)
    with pytest.raises(InvalidInputError, match=r"do not fit timm's test_resnet"):
        features("timm:test_resnet", state)
    with pytest.raises(InvalidInputError, match="timm does not make"):
        features("timm:no_such_network", state)


def test_a_timm_network_gives_what_timm_gives(tmp_path: Path) -> None:
    folder = save_timm(tmp_path / "t")
    state, _ = load_state(folder / "model.safetensors")
    import timm

    peer: Any = timm.create_model("test_resnet", pretrained=False, num_classes=5)
    peer.load_state_dict(state)
    x = torch.rand(2, 3, 64, 64)
    expected = peer.eval().forward_head(peer.forward_features(x), pre_logits=True)
    assert torch.allclose(features("timm:test_resnet", state)(x), expected, atol=1e-5)


def test_without_timm_its_networks_are_told_to_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timm_nets, "installed", lambda _name: False)
    with pytest.raises(MissingExtraError) as caught:
        features("timm:resnet18", {})
    assert "sightline[models]" in caught.value.hint
