"""The networks, by name. Listing them imports nothing heavy."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.core.preprocess import IMAGENET_MEAN, IMAGENET_STD
from sightline.nets.families import FAMILIES, ROWS, Row, family_of
from sightline.nets.timm_names import TIMM, timm_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    Builder = Callable[[int, float, int], nn.Module]

TORCHVISION: Final = "torchvision:"
HALF: Final = (0.5, 0.5, 0.5)
COLOURS: Final = {
    "imagenet": (IMAGENET_MEAN, IMAGENET_STD),
    "half": (HALF, HALF),
    "clip": ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
}
"""Means and standard deviations by which colours are scaled, 0..1, red, green, blue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetSpec:
    """One network; `builder(num_classes, dropout, px)` imports what it needs when called."""

    name: str
    family: str
    builder: Builder
    input_px: int
    """Side, pixels, that it was designed for."""
    min_input_px: int
    """Side, pixels, below which its last feature map would be too small to train."""
    step_px: int = 1
    """The side has to be a multiple of this."""
    parameters_m: float
    """Millions of parameters, with a head of 1000 classes where it was published with one; 0: not
    known before it is built."""
    licence: str
    """Licence of the code and the design; weights bring their own."""
    description: str
    gmacs: float
    """Billions of multiply-adds of one picture at `input_px`; 0: not known."""
    dropout: float = 0.2
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    dim: int = 0
    """Length of the embedding; 0: not known before it is built."""
    mb: float = 0
    """Megabytes of its published weights; 0: there are none, or they are not known."""
    featured: bool = False
    """Whether it is offered first: one of the few that suit most."""

    @property
    def group(self) -> str:
        """What it is for: small, all-round, large, classic, or timm."""
        family = FAMILIES.get(self.family)
        return family.group if family else ("timm" if self.family == "timm" else "small")

    def fault(self, px: int) -> str:
        """Return why it does not take pictures of a side, pixels; "" if it does."""
        if px < self.min_input_px:
            return f"{px} is too small for {self.name}, which needs {self.min_input_px} px"
        if px % self.step_px:
            low, high = px - px % self.step_px, px - px % self.step_px + self.step_px
            either = f"{low} or {high}" if low >= self.min_input_px else str(high)
            return (
                f"{px} does not suit {self.name}, which takes multiples of {self.step_px}: {either}"
            )
        return ""

    def fitting(self, px: int) -> int:
        """Return the largest side it takes that is at most `px`, or its smallest."""
        return max(self.min_input_px, px - px % self.step_px)


def _small_cnn(num_classes: int, dropout: float, _px: int) -> nn.Module:
    from sightline.nets import small_cnn

    return small_cnn.build(num_classes, dropout)


def _torchvision(name: str) -> Builder:
    def build(num_classes: int, dropout: float, px: int) -> nn.Module:
        from sightline.nets import torchvision_nets

        return torchvision_nets.build(name, num_classes, dropout, px)

    return build


def _mobilenet_v2_same(num_classes: int, dropout: float, px: int) -> nn.Module:
    from sightline.nets import torchvision_nets

    made = torchvision_nets.build("mobilenet_v2", num_classes, dropout, px)
    return torchvision_nets.pad_same(made)


def _timm(name: str) -> Builder:
    def build(num_classes: int, dropout: float, px: int) -> nn.Module:
        from sightline.nets import timm_nets

        return timm_nets.build(name, num_classes, dropout, px)

    return build


# What differs from the family: (side's step, smallest side), dropout, mean and std.
_STEPS: Final = {
    "vit_b_16": 16, "vit_b_32": 32, "vit_l_16": 16, "vit_l_32": 32, "vit_h_14": 14, "maxvit_t": 32,
}  # fmt: skip
_DROPOUT: Final = {
    "efficientnet_b2": 0.3, "efficientnet_b3": 0.3, "efficientnet_b4": 0.4, "efficientnet_b5": 0.4,
    "efficientnet_b6": 0.5, "efficientnet_b7": 0.5, "efficientnet_v2_m": 0.3,
    "efficientnet_v2_l": 0.4,
}  # fmt: skip
_OWN: Final = {
    "resnet18": "The classic; robust, also when trained from scratch.",
    "resnet50": "The larger classic; wants pretrained weights, many labels or a GPU.",
    "mobilenet_v2": "Small and fast; good with pretrained weights.",
    "mobilenet_v3_small": "The smallest for photographs; fast on a CPU.",
    "efficientnet_b0": "More accurate than mobilenet_v2 with pretrained weights; slower on a CPU.",
}
"""Networks that are offered first, and when to take them."""


