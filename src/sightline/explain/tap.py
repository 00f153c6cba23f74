"""One forward pass that remembers a layer's output, and the gradient of a score at it.

Below the layer nothing is kept for the gradient, and no weight asks for one: only what stands above
the layer is walked back. At the last layer of a pooled network that is the head alone, a thousandth
of the forward pass; the values are those of a backward pass through everything, for a gradient at a
layer depends on nothing below it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch
    from torch import nn


class Seen(NamedTuple):
    """What a forward pass gave."""

    logits: torch.Tensor
    """(N, K)"""
    output: torch.Tensor
    """The layer's output as it came."""
    gradient: torch.Tensor | None
    """Of each picture's score at the layer's output, same shape; None when it was not asked for."""
    classes: list[int]
    """(N,) the class of each score."""


def run(
    net: nn.Module,
    x: torch.Tensor,
    layer: str,
    classes: Sequence[int | None],
    *,
    gradient: bool = True,
) -> Seen:
    """Return logits, a layer's output, and the gradient of the classes' logits at it.

    Args:
        net: In evaluation mode, its parameters without gradient.
        x: (N, 3, S, S) normalised.
        layer: Dotted name.
        classes: (N,) whose score counts; None: the likeliest.
        gradient: Whether to walk back.

    Raises:
        InvalidInputError: The layer has no part in the answer.
    """
    import torch

    kept: list[torch.Tensor] = []

    def take(_module: nn.Module, _args: Any, output: torch.Tensor) -> torch.Tensor | None:
        kept.clear()  # a layer that is used twice is looked at where it is used last
        kept.append(output.detach())
        if not gradient:
            return None
        kept[0].requires_grad_()
        torch.set_grad_enabled(mode=True)  # from here on, until the `no_grad` around it ends
        return kept[0].clone()  # what follows may change its input in place

    hook = net.get_submodule(layer).register_forward_hook(take)
    try:
        with torch.no_grad():
            logits = net(x)
    finally:
        hook.remove()
    if not kept or (gradient and not logits.requires_grad):
        raise InvalidInputError(
            f"the layer {layer} has no part in the answer", hint="choose another layer"
        )
    chosen = chosen_classes(logits.detach(), classes)
    return Seen(logits.detach(), kept[0].detach(), _gradient(logits, kept[0], chosen), chosen)


def _gradient(logits: torch.Tensor, output: torch.Tensor, classes: list[int]) -> Any:
    import torch

    if not logits.requires_grad:
        return None
    score = logits[torch.arange(len(classes)), classes].sum()
    return torch.autograd.grad(score, output)[0]


def chosen_classes(logits: torch.Tensor, classes: Sequence[int | None]) -> list[int]:
    """Return the class of each picture: the one asked for, else the likeliest."""
    best = logits.argmax(dim=1).tolist()
    return [likeliest if one is None else one for one, likeliest in zip(classes, best, strict=True)]


@contextmanager
def frozen(net: nn.Module) -> Iterator[None]:
    """Let no parameter ask for a gradient meanwhile."""
    asked = [one for one in net.parameters() if one.requires_grad]
    for one in asked:
        one.requires_grad_(False)
    try:
        yield
    finally:
        for one in asked:
            one.requires_grad_()
