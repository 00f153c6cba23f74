"""Networks: built by name, split at their last linear layer, given another head."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from sightline.core.errors import InvalidInputError
from sightline.nets.parts import cam_layer, head_of, linear_head, put, spot_of, to_map, tokens
from sightline.nets.table import COLOURS, spec_of
from sightline.nets.timm_names import TIMM

if TYPE_CHECKING:
    import torch
    from torch import nn

__all__ = [
    "build",
    "cam_layer",
    "colours_of",
    "embed",
    "forward_both",
    "head_of",
    "linear_head",
    "split_head",
    "spot_of",
    "to_map",
    "tokens",
]


def build(
    name: str,
    num_classes: int,
    *,
    dropout: float | None = None,
    px: int | None = None,
) -> nn.Module:
    """Return the network with random weights; `nets.weights.apply_state` gives it others.

    The forward pass takes (N, 3, S, S) normalised floats and gives (N, num_classes) logits.

    Args:
        name: A name of the table, or `timm:NAME`.
        num_classes: Outputs of the head.
        dropout: Share dropped before the head, 0..1; None: the network's own.
        px: Side S of its pictures, pixels: some are built for one side. None: the network's own.

    Raises:
        InvalidInputError: No such network, or it does not take this side.
        MissingExtraError: A package is missing.
    """
    spec = spec_of(name)
    if num_classes < 1:
        raise InvalidInputError(f"{num_classes} classes", hint="a network needs at least one")
    side = spec.input_px if px is None else px
    if side % spec.step_px:
        raise InvalidInputError(f"image_size {spec.fault(side)}", hint="change image_size")
    return spec.builder(num_classes, spec.dropout if dropout is None else dropout, side)


def colours_of(
    name: str, how: str = "auto"
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Return mean and standard deviation of the colours that a network expects.

    Args:
        name: Of the network.
        how: A key of `table.COLOURS`, or "auto": what its published weights were trained with.

    Raises:
        InvalidInputError: No such network.
    """
    if how in COLOURS:
        return COLOURS[how]
    spec = spec_of(name)
    if not spec.name.startswith(TIMM):
        return spec.mean, spec.std
    from sightline.nets import timm_nets

    return timm_nets.normalisation(spec.name.removeprefix(TIMM))


def embed(net: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Return (N, D) embeddings: what the last linear layer is given for (N, 3, S, S)."""
    return forward_both(net, x)[1]


def forward_both(net: nn.Module, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return logits (N, K) and embeddings (N, D) of one forward pass."""
    seen: list[torch.Tensor] = []
    _, head = head_of(net)
    hook = head.register_forward_pre_hook(lambda _module, args: seen.append(args[0]))
    try:
        logits: torch.Tensor = net(x)
    finally:
        hook.remove()
    return logits, seen[0]


def split_head(net: nn.Module) -> tuple[nn.Module, nn.Linear]:
    """Return a copy without its head, and a copy of the head: `net(x) == head(body(x))`.

    The way to a graph with both outputs: no hooks, so that every exporter can follow it.
    """
    from torch import nn

    body = copy.deepcopy(net)
    name, head = head_of(body)
    put(body, name, nn.Identity())
    return body, head
