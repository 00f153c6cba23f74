"""Integrated gradients, by captum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sightline.explain.tap import chosen_classes

if TYPE_CHECKING:
    import torch
    from torch import nn

STEPS: Final = 32
BATCH: Final = 8
SMOOTHED: Final = 2.0
"""Width of the blur, pixels of the input: single pixels are noise to an eye."""
CLIPPED: Final = 0.99
"""Quantile that counts as the most: a few pixels far above the rest would leave all else dark."""


class Integrated(NamedTuple):
    """What integrated gradients say of one picture."""

    found: torch.Tensor
    """(S, S), 0 and above: sizes of the attributions, summed over the colours."""
    logits: torch.Tensor
    """(K,)"""
    class_index: int
    gap: float
    """How far the attributions' sum is from the rise of the score, as a share of it."""


def integrated(
    net: nn.Module, x: torch.Tensor, class_index: int | None, *, steps: int = STEPS
) -> Integrated:
    """Return which pixels made the score of a class.

    Sundararajan, Taly and Yan 2017: the gradient along the straight way from an empty picture (the
    mean colour) to this one, times the difference. The attributions sum to the rise of the score.

    Args:
        net: In evaluation mode.
        x: (1, 3, S, S) normalised.
        class_index: None: the likeliest.
        steps: Points of the integral (Gauss-Legendre).
    """
    import torch
    from captum.attr import IntegratedGradients

    with torch.no_grad():
        logits = net(x)
        rise = logits - net(torch.zeros_like(x))
    chosen = chosen_classes(logits, [class_index])[0]
    parts = IntegratedGradients(net).attribute(
        x, torch.zeros_like(x), target=chosen, n_steps=steps, internal_batch_size=BATCH
    )
    wanted = float(rise[0, chosen])
    gap = abs(float(parts.sum()) - wanted) / max(abs(wanted), 1e-6)
    return Integrated(_drawn(parts.detach()), logits[0], chosen, gap)


def _drawn(parts: torch.Tensor) -> torch.Tensor:
    """Return (S, S) as it is shown: sizes summed over the colours, a little blurred, clipped."""
    import torch
    import torch.nn.functional as F  # noqa: N812

    found = parts.abs().sum(dim=1, keepdim=True)
    reach = int(3 * SMOOTHED)
    at = torch.arange(-reach, reach + 1, dtype=found.dtype, device=found.device)
    bell = torch.exp(-0.5 * (at / SMOOTHED).square())
    bell /= bell.sum()
    if min(found.shape[2:]) > reach:
        found = F.conv2d(F.pad(found, (reach, reach, 0, 0), mode="reflect"), bell[None, None, None])
        found = F.conv2d(
            F.pad(found, (0, 0, reach, reach), mode="reflect"), bell[None, None, :, None]
        )
    top = torch.quantile(found.flatten(), CLIPPED)
    return found[0, 0].clamp(max=float(top))
