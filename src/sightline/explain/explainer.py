"""A network that is asked why: one forward pass gives the answer and the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.explain.layers import find_layers
from sightline.explain.methods import method_of
from sightline.explain.tap import frozen
from sightline.explain.ways import WAYS, Wish
from sightline.heads.calibration import softmax
from sightline.imaging.preprocess import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from torch import nn

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Answers for N pictures and why."""

    method: str
    layer: str
    """"" for a method that looks at none."""
    note: str
    classes: tuple[int, ...]
    """(N,) indices of the classes that the maps are about."""
    probabilities: F32
    """(N, K)"""
    maps: F32
    """(N, h, w) over the network's input, 0..1; all 0 where nothing speaks for the class."""


class Explainer:
    """A classifier of a card. Not for several threads at once."""

    def __init__(self, net: nn.Module, card: ModelCard, *, auto: str = "") -> None:
        """Take a network in evaluation mode.

        Args:
            net: Gives (N, K) logits.
            card: Its classes, preprocessing, temperature.
            auto: The layer that is looked at by default; "": the last one with places.
        """
        self.net = net
        self.card = card
        first = next(net.parameters())
        self._device, self._dtype = first.device, first.dtype
        self.layers = find_layers(net, card.preprocess.size, auto)

    def explain(
        self, pictures: U8, classes: Sequence[int | None], wish: Wish | None = None
    ) -> Found:
        """Return answers and maps.

        Args:
            pictures: (N, S, S, 3) RGB, as `imaging.preprocess.load` makes them.
            classes: (N,) index of the class that each map is about; None: the likeliest.
            wish: How; None: everything automatic.

        Raises:
            InvalidInputError: No such method, layer or class, or the network cannot be asked so.
            MissingExtraError: The method needs a package that is not installed.
        """
        wish = wish or Wish()
        method = method_of(wish.method)
        self._check(classes)
        layer = self.layers.choose(wish.layer) if method.by_layer else None
        x = self._input(pictures)
        with frozen(self.net):
            said = WAYS[method.kind](self.net, x, classes, wish, layer)
        by_itself = self.layers.note if layer is not None and wish.layer in {"", "auto"} else ""
        return Found(
            method=method.name,
            layer="" if layer is None else layer.name,
            note="; ".join(one for one in (by_itself, said.note) if one),
            classes=tuple(said.classes),
            probabilities=probabilities(said.logits.float().cpu().numpy(), self.card),
            maps=_scaled(said.maps.float().cpu().numpy()),
        )

    def _input(self, pictures: U8) -> torch.Tensor:
        import torch

        x = torch.from_numpy(normalise(pictures, self.card.preprocess))
        x = x.to(self._device, self._dtype)
        return x.contiguous(memory_format=torch.channels_last)

    def _check(self, classes: Sequence[int | None]) -> None:
        known = len(self.card.classes)
        wrong = [one for one in classes if one is not None and not 0 <= one < known]
        if wrong:
            raise InvalidInputError(
                f"no class {wrong[0]}", hint=f"{self.card.name} has {known}, counted from 0"
            )


def probabilities(logits: F32, card: ModelCard) -> F32:
    """Return (N, K) of logits (N, K): by softmax, of tags by the sigmoid of each."""
    values = logits.astype(np.float64) / card.temperature
    if card.task == "multi":
        return (1.0 / (1.0 + np.exp(-values))).astype(np.float32)
    found: F32 = softmax(values).astype(np.float32)
    return found


def _scaled(maps: F32) -> F32:
    """Return maps with their highest value at 1; one that is 0 everywhere stays so."""
    finite = np.nan_to_num(maps, nan=0.0, posinf=0.0, neginf=0.0)
    top = finite.max(axis=(1, 2), keepdims=True)
    scaled: F32 = np.where(top > 0, finite / np.where(top > 0, top, 1.0), 0.0).astype(np.float32)
    return scaled
