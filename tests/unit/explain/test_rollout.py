from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from fakes.explained import net_of
from sightline.core.errors import InvalidInputError
from sightline.explain.rollout import can_roll, rollout
from sightline.nets import torchvision_shim

torchvision_shim.install()


def tv_vit() -> Any:
    from torchvision.models.vision_transformer import VisionTransformer

    torch.manual_seed(0)
    return VisionTransformer(
        image_size=32, patch_size=8, num_layers=3, num_heads=2, hidden_dim=16, mlp_dim=32,
        num_classes=3,
    ).eval()  # fmt: skip


def timm_vit(**options: Any) -> Any:
    import timm

    torch.manual_seed(0)
    sizes = {"img_size": 32, "patch_size": 8, "embed_dim": 16, "depth": 3, "num_heads": 2}
    return timm.create_model("vit_tiny_patch16_224", num_classes=3, **(sizes | options)).eval()


def straightforward(attentions: list[Any], prefix: int) -> Any:
    """Return rollout (N, h, w) of attentions (N, heads, T, T) as the paper writes it down."""
    rolled = None
    for one in attentions:
        a = one.mean(1)
        a = 0.5 * a + 0.5 * torch.eye(a.shape[-1])
        a = a / a.sum(-1, keepdim=True)
        rolled = a if rolled is None else torch.bmm(a, rolled)
    assert rolled is not None
    row = rolled[:, 0, prefix:] if prefix else rolled.mean(1)
    side = math.isqrt(row.shape[1])
    return row.reshape(len(row), side, side)


def test_torchvisions_transformer_is_rolled_from_its_own_attention() -> None:
    net, x = tv_vit(), torch.randn(2, 3, 32, 32)
    maps, logits = rollout(net, x)
    kept: list[Any] = []
    for layer in net.encoder.layers:
        attention = layer.self_attention
        plain = attention.forward

        def weighing(*args: Any, _plain: Any = plain, **kwargs: Any) -> Any:
            made = _plain(*args, **kwargs | {"need_weights": True, "average_attn_weights": False})
            kept.append(made[1])
            return made

        attention.forward = weighing
    with torch.no_grad():
        expected = net(x)
    assert torch.allclose(logits, expected, atol=1e-5)
    assert torch.allclose(maps, straightforward(kept, 1), atol=1e-5)
    assert maps.shape == (2, 4, 4)


@pytest.mark.parametrize(
    ("options", "prefix"),
    [
        ({}, 1),
        ({"reg_tokens": 2}, 3),
        ({"class_token": False, "global_pool": "avg"}, 0),
        ({"qk_norm": True}, 1),
    ],
)
def test_timms_transformer_is_rolled_though_its_attention_is_fused(
    options: dict[str, Any], prefix: int
) -> None:
    net, x = timm_vit(**options), torch.randn(2, 3, 32, 32)
    assert net.blocks[0].attn.fused_attn
    maps, logits = rollout(net, x)
    kept: list[Any] = []
    for block in net.blocks:
        block.attn.fused_attn = False
        block.attn.attn_drop = Keeping(kept)
    with torch.no_grad():
        expected = net(x)
    assert torch.allclose(logits, expected, atol=1e-4)
    assert torch.allclose(maps, straightforward(kept, prefix), atol=1e-5)


class Keeping(torch.nn.Module):
    """Stands where dropout is, and keeps what comes by."""

    def __init__(self, kept: list[Any]) -> None:
        super().__init__()
        self.kept = kept

    def forward(self, x: Any) -> Any:
        self.kept.append(x)
        return x


def test_attention_over_windows_and_convolutions_are_not_rolled() -> None:
    from torchvision.models.swin_transformer import SwinTransformer

    swin = SwinTransformer([4, 4], 8, [1, 1], [1, 1], [4, 4], num_classes=2).eval()
    for net in (swin, net_of("small_cnn")):
        assert not can_roll(net)
        with pytest.raises(InvalidInputError) as caught:
            rollout(net, torch.randn(1, 3, 32, 32))
        assert "gradcam" in caught.value.hint
    assert can_roll(tv_vit())
