"""Variation of a whole batch in one call; what is drawn comes from counters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.train.counters import AUGMENT, MIXUP, generator

if TYPE_CHECKING:
    import torch

    from sightline.core.arrays import I64, U8
    from sightline.core.preprocess import Preprocess
    from sightline.train.spec_augment import AugmentPart

GRID: Final = 4
"""Control points of the warp, per side."""
COLUMNS: Final = 16 + 2 * GRID * GRID
ERASE_SIDE: Final = (0.1, 0.4)
"""Least and greatest side of the covered rectangle, share of the picture's."""


@dataclass(slots=True)
class Batch:
    """What a step is given."""

    x: torch.Tensor
    """(B, 3, S, S) normalised floats."""
    y: torch.Tensor
    """(B,) class indices; IGNORED has no part."""
    y2: torch.Tensor | None = None
    """(B,) the other picture's class, with mixup."""
    share: torch.Tensor | None = None
    """(B,) weight of `y`; `y2` has the rest."""
    whole: bool = True
    """Whether every picture has a part in the loss."""

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.y)

    def part(self, start: int, stop: int) -> Batch:
        """Return some of the pictures."""
        if start == 0 and stop >= len(self):
            return self
        cut = slice(start, stop)
        return Batch(
            self.x[cut],
            self.y[cut],
            None if self.y2 is None else self.y2[cut],
            None if self.share is None else self.share[cut],
            self.whole,
        )


class Augmenter:
    """From uint8 pictures to a varied, normalised batch on a device."""

    def __init__(
        self, part: AugmentPart, rule: Preprocess, *, seed: int, device: torch.device
    ) -> None:
        import torch

        self._part, self._seed, self._device = part, seed, device
        self._torch = torch  # an import in each step's functions would cost as much as a kernel
        mean = torch.tensor(rule.mean, device=device).view(1, 3, 1, 1)
        std = torch.tensor(rule.std, device=device).view(1, 3, 1, 1)
        self._offset, self._scale = -mean / std, std * 255
        moves = (
            part.flip, part.flip_vertical, part.rotate, part.scale, part.translate, part.shear,
            part.elastic,
        )  # fmt: skip
        self._moves = any(moves)
        self._lights = any((part.brightness, part.contrast, part.colour))

    def plain(self, images: U8) -> torch.Tensor:
        """Return (B, 3, S, S) normalised floats of (B, S, S, 3) pictures, not varied."""
        return self._normalise(self._floats(images))

    def batch(self, images: U8, labels: I64, *, epoch: int, step: int) -> Batch:
        """Return a varied batch of (B, S, S, 3) pictures for a step of an epoch."""
        x = self._floats(images)
        if self._moves or self._lights or self._part.erase:
            x = self._vary(x.div_(255), self._draws(len(images), epoch, step)).mul_(255)
        y = self._torch.from_numpy(labels).to(self._device)
        batch = Batch(self._normalise(x), y, whole=bool((labels >= 0).all()))
        return self._mix(batch, epoch, step) if self._part.mixup else batch

    def _draws(self, count: int, epoch: int, step: int) -> torch.Tensor:
        """Return (B, COLUMNS) numbers in 0..1, a row for each picture."""
        rng = generator(self._seed, AUGMENT, epoch, step)
        return self._torch.from_numpy(rng.random((count, COLUMNS), dtype=np.float32)).to(
            self._device
        )

    def _vary(self, x: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
        if self._moves:
            x = _move(x, u, self._part)
        if self._lights:
            x = _light(x, u, self._part)
        return _erase(x, u, self._part.erase) if self._part.erase else x

    def _floats(self, images: U8) -> torch.Tensor:
        # (B, S, S, 3) in memory is (B, 3, S, S) channels last: nothing is moved.
        return self._torch.from_numpy(images).to(self._device).permute(0, 3, 1, 2).float()

    def _normalise(self, x: torch.Tensor) -> torch.Tensor:
        x = self._torch.addcdiv(self._offset, x, self._scale)
        return x.contiguous(memory_format=self._torch.channels_last)

    def _mix(self, batch: Batch, epoch: int, step: int) -> Batch:
        import torch

        rng = generator(self._seed, MIXUP, epoch, step)
        alpha, count = self._part.mixup, len(batch)
        share = torch.from_numpy(rng.beta(alpha, alpha, count).astype(np.float32))
        other = torch.from_numpy(rng.permutation(count)).to(self._device)
        share = share.to(self._device)
        x = torch.lerp(batch.x[other], batch.x, share.view(-1, 1, 1, 1))
        x = x.contiguous(memory_format=torch.channels_last)
        return Batch(x, batch.y, batch.y[other], share, batch.whole)


def _move(x: torch.Tensor, u: torch.Tensor, part: AugmentPart) -> torch.Tensor:
    """Turn, zoom, shift, slant, flip and warp (B, 3, S, S) with one sampling per pixel."""
    import torch.nn.functional as F  # noqa: N812

    grid = F.affine_grid(affine(u, part), list(x.shape), align_corners=False)
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


def _light(x: torch.Tensor, u: torch.Tensor, part: AugmentPart) -> torch.Tensor:
    """Change brightness, contrast and saturation of (B, 3, S, S) in 0..1; may leave 0..1."""
    import torch

    v = (u[:, 8:11] * 2 - 1).view(-1, 3, 1, 1, 1)
    if part.colour:
        grey = x.mean(dim=1, keepdim=True)
        x = torch.lerp(grey.expand_as(x), x, torch.exp(v[:, 2] * part.colour))
    gain = torch.exp(v[:, 1] * part.contrast)
    return x * gain + (0.5 - 0.5 * gain + v[:, 0] * part.brightness)


def _erase(x: torch.Tensor, u: torch.Tensor, chance: float) -> torch.Tensor:
    """Cover a rectangle of some of (B, 3, S, S) with a flat grey (Zhong et al. 2020)."""
    import torch

    low, high = ERASE_SIDE
    place = (torch.arange(x.shape[-1], device=x.device) + 0.5) / x.shape[-1]
    half = (low + (high - low) * u[:, 11:13]) / 2
    tall = (place[None] - u[:, 13:14]).abs() < half[:, :1]
    wide = (place[None] - u[:, 14:15]).abs() < half[:, 1:]
    chosen = (u[:, 15] < chance)[:, None, None]
    inside = (tall[:, :, None] & wide[:, None, :] & chosen)[:, None]
    grey = (u[:, 15:16] / chance).clamp(max=1).view(-1, 1, 1, 1)
    return torch.where(inside, grey, x)
