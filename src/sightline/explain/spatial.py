"""What lies where in a layer's output: feature maps, channels last, or tokens of a transformer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import torch
    from torch import nn


class Grid(NamedTuple):
    """How a layer's output becomes feature maps (N, C, h, w)."""

    channels: int
    height: int
    width: int
    form: str
    """nchw, nhwc or tokens."""
    prefix: int = 0
    """Tokens before those of the patches."""

    def of(self, values: torch.Tensor) -> torch.Tensor:
        """Return an output, or its gradient, as (N, C, h, w)."""
        if self.form == "nchw":
            return values
        if self.form == "nhwc":
            return values.permute(0, 3, 1, 2)
        patches = values[:, self.prefix :].transpose(1, 2)
        return patches.reshape(len(values), self.channels, self.height, self.width)


def grid_of(output: Any, prefix: int) -> Grid | None:
    """Return how an output for a square picture is laid out; None when it has no places.

    Args:
        output: Of a layer: feature maps (N, C, h, w), (N, h, w, C), or tokens (N, T, C).
        prefix: Tokens before those of the patches.
    """
    import torch

    if not isinstance(output, torch.Tensor) or not output.is_floating_point():
        return None
    shape = tuple(output.shape)
    if len(shape) == 4 and shape[2] == shape[3]:  # noqa: PLR2004
        return Grid(shape[1], shape[2], shape[3], "nchw")
    if len(shape) == 4 and shape[1] == shape[2]:  # noqa: PLR2004
        return Grid(shape[3], shape[1], shape[2], "nhwc")
    if len(shape) == 3:  # noqa: PLR2004
        side = math.isqrt(max(shape[1] - prefix, 0))
        if side > 1 and side * side == shape[1] - prefix:
            return Grid(shape[2], side, side, "tokens", prefix)
    return None


def prefix_tokens(net: nn.Module) -> int:
    """Return how many tokens (class, distillation, registers) a transformer has before patches."""
    told = getattr(net, "num_prefix_tokens", None)
    if isinstance(told, int):
        return told
    return 1 if hasattr(net, "class_token") else 0
