"""Networks and pictures for explanations, and the peer that walks back through everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from sightline.core.cards import ModelCard
from sightline.core.preprocess import Preprocess
from sightline.nets.build import build

if TYPE_CHECKING:
    from torch import Tensor, nn

    from sightline.core.arrays import U8

CLASSES = ("cat", "dog", "owl")


def net_of(name: str, *, seed: int = 0, classes: int = len(CLASSES)) -> nn.Module:
    """Return a network whose answers depend on the picture: BatchNorm has seen some."""
    torch.manual_seed(seed)
    net = build(name, classes)
    for one in net.modules():
        if isinstance(one, torch.nn.BatchNorm2d):
            one.momentum = None
    net.train()
    with torch.no_grad():
        for _ in range(2):
            net(torch.randn(8, 3, 64, 64))
    return net.eval()


def card_of(name: str, size: int = 64, **more: Any) -> ModelCard:
    """Return the card of a network that was trained here."""
    return ModelCard(
        id=f"{name}-1",
        name=name,
        kind="classifier",
        format="torch",
        file="weights.safetensors",
        blake3="",
        created_at="2026-01-01T00:00:00Z",
        preprocess=Preprocess(size=size),
        network=name,
        classes=CLASSES,
        **more,
    )


def pictures(count: int = 2, size: int = 64, *, seed: int = 3) -> U8:
    """Return (N, size, size, 3): blurred noise with a bright patch."""
    generator = np.random.default_rng(seed)
    out = generator.integers(0, 90, (count, size, size, 3), dtype=np.uint8)
    for at in range(count):
        out[at, 4 * at : 4 * at + size // 3, size // 2 :] = 230
    return out


def full_backward(net: nn.Module, x: Tensor, layer: str, classes: list[int]) -> tuple[Any, Any]:
    """Return output and gradient of a layer by hooks and backward.

    Of a layer that is used twice: where it is used last.
    """
    kept: dict[str, Tensor] = {}

    def forward(_module: Any, _args: Any, output: Tensor) -> None:
        kept["output"] = output.detach().clone()

        def backward(gradient: Tensor) -> None:
            kept.setdefault("gradient", gradient.detach())  # the last use comes first

        output.register_hook(backward)  # type: ignore[no-untyped-call]

    for one in net.parameters():
        one.requires_grad_()
    hook = net.get_submodule(layer).register_forward_hook(forward)
    logits = net(x)
    logits[torch.arange(len(classes)), classes].sum().backward()
    hook.remove()
    net.zero_grad(set_to_none=True)
    return kept["output"], kept["gradient"]
