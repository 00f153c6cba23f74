"""Where each pixel of a varied picture comes from: one sampling for all that moves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from sightline.train.augment_draws import CROP, GRID, TILT

if TYPE_CHECKING:
    import torch

    from sightline.train.spec_augment import AugmentPart

ASPECT: Final = math.log(4 / 3)
"""Log of a crop's widest aspect (Szegedy et al. 2015)."""


def moves(part: AugmentPart) -> bool:
    """Say whether anything moves."""
    return any(
        (
            part.flip, part.flip_vertical, part.rotate, part.scale, part.translate, part.shear,
            part.elastic, part.crop, part.perspective,
        )
    )  # fmt: skip


def move(
    x: torch.Tensor, u: torch.Tensor, more: torch.Tensor | None, part: AugmentPart
) -> torch.Tensor:
    """Crop, tilt, turn, zoom, shift, slant, flip and warp (B, 3, S, S).

    Args:
        x: Pictures, floats.
        u: (B, BASIC) draws in 0..1.
        more: (B, MORE) draws; needed for crop and tilt only.
        part: How much.
    """
    import torch.nn.functional as F  # noqa: N812

    theta = affine(u, part)
    if part.crop and more is not None:
        theta = cropped(theta, more[:, CROP], part.crop)
    lean = (
        (more[:, TILT] * 2 - 1) * part.perspective
        if part.perspective and more is not None
        else None
    )
    grid = sampling_grid(theta, x.shape[-1], lean)
    if part.elastic:
        knots = (u[:, 16:].reshape(-1, 2, GRID, GRID) * 2 - 1) * (2 * part.elastic)
        warp = F.interpolate(knots, size=x.shape[2:], mode="bicubic", align_corners=True)
        grid = grid + warp.permute(0, 2, 3, 1)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=False)


def affine(u: torch.Tensor, part: AugmentPart) -> torch.Tensor:
    """Return (B, 2, 3) maps from output to input, in -1..1, of draws (B, >= 9) in 0..1."""
    import torch

    v = u * 2 - 1
    angle = v[:, 0] * math.radians(part.rotate)
    slant = torch.tan(v[:, 1] * math.radians(part.shear))
    zoom, aspect = torch.exp(v[:, 2] * part.scale), torch.exp(v[:, 3] * (part.scale / 2))
    one = torch.ones_like(zoom)
    across = torch.where(u[:, 4] < part.flip, -one, one)
    down = torch.where(u[:, 5] < part.flip_vertical, -one, one)
    cos, sin = torch.cos(angle), torch.sin(angle)
    width, height = zoom * aspect * across, zoom / aspect * down
    # The product of rotation, slant and size, in this order.
    theta = torch.stack(
        [cos * width, (cos * slant - sin) * height, sin * width, (sin * slant + cos) * height], 1
    ).view(-1, 2, 2)
    shift = v[:, 6:8, None] * (2 * part.translate)
    return torch.cat([theta, shift], dim=2)


def cropped(theta: torch.Tensor, u: torch.Tensor, most: float) -> torch.Tensor:
    """Return (B, 2, 3) maps into a random rectangle of the input (Szegedy et al. 2015).

    Args:
        theta: (B, 2, 3) maps into the whole input.
        u: (B, 4) draws in 0..1: area, aspect, place across, place down.
        most: Share of the area that is cut away at most.
    """
    import torch

    area = 1 - most * u[:, 0]
    aspect = torch.exp((u[:, 1] * 2 - 1) * (ASPECT / 2))
    sides = torch.stack([area.sqrt() * aspect, area.sqrt() / aspect], 1).clamp(max=1)
    centre = (u[:, 2:4] * 2 - 1) * (1 - sides)
    inside = theta * sides[:, :, None]
    return torch.cat([inside[:, :, :2], inside[:, :, 2:] + centre[:, :, None]], dim=2)


def sampling_grid(theta: torch.Tensor, side: int, lean: torch.Tensor | None) -> torch.Tensor:
    """Return (B, S, S, 2): where each pixel of the output comes from, in -1..1.

    That is `affine_grid` without its matrix product, which takes as long as the sampling.

    Args:
        theta: (B, 2, 3) maps from output to input.
        side: S.
        lean: (B, 2) a tilt before them: x / w, y / w with w = 1 + a x + b y; None for none.
    """
    import torch

    place = (torch.arange(side, device=theta.device) * 2 + 1) / side - 1  # (S,)
    grid = torch.empty((len(theta), side, side, 2), device=theta.device)
    w = None if lean is None else _plane(lean, place).add_(1)
    for axis in range(2):
        shift = theta[:, axis, 2, None, None]
        if w is None:
            torch.add(_plane(theta[:, axis], place), shift, out=grid[..., axis])
        else:
            torch.add(_plane(theta[:, axis], place).div_(w), shift, out=grid[..., axis])
    return grid


def _plane(slope: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
    """Return (B, S, S): the first slope times x plus the second times y."""
    across, down = slope[:, :1] * place, slope[:, 1:2] * place  # (B, S) each
    return across[:, None, :] + down[:, :, None]
