"""Variation of a whole batch in one call; what is drawn comes from counters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightline.train.augment_draws import Extra, Place, basic_draws, extra_draws
from sightline.train.augment_mix import Mix, draw_mix, mixes
from sightline.train.augment_pictures import Pictures
from sightline.train.augment_tone import erase, light, turn_hue
from sightline.train.augment_warp import move, moves
from sightline.train.targets import wholly_known

if TYPE_CHECKING:
    import torch

    from sightline.core.arrays import F32, I64, U8
    from sightline.core.preprocess import Preprocess
    from sightline.train.spec_augment import AugmentPart


@dataclass(slots=True)
class Batch:
    """What a step is given."""

    x: torch.Tensor
    """(B, 3, S, S) normalised floats."""
    y: torch.Tensor
    """(B,) class indices, IGNORED has no part; or (B, K) probabilities of tags, NaN has none."""
    y2: torch.Tensor | None = None
    """(B,) the other picture's class, with mixup; of tags `y` is mixed itself."""
    share: torch.Tensor | None = None
    """(B,) weight of `y`; `y2` has the rest."""
    whole: bool = True
    """Whether every picture, and every tag of it, has a part in the loss."""

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
        self._moves = moves(part)
        self._lights = any((part.brightness, part.contrast, part.colour))
        self._singly = Pictures(part) if Pictures.wanted(part) else None
        self._more = bool(self._singly or part.crop or part.perspective or part.hue)
        self._varies = bool(self._moves or self._lights or part.hue or part.erase)

    def plain(self, images: U8) -> torch.Tensor:
        """Return (B, 3, S, S) normalised floats of (B, S, S, 3) pictures, not varied."""
        return self._normalise(self._pixels(images).float())

    def batch(
        self, images: U8, labels: I64 | F32, *, epoch: int, step: int, first: int = 0
    ) -> Batch:
        """Return a varied batch of (B, S, S, 3) pictures for a step of an epoch.

        `first`: the row of the first picture, where some rows of a step are varied that are not
        mixed.
        """
        x = self._normalise(self._varied(images, Place(epoch, step, len(images), first)))
        y = self._torch.from_numpy(labels).to(self._device)
        batch = Batch(x, y, whole=wholly_known(labels))
        return self._mix(batch, epoch, step) if mixes(self._part) else batch

    def view(self, picture: U8, other: U8 | None, place: Place, other_row: int = 0) -> U8:
        """Return one picture as a step shows it to the network: (S, S, 3) uint8.

        Args:
            picture: (S, S, 3)
            other: (S, S, 3) the one that `draw_mix` mixes in; None where nothing is mixed.
            place: The step, and the picture's row.
            other_row: The other picture's row.
        """
        x = self._normalise(self._varied(picture[None], place))
        if other is not None:
            there = Place(place.epoch, place.step, place.count, other_row)
            y = self._normalise(self._varied(other[None], there))
            plan = self._plan(place.count, place.epoch, place.step, picture.shape[0])
            weight = plan.weight(slice(place.first, place.first + 1), picture.shape[0])
            x = self._torch.lerp(y, x, self._torch.from_numpy(weight).to(self._device))
        seen = ((x - self._offset) * self._scale).round_().clamp_(0, 255)[0].permute(1, 2, 0)
        out: U8 = seen.to(self._torch.uint8).cpu().numpy()
        return out

    def _varied(self, images: U8, place: Place) -> torch.Tensor:
        """Return (B, 3, S, S) floats, 0..255 and somewhat beyond, not normalised."""
        x = self._pixels(images)
        extra = extra_draws(self._seed, place, len(images)) if self._more else None
        if self._singly is not None and extra is not None:
            x = self._singly(x, extra)
        x = x.float()
        return self._together(x.div_(255), place, extra).mul_(255) if self._varies else x

    def _together(self, x: torch.Tensor, place: Place, extra: Extra | None) -> torch.Tensor:
        """Vary a whole batch of (B, 3, S, S) in 0..1 in one call for each kind of variation."""
        part = self._part
        u = self._torch.from_numpy(basic_draws(self._seed, place, len(x))).to(self._device)
        more = None if extra is None else self._torch.from_numpy(extra.more).to(self._device)
        if self._moves:
            x = move(x, u, more, part)
        if self._lights:
            x = light(x, u, part)
        if part.hue and more is not None:
            x = turn_hue(x, more, part.hue)
        return erase(x, u, part.erase) if part.erase else x

    def _pixels(self, images: U8) -> torch.Tensor:
        # (B, S, S, 3) in memory is (B, 3, S, S) channels last: nothing is moved.
        return self._torch.from_numpy(images).to(self._device).permute(0, 3, 1, 2)

    def _normalise(self, x: torch.Tensor) -> torch.Tensor:
        x = self._torch.addcdiv(self._offset, x, self._scale)
        return x.contiguous(memory_format=self._torch.channels_last)

    def _plan(self, count: int, epoch: int, step: int, side: int) -> Mix:
        return draw_mix(self._part, self._seed, epoch=epoch, step=step, count=count, side=side)

    def _mix(self, batch: Batch, epoch: int, step: int) -> Batch:
        import torch

        count, side = len(batch), batch.x.shape[-1]
        plan = self._plan(count, epoch, step, side)
        other = torch.from_numpy(plan.other).to(self._device)
        weight = torch.from_numpy(plan.weight(slice(0, count), side)).to(self._device)
        share = torch.from_numpy(plan.share).to(self._device)
        x = torch.lerp(batch.x[other], batch.x, weight)
        x = x.contiguous(memory_format=torch.channels_last)
        if batch.y.ndim > 1:  # tags are mixed as the pictures are
            y = torch.lerp(batch.y[other], batch.y, share[:, None])
            return Batch(x, y, whole=batch.whole)
        return Batch(x, batch.y, batch.y[other], share, batch.whole)
