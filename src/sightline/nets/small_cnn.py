"""A network for tiny pictures: digits, hand signs, icons. 0.29 million parameters."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from torch import nn

# (channels, stride): 32 px in, 8 px out.
BLOCKS: Final = ((32, 1), (32, 2), (64, 1), (64, 2), (128, 1), (128, 1))


def build(num_classes: int, dropout: float) -> nn.Module:
    """Return six 3x3 convolutions with batch norm, a global mean and a linear layer.

    Takes (N, 3, S, S), S >= 8, gives (N, num_classes) logits; the embedding has 128 values.
    """
    from torch import nn

    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels = 3
    for number, (width, stride) in enumerate(BLOCKS, start=1):
        layers[f"conv{number}"] = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
        layers[f"norm{number}"] = nn.BatchNorm2d(width)
        layers[f"relu{number}"] = nn.ReLU(inplace=True)
        channels = width
    layers["pool"] = nn.AdaptiveAvgPool2d(1)
    layers["flatten"] = nn.Flatten()
    layers["dropout"] = nn.Dropout(dropout)
    layers["head"] = nn.Linear(channels, num_classes)
    return nn.Sequential(layers)
