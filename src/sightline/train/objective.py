"""What a step minimises; parts of a batch add up to the batch's mean, whatever the loss."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Protocol

from sightline.train.spec_loss import LOSSES

if TYPE_CHECKING:
    import torch

    from sightline.train.augment import Batch
    from sightline.train.spec import TrainSpec


TINY: Final = 1e-8
"""Below it a power's slope is no number."""


class Objective(Protocol):
    """A loss whose sum over the parts of a batch, over `whole`, is the batch's mean."""

    def whole(self, batch: Batch) -> float:
        """Return the weight of all that counts, which a part's sum is divided by."""
        ...

    def mean(self, logits: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Return the mean loss of (B, K) logits of a whole batch."""
        ...

    def sum(self, logits: torch.Tensor, part: Batch) -> torch.Tensor:
        """Return the sum of the losses of (B, K) logits of a part."""
        ...

    def hits(self, logits: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return how many pictures are answered rightly; of tags the shares of right answers."""
        ...


class ClassObjective:
    """Cross-entropy, weighted and smoothed; with `gamma` the focal loss (Lin et al. 2017)."""

    def __init__(self, weight: torch.Tensor | None, smoothing: float, gamma: float = 0.0) -> None:
        from torch.nn.functional import cross_entropy

        self.weight, self._smoothing, self._entropy = weight, smoothing, cross_entropy
        self._gamma = gamma

    def whole(self, batch: Batch) -> float:
        """Return the weight of all pictures that count."""
        if self.weight is None and batch.whole:
            return float(len(batch))
        total = self._share(batch.y, batch.share)
        if batch.y2 is not None and batch.share is not None:
            total += self._share(batch.y2, 1 - batch.share)
        return max(total, 1e-9)

    def mean(self, logits: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Return the mean loss of (B, K) logits of a whole batch."""
        if batch.y2 is None and batch.whole and not self._gamma:
            return self._losses(logits, batch.y, "mean")
        return self.sum(logits, batch) / self.whole(batch)

    def sum(self, logits: torch.Tensor, part: Batch) -> torch.Tensor:
        """Return the sum of the losses of (B, K) logits of a part."""
        if part.y2 is None or part.share is None:
            return self._losses(logits, part.y, "sum")
        one, other = self._losses(logits, part.y), self._losses(logits, part.y2)
        return (one * part.share + other * (1 - part.share)).sum()

    def hits(self, logits: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return how many of (B, K) logits are highest at (B,) classes."""
        return (logits.argmax(1) == y).sum()

    def _losses(
        self, logits: torch.Tensor, y: torch.Tensor, reduction: str = "none"
    ) -> torch.Tensor:
        if not self._gamma:
            return self._entropy(
                logits, y, weight=self.weight, label_smoothing=self._smoothing, reduction=reduction
            )
        losses = self._entropy(
            logits, y, weight=self.weight, label_smoothing=self._smoothing, reduction="none"
        )
        right = logits.softmax(1).gather(1, y.clamp(min=0)[:, None])[:, 0]
        losses = losses * (1 - right).clamp(min=TINY) ** self._gamma
        return losses.sum() if reduction == "sum" else losses

    def _share(self, y: torch.Tensor, share: torch.Tensor | None) -> float:
        counts = (y >= 0).float()
        if self.weight is not None:
            counts = counts * self.weight[y.clamp(min=0)]
        return float((counts if share is None else counts * share).sum())


class ArcFace(ClassObjective):
    """Cross-entropy over scaled cosines, each picture's own angle widened (Deng et al. 2019).

    Takes the cosines (B, K) of a `nets.cosine.CosineHead`. A margin of 0 is NormFace (Wang et al.
    2017). Each picture's loss depends on no other picture, so that parts add up.
    """

    def __init__(
        self, weight: torch.Tensor | None, smoothing: float, *, margin: float, scale: float
    ) -> None:
        super().__init__(weight, smoothing)
        self._margin, self._scale = margin, scale

    def _losses(
        self, logits: torch.Tensor, y: torch.Tensor, reduction: str = "none"
    ) -> torch.Tensor:
        return super()._losses(self._widened(logits, y) * self._scale, y, reduction)

    def _widened(self, cosines: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        import torch

        if not self._margin:
            return cosines
        place = y.clamp(min=0)[:, None]
        own = cosines.gather(1, place)
        sine = (1 - own * own).clamp(min=1e-7).sqrt()
        wide = own * math.cos(self._margin) - sine * math.sin(self._margin)
        # Beyond pi the cosine would rise again: there it goes on in a straight line.
        beyond = own - math.sin(math.pi - self._margin) * self._margin
        wide = torch.where(own > math.cos(math.pi - self._margin), wide, beyond)
        return cosines.scatter(1, place, wide)


class TagObjective:
    """Binary cross-entropy of each tag, the mean over pictures and tags; NaN has no part.

    Targets (B, K) are probabilities. `present`: (K,) how much the presence of a tag counts.
    `gamma`: focal loss, for probabilities |target - said| ** gamma (Li et al. 2020).
    """

    def __init__(
        self, present: torch.Tensor | None, smoothing: float = 0.0, gamma: float = 0.0
    ) -> None:
        self.weight, self._smoothing, self._gamma = present, smoothing, gamma

    def whole(self, batch: Batch) -> float:
        """Return how many answers count."""
        if batch.whole:
            return float(batch.y.numel())
        return max(float((batch.y >= 0).sum()), 1e-9)

    def mean(self, logits: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Return the mean loss of (B, K) logits of a whole batch."""
        return self.sum(logits, batch) / self.whole(batch)

    def sum(self, logits: torch.Tensor, part: Batch) -> torch.Tensor:
        """Return the sum of the losses of (B, K) logits of a part."""
        import torch

        if part.whole:
            return self._losses(logits, self._smooth(part.y)).sum()
        known = part.y >= 0
        y = self._smooth(torch.where(known, part.y, 0.0))
        return torch.where(known, self._losses(logits, y), 0.0).sum()

    def hits(self, logits: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return the sum over pictures of the share of tags that are answered rightly."""
        known = y >= 0
        right = ((logits > 0) == (y >= 0.5)) & known  # noqa: PLR2004
        return (right.sum(1) / known.sum(1).clamp(min=1)).sum()

    def _losses(self, logits: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import binary_cross_entropy_with_logits as entropy

        losses = entropy(logits, y, pos_weight=self.weight, reduction="none")
        if not self._gamma:
            return losses
        return losses * (y - logits.sigmoid()).abs().clamp(min=TINY) ** self._gamma

    def _smooth(self, y: torch.Tensor) -> torch.Tensor:
        return y.lerp(y.new_tensor(0.5), self._smoothing) if self._smoothing else y


class Asymmetric(TagObjective):
    """Present and absent tags focused apart, sure absence forgiven (Ridnik et al. 2021).

    `present`, `absent`: the exponents; `clip`: an absent tag below this probability costs nothing.
    """

    def __init__(
        self,
        weight: torch.Tensor | None,
        smoothing: float,
        *,
        present: float,
        absent: float,
        clip: float,
    ) -> None:
        super().__init__(weight, smoothing)
        self._present, self._absent, self._clip = present, absent, clip

    def _losses(self, logits: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import logsigmoid

        p = logits.sigmoid()
        there = -logsigmoid(logits)
        if self._present:
            there = there * (1 - p).clamp(min=TINY) ** self._present
        if self.weight is not None:
            there = there * self.weight
        forgiven = (p - self._clip).clamp(min=TINY)
        gone = -(1 - forgiven).clamp(min=TINY).log()
        if self._absent:
            gone = gone * forgiven**self._absent
        return y * there + (1 - y) * gone


def objective_of(spec: TrainSpec, weight: torch.Tensor | None) -> Objective:
    """Return what a spec minimises.

    Args:
        spec: Its task and loss.
        weight: (K,) of the classes, or of the presence of tags; None: all alike.
    """
    part, name = spec.loss, loss_name(spec)
    if name == "arcface":
        return ArcFace(weight, part.label_smoothing, margin=part.margin, scale=part.cosine_scale)
    if name == "asymmetric":
        return Asymmetric(
            weight,
            part.label_smoothing,
            present=part.gamma_present,
            absent=part.gamma_absent,
            clip=part.clip_absent,
        )
    gamma = part.focal_gamma if name == "focal" else 0.0
    kind = TagObjective if spec.task == "multi" else ClassObjective
    return kind(weight, part.label_smoothing, gamma)


def loss_name(spec: TrainSpec) -> str:
    """Return the loss's name, `auto` resolved."""
    return LOSSES[spec.task][0] if spec.loss.name == "auto" else spec.loss.name
