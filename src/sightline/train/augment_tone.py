"""Light, colour and covering of a whole batch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from sightline.train.augment_draws import HUE

if TYPE_CHECKING:
    import torch

    from sightline.train.spec_augment import AugmentPart

ERASE_SIDE: Final = (0.1, 0.4)
"""Least and greatest side of the covered rectangle, share of the picture's."""


def light(x: torch.Tensor, u: torch.Tensor, part: AugmentPart) -> torch.Tensor:
    """Change brightness, contrast and saturation of (B, 3, S, S) in 0..1, in place where it can.

    What comes out may lie beyond 0..1.
    """
    import torch

    v = (u[:, 8:11] * 2 - 1).view(-1, 3, 1, 1, 1)
    if part.colour:
        grey = x.mean(dim=1, keepdim=True)
        x = torch.lerp(grey.expand_as(x), x, torch.exp(v[:, 2] * part.colour))
    gain = torch.exp(v[:, 1] * part.contrast)
    return x.mul_(gain).add_(0.5 - 0.5 * gain + v[:, 0] * part.brightness)


def turn_hue(x: torch.Tensor, more: torch.Tensor, most: float) -> torch.Tensor:
    """Turn the colours of (B, 3, S, S) around the grey axis by up to `most` turns; greys stay."""
    import torch

    angle = (more[:, HUE] * 2 - 1) * (2 * math.pi * most)  # (B, 1)
    cos, third, sin = angle.cos(), (1 - angle.cos()) / 3, angle.sin() / math.sqrt(3)
    # Rodrigues' rotation about (1, 1, 1): same, next and previous band.
    same, after, before = third + cos, third - sin, third + sin
    rows = [same, after, before, before, same, after, after, before, same]
    turn = torch.cat(rows, dim=1).view(-1, 3, 3)
    return torch.einsum("bji,bihw->bjhw", turn, x)


def erase(x: torch.Tensor, u: torch.Tensor, chance: float) -> torch.Tensor:
    """Cover a rectangle of some of (B, 3, S, S) with a flat grey, in place (Zhong et al. 2020)."""
    import torch

    low, high = ERASE_SIDE
    chosen = (u[:, 15] < chance).nonzero()[:, 0]
    u = u[chosen]
    place = (torch.arange(x.shape[-1], device=x.device) + 0.5) / x.shape[-1]
    half = (low + (high - low) * u[:, 11:13]) / 2
    tall = (place[None] - u[:, 13:14]).abs() < half[:, :1]
    wide = (place[None] - u[:, 14:15]).abs() < half[:, 1:]
    inside = (tall[:, :, None] & wide[:, None, :])[:, None]
    grey = (u[:, 15:16] / chance).clamp(max=1).view(-1, 1, 1, 1)
    x[chosen] = torch.where(inside, grey, x[chosen])
    return x
