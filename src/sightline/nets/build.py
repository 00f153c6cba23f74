"""Networks: built by name, split at their last linear layer, given another head."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from sightline.core.errors import InvalidInputError
from sightline.nets.table import spec_of

if TYPE_CHECKING:
    import torch
    from torch import nn


def build(
    name: str,
    num_classes: int,
    *,
    dropout: float | None = None,
) -> nn.Module:
    """Return the network with random weights; `nets.weights.apply_state` gives it others.

    The forward pass takes (N, 3, S, S) normalised floats and gives (N, num_classes) logits.

    Args:
        name: A name of the table.
        num_classes: Outputs of the head.
        dropout: Share dropped before the head, 0..1; None: the network's own.

    Raises:
        InvalidInputError: No such network.
        MissingExtraError: A package is missing.
    """
    spec = spec_of(name)
    if num_classes < 1:
        raise InvalidInputError(f"{num_classes} classes", hint="a network needs at least one")
    return spec.builder(num_classes, spec.dropout if dropout is None else dropout)


def head_of(net: nn.Module) -> tuple[str, nn.Linear]:
    """Return the last linear layer, dotted name and module: its input is the embedding.

    Raises:
        InvalidInputError: The network has no linear layer.
    """
    from torch import nn

    found = [(name, one) for name, one in net.named_modules() if isinstance(one, nn.Linear)]
    if not found:
        raise InvalidInputError("the network has no linear layer", hint="use one of the table")
    return found[-1]


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
    _put(body, name, nn.Identity())
    return body, head


def _put(net: nn.Module, name: str, module: nn.Module) -> None:
    parent, _, key = name.rpartition(".")
    setattr(net.get_submodule(parent), key, module)