def _of_torchvision(row: Row) -> NetSpec:
    family = family_of(row.name)
    known, step = FAMILIES[family], _STEPS.get(row.name, 1)
    half = row.name == "efficientnet_v2_l"
    return NetSpec(
        name=row.name,
        family=family,
        builder=_torchvision(row.name),
        input_px=row.px,
        min_input_px=-(-known.min_px // step) * step,
        step_px=step,
        parameters_m=row.parameters_m,
        licence="BSD-3-Clause",
        description=_OWN.get(row.name, known.description),
        gmacs=row.gmacs,
        dropout=_DROPOUT.get(row.name, known.dropout),
        mean=HALF if half else IMAGENET_MEAN,
        std=HALF if half else IMAGENET_STD,
        dim=row.dim,
        mb=row.mb,
        featured=row.name in _OWN,
    )


def _specs() -> list[NetSpec]:
    plain = NetSpec(
        name="small_cnn",
        family="plain",
        builder=_small_cnn,
        input_px=32,
        min_input_px=8,
        parameters_m=0.29,
        licence="MIT",
        description="For tiny pictures (digits, icons, hand signs); trains in a minute on a CPU.",
        gmacs=0.0093,
        dim=128,
        featured=True,
    )
    by_name = {row.name: _of_torchvision(row) for row in ROWS}
    same = replace(
        by_name["mobilenet_v2"],
        name="mobilenet_v2_same",
        builder=_mobilenet_v2_same,
        description="mobilenet_v2 with TensorFlow's SAME padding, for weights that came from it.",
        mb=0,
    )
    first = [by_name.pop(name) for name in _OWN]
    first.insert(1 + [one.name for one in first].index("mobilenet_v2"), same)
    order = list(FAMILIES)
    rest = sorted(by_name.values(), key=lambda one: (order.index(one.family), one.parameters_m))
    return [plain, *first, *rest]


NETWORKS: Final[dict[str, NetSpec]] = {spec.name: spec for spec in _specs()}
"""Those of the table, the featured ones first; `spec_of` knows timm's too."""


def spec_of(name: str) -> NetSpec:
    """Return a network's spec: of the table, else of timm (`timm:NAME`, or NAME alone).

    Raises:
        InvalidInputError: No network bears this name.
    """
    plain = name.removeprefix(TORCHVISION)
    if plain in NETWORKS:
        return NETWORKS[plain]
    inner = name.removeprefix(TIMM)
    if plain == name and inner.partition(".")[0] in timm_names():
        return _of_timm(inner)
    hint = did_you_mean(inner.removeprefix(TORCHVISION), {*NETWORKS, *timm_names()})
    if f"shufflenet_v2_{plain}" in NETWORKS:
        hint = f"did you mean 'shufflenet_v2_{plain}'?"
    raise InvalidInputError(f"no network named {name!r}", hint=hint)


def fault_of(name: str, px: int) -> str:
    """Return why a network does not take pictures of a side, pixels; "" if it does.

    A name that nobody knows has no fault here: `spec_of` says so.
    """
    try:
        return spec_of(name).fault(px)
    except InvalidInputError:
        return ""


def _of_timm(name: str) -> NetSpec:
    """Return what can be told of a network of timm's without importing it."""
    side = re.search(r"_(\d{2,4})(?:$|[._])", name)
    px = int(side[1]) if side and int(side[1]) >= 96 else 224  # noqa: PLR2004
    return NetSpec(
        name=f"{TIMM}{name}",
        family="timm",
        builder=_timm(name),
        input_px=px,
        min_input_px=32,
        parameters_m=0,
        licence="Apache-2.0",
        description="A network of timm's.",
        gmacs=0,
        dropout=0.0,
    )
