"""From a batch to maps, one function for each kind of method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from sightline.core.errors import InvalidInputError
from sightline.explain.cam import class_map
from sightline.explain.integrated import STEPS, integrated
from sightline.explain.methods import method_of
from sightline.explain.rollout import rollout
from sightline.explain.score import TOP, score_cam
from sightline.explain.tap import chosen_classes, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import torch
    from torch import nn

    from sightline.explain.layers import Layer
    from sightline.explain.methods import Kind

    Classes = Sequence[int | None]

MOST_STEPS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a picture is to be explained."""

    method: str = "auto"
    layer: str = ""
    """Dotted name; "": the automatic one."""
    channels: int = TOP
    """That Score-CAM tries; 0: all."""
    steps: int = STEPS
    """Of integrated gradients."""

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if self.channels < 0 or not 1 <= self.steps <= MOST_STEPS:
            raise InvalidInputError(
                f"{self.channels} channels, {self.steps} steps",
                hint=f"channels from 0 (all), steps from 1 to {MOST_STEPS}",
            )


class Said(NamedTuple):
    """What a method says of N pictures."""

    maps: torch.Tensor
    """(N, h, w), 0 and above."""
    logits: torch.Tensor
    """(N, K)"""
    classes: list[int]
    """(N,) that the maps are about."""
    note: str = ""


def by_gradient(
    net: nn.Module, x: torch.Tensor, classes: Classes, wish: Wish, layer: Layer | None
) -> Said:
    """Return class activation maps of a layer, all pictures at once."""
    assert layer is not None
    seen = run(net, x, layer.name, classes)
    assert seen.gradient is not None
    output, gradient = layer.grid.of(seen.output), layer.grid.of(seen.gradient)
    maps = class_map(method_of(wish.method).name, output, gradient)
    return Said(maps, seen.logits, seen.classes)


def by_trials(
    net: nn.Module, x: torch.Tensor, classes: Classes, wish: Wish, layer: Layer | None
) -> Said:
    """Return Score-CAM's maps, one picture after the other."""
    import torch

    assert layer is not None
    rows = [
        score_cam(net, x[at : at + 1], layer, wanted, top=wish.channels)
        for at, wanted in enumerate(classes)
    ]
    some = 0 < wish.channels < layer.grid.channels
    note = f"{wish.channels} of {layer.grid.channels} channels were tried" if some else ""
    maps, logits = torch.stack([one[0] for one in rows]), torch.stack([one[1] for one in rows])
    return Said(maps, logits, [one[2] for one in rows], note)


def by_pixels(
    net: nn.Module, x: torch.Tensor, classes: Classes, wish: Wish, _layer: Layer | None
) -> Said:
    """Return integrated gradients, one picture after the other."""
    import torch

    rows = [
        integrated(net, x[at : at + 1], wanted, steps=wish.steps)
        for at, wanted in enumerate(classes)
    ]
    gap = max((one.gap for one in rows), default=0.0)
    maps = torch.stack([one.found for one in rows])
    logits = torch.stack([one.logits for one in rows])
    chosen = [one.class_index for one in rows]
    return Said(maps, logits, chosen, f"the parts sum to the score within {gap:.1%}")


def by_attention(
    net: nn.Module, x: torch.Tensor, classes: Classes, _wish: Wish, _layer: Layer | None
) -> Said:
    """Return attention rollout over its least, which every patch gets."""
    maps, logits = rollout(net, x)
    maps = maps - maps.amin(dim=(1, 2), keepdim=True)
    return Said(maps, logits, chosen_classes(logits, classes), "the same for every class")


WAYS: Final[dict[Kind, Callable[[nn.Module, torch.Tensor, Classes, Wish, Layer | None], Said]]] = {
    "cam": by_gradient,
    "score": by_trials,
    "pixels": by_pixels,
    "attention": by_attention,
}
