"""How fast a network may learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sightline.nets.table import NetSpec

DELICATE: Final = ("vit", "swin", "maxvit", "convnext", "vgg", "alexnet", "squeezenet", "timm")
"""Families without batch norm, or of which that is not known: they diverge at higher rates."""


def rates(net: NetSpec, *, pretrained: bool) -> dict[str, float]:
    """Return learning rates: of a network that knows something, the new head's is the higher."""
    delicate = net.family in DELICATE
    if not pretrained:
        return {"lr": 5e-4 if delicate else 3e-3}
    return {"lr": 1e-3, "backbone_lr": 0.1} if delicate else {"lr": 3e-3, "backbone_lr": 0.3}
