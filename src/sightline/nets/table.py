"""The networks, by name. Listing them imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.core.preprocess import IMAGENET_MEAN, IMAGENET_STD

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    Builder = Callable[[int, float], nn.Module]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetSpec:
    """One network; `builder(num_classes, dropout)` imports what it needs when it is called."""

    name: str
    family: str
    builder: Builder
    input_px: int
    """Side, pixels, that it was designed for."""
    min_input_px: int
    """Side, pixels, below which its last feature map would be too small to train."""
    parameters_m: float
    """Millions of parameters, with a head of 1000 classes where it was published with one."""
    licence: str
    """Licence of the code and the design; weights bring their own."""
    description: str
    gmacs: float
    """Billions of multiply-adds of one picture at `input_px`."""
    dropout: float = 0.2
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD


def _small_cnn(num_classes: int, dropout: float) -> nn.Module:
    from sightline.nets import small_cnn

    return small_cnn.build(num_classes, dropout)


def _torchvision(name: str) -> Builder:
    def build(num_classes: int, dropout: float) -> nn.Module:
        from sightline.nets import torchvision_nets

        return torchvision_nets.build(name, num_classes, dropout)

    return build


def _mobilenet_v2_same(num_classes: int, dropout: float) -> nn.Module:
    from sightline.nets import torchvision_nets

    return torchvision_nets.pad_same(torchvision_nets.build("mobilenet_v2", num_classes, dropout))


_SPECS: Final = (
    NetSpec(
        name="small_cnn",
        family="plain",
        builder=_small_cnn,
        input_px=32,
        min_input_px=8,
        parameters_m=0.29,
        licence="MIT",
        description="For tiny pictures (digits, icons, hand signs); trains in a minute on a CPU.",
        gmacs=0.0093,
    ),
    NetSpec(
        name="resnet18",
        family="resnet",
        builder=_torchvision("resnet18"),
        input_px=224,
        min_input_px=64,
        parameters_m=11.7,
        licence="BSD-3-Clause",
        description="The classic; robust, also when trained from scratch.",
        gmacs=1.81,
        dropout=0.0,
    ),
    NetSpec(
        name="resnet50",
        family="resnet",
        builder=_torchvision("resnet50"),
        input_px=224,
        min_input_px=64,
        parameters_m=25.6,
        licence="BSD-3-Clause",
        description="The larger classic; wants pretrained weights, many labels or a GPU.",
        gmacs=4.09,
        dropout=0.0,
    ),
    NetSpec(
        name="mobilenet_v2",
        family="mobilenet",
        builder=_torchvision("mobilenet_v2"),
        input_px=224,
        min_input_px=64,
        parameters_m=3.5,
        licence="BSD-3-Clause",
        description="Small and fast; good with pretrained weights.",
        gmacs=0.3,
    ),
    NetSpec(
        name="mobilenet_v2_same",
        family="mobilenet",
        builder=_mobilenet_v2_same,
        input_px=224,
        min_input_px=64,
        parameters_m=3.5,
        licence="BSD-3-Clause",
        description="mobilenet_v2 with TensorFlow's SAME padding, for weights that came from it.",
        gmacs=0.3,
    ),
    NetSpec(
        name="mobilenet_v3_small",
        family="mobilenet",
        builder=_torchvision("mobilenet_v3_small"),
        input_px=224,
        min_input_px=64,
        parameters_m=2.5,
        licence="BSD-3-Clause",
        description="The smallest for photographs; fast on a CPU.",
        gmacs=0.057,
    ),
    NetSpec(
        name="efficientnet_b0",
        family="efficientnet",
        builder=_torchvision("efficientnet_b0"),
        input_px=224,
        min_input_px=64,
        parameters_m=5.3,
        licence="BSD-3-Clause",
        description="More accurate than mobilenet_v2 with pretrained weights; slower on a CPU.",
        gmacs=0.39,
    ),
)
NETWORKS: Final[dict[str, NetSpec]] = {spec.name: spec for spec in _SPECS}


def spec_of(name: str) -> NetSpec:
    """Return a network's spec.

    Raises:
        InvalidInputError: No network bears this name.
    """
    try:
        return NETWORKS[name]
    except KeyError:
        raise InvalidInputError(
            f"no network named {name!r}", hint=did_you_mean(name, NETWORKS)
        ) from None
