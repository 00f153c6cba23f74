"""Class activation maps from a layer's output and the gradient at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    import torch

_EPS: Final = 1e-8


def class_map(method: str, output: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    """Return maps (N, h, w) of what speaks for a class, 0 and above.

    - gradcam: channels weighted by their mean gradient (Selvaraju et al. 2017, eq. 1 and 2).
    - gradcam++: by the positive part of the gradient, each place counted by alpha (Chattopadhay et
      al. 2018, eq. 19 with Y = exp(score), whose factor exp(score) falls out of a map's scale).
    - hirescam: gradient times output at each place, not averaged first (Draelos and Carin 2020).

    Args:
        method: One of these.
        output: (N, C, h, w) of the layer.
        gradient: (N, C, h, w) of the class's score at it.

    Raises:
        InvalidInputError: No such method.
    """
    if method == "hirescam":
        return (gradient * output).sum(dim=1).relu()
    if method == "gradcam":
        weight = gradient.mean(dim=(2, 3), keepdim=True)
    elif method == "gradcam++":
        weight = _plus_plus(output, gradient)
    else:
        raise InvalidInputError(f"no map {method!r}", hint="gradcam, gradcam++ or hirescam")
    return (weight * output).sum(dim=1).relu()


def _plus_plus(output: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    squared = gradient.square()
    total = output.sum(dim=(2, 3), keepdim=True)
    below = 2 * squared + total * squared * gradient
    alpha = squared / below.where(below != 0, below.new_tensor(_EPS))
    return (alpha * gradient.relu()).sum(dim=(2, 3), keepdim=True)
