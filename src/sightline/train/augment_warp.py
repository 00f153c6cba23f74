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
    grid = F.affine_grid(theta, list(x.shape), align_corners=False)
    if part.perspective and more is not None:
        grid = _tilted(theta, more[:, TILT], part.perspective, x)
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


def _tilted(theta: torch.Tensor, u: torch.Tensor, most: float, x: torch.Tensor) -> torch.Tensor:
    """Return the (B, S, S, 2) grid of maps behind a tilt: x / w, y / w, w = 1 + a x + b y."""
    import torch
    import torch.nn.functional as F  # noqa: N812

    same = torch.eye(2, 3, device=x.device).expand(len(x), 2, 3)
    flat = F.affine_grid(same, list(x.shape), align_corners=False)  # (B, S, S, 2)
    lean = (u * 2 - 1) * most
    w = 1 + (flat * lean[:, None, None, :]).sum(dim=3, keepdim=True)
    seen = torch.cat([flat / w, torch.ones_like(w)], dim=3)  # (B, S, S, 3)
    return torch.einsum("bhwi,bji->bhwj", seen, theta)
