"""Networks from torchvision, with random weights."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, cast

from sightline.core.errors import MissingExtraError
from sightline.nets import torchvision_shim

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from torch import nn

OWN_DROPOUT: Final = ("mobilenet", "mnasnet", "efficientnet", "vgg", "alexnet", "squeezenet")
"""Families whose makers take the dropout before the head; elsewhere `drop_before_head` adds it."""
_MAXVIT: Final[dict[str, Any]] = {
    "stem_channels": 64,
    "block_channels": [64, 128, 256, 512],
    "block_layers": [2, 2, 5, 2],
    "head_dim": 32,
    "stochastic_depth_prob": 0.2,
}
_MAXVIT_STRIDE: Final = 32
_MAXVIT_PX: Final = 224


def build(name: str, num_classes: int, dropout: float, px: int) -> nn.Module:
    """Return torchvision's network of this name; nothing is downloaded.

    Args:
        name: As torchvision has it.
        num_classes: Outputs of the head.
        dropout: Share of the embedding that is dropped while training.
        px: Side of its pictures, pixels; vit and maxvit are built for one side.

    Raises:
        MissingExtraError: torchvision is not installed.
    """
    if torchvision_shim.install() == "absent":
        raise MissingExtraError(
            f"{name} needs torchvision", hint="pip install 'sightline[train]', or use small_cnn"
        )
    import torchvision.models

    options: dict[str, Any] = {"num_classes": num_classes}
    own = name.startswith(OWN_DROPOUT)
    if own:
        options["dropout"] = dropout
    if name.startswith("vit_"):
        options["image_size"] = px
    if name == "maxvit_t":
        net = _maxvit(num_classes, px)
    else:
        net = cast("nn.Module", getattr(torchvision.models, name)(weights=None, **options))
    for family, mend in MENDS.items():
        if name.startswith(family):
            mend(net)
    return net if own else drop_before_head(net, dropout)


def _maxvit(num_classes: int, px: int) -> nn.Module:
    """Windows of 7 as published where the side allows it, else one window at the last stage."""
    import torchvision.models

    window = _MAXVIT_PX // _MAXVIT_STRIDE if px % _MAXVIT_PX == 0 else px // _MAXVIT_STRIDE
    make = torchvision.models.MaxVit
    return cast(
        "nn.Module",
        make(input_size=(px, px), partition_size=window, num_classes=num_classes, **_MAXVIT),
    )


def _linear_squeezenet(net: Any) -> None:
    """Give SqueezeNet a mean and a linear layer instead of a convolution, a ReLU and a mean.

    Like every other network it then has an embedding (of 512 values), and logits below zero.
    """
    from torch import nn

    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["pool"] = nn.AdaptiveAvgPool2d(1)
    layers["flatten"] = nn.Flatten()
    drop, convolution = net.classifier[0], net.classifier[1]
    layers["0"] = drop
    # by the name of the published convolution
    layers["1"] = nn.Linear(convolution.in_channels, convolution.out_channels)
    net.classifier = nn.Sequential(layers)


def _end_in_relu(net: Any) -> None:
    """Make the last ReLU of DenseNet a layer, so that `features` ends with what is pooled."""
    from torch import nn

    class Clamp(nn.Module):  # the ReLU that follows works in place: a second one would miss its own
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.clamp(min=0)

    net.features.add_module("relu5", Clamp())


def _pool_exportably(net: Any) -> None:
    """Let VGG and AlexNet pool maps of any side in a way that ONNX knows: as two products."""
    import torch
    import torch.nn.functional as F  # noqa: N812
    from torch import nn

    side = int(net.avgpool.output_size[0])

    def means(count: int) -> torch.Tensor:  # (side, count): each row is one bin's mean
        rows = torch.zeros(side, count)
        for row in range(side):
            low, high = row * count // side, -((-count * (row + 1)) // side)
            rows[row, low:high] = 1 / (high - low)
        return rows

    class Pool(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            height, width = int(x.shape[2]), int(x.shape[3])
            if height % side == 0 and width % side == 0:
                return F.adaptive_avg_pool2d(x, side)
            rows, columns = means(height).to(x), means(width).to(x)
            return rows @ x @ columns.T

    net.avgpool = Pool()


def _load_plainly(net: Any) -> None:
    """Make MNASNet take weights that do not say which version of itself they are of."""
    from torch import nn

    made: Any = type(net)

    class MNASNet(made):  # type: ignore[misc]
        def _load_from_state_dict(self, *args: Any) -> None:
            nn.Module._load_from_state_dict(self, *args)  # noqa: SLF001

    net.__class__ = MNASNet


MENDS: Final[dict[str, Callable[[Any], None]]] = {
    "squeezenet": _linear_squeezenet,
    "densenet": _end_in_relu,
    "mnasnet": _load_plainly,
    "vgg": _pool_exportably,
    "alexnet": _pool_exportably,
}
"""What each family needs, so that all can be trained, explained and exported alike."""


def drop_before_head(net: nn.Module, share: float) -> nn.Module:
    """Drop a share of the last linear layer's input while training; keeps all keys."""
    import torch.nn.functional as F  # noqa: N812
    from torch import nn

    from sightline.nets.parts import head_of, put

    if share <= 0:
        return net
    name, head = head_of(net)

    class DropLinear(nn.Linear):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(F.dropout(x, share, self.training))

    made = DropLinear(head.in_features, head.out_features, bias=head.bias is not None)
    made.load_state_dict(head.state_dict())
    put(net, name, made)
    return net


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
