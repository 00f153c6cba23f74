"""Networks from torchvision, with random weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sightline.core.errors import MissingExtraError
from sightline.nets import torchvision_shim

if TYPE_CHECKING:
    import torch
    from torch import nn


def build(name: str, num_classes: int, dropout: float) -> nn.Module:
    """Return torchvision's network of this name; nothing is downloaded.

    Raises:
        MissingExtraError: torchvision is not installed.
    """
    if torchvision_shim.install() == "absent":
        raise MissingExtraError(
            f"{name} needs torchvision", hint="pip install 'sightline[train]', or use small_cnn"
        )
    import torchvision.models

    options = {} if name.startswith("resnet") else {"dropout": dropout}
    make = getattr(torchvision.models, name)
    return cast("nn.Module", make(weights=None, num_classes=num_classes, **options))


def pad_same(net: nn.Module) -> nn.Module:
    """Make each 3x3 convolution of stride 2 pad right and below only, as TensorFlow's SAME does.

    Changes `net` in place, keeps its keys, and returns it. For even input sides.
    """
    import torch.nn.functional as F  # noqa: N812
    from torch import nn

    class SameConv2d(nn.Conv2d):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(F.pad(x, (0, 1, 0, 1)))

    for parent in list(net.modules()):
        for key, child in list(parent.named_children()):
            if isinstance(child, nn.Conv2d) and child.stride == (2, 2):
                same = SameConv2d(
                    child.in_channels,
                    child.out_channels,
                    3,
                    2,
                    0,
                    groups=child.groups,
                    bias=child.bias is not None,
                )
                same.load_state_dict(child.state_dict())
                setattr(parent, key, same)
    return net
