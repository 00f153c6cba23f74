"""Operations by chance: RandAugment, TrivialAugment wide and AugMix, with torchvision's kernels.

The strengths are torchvision's own tables; what is drawn comes from the caller's counters instead
of torch's global generator, so that a resumed run repeats it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.train.augment_draws import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from sightline.core.arrays import F64
    from sightline.train.spec_augment import AugmentPart

    Kernel = Callable[[Any, torch.Tensor, float], torch.Tensor]

FILL: Final = (127.0, 127.0, 127.0)
"""What comes in from outside of a picture that moves."""
BINS: Final = 31
SEVERITIES: Final = 10
CHAINS, DEPTH = 3, 3
"""Of AugMix: chains that are mixed, operations of one at most."""
_DRAWS: Final = 3
"""Numbers of an operation: which, how much, which way."""


@dataclass(frozen=True, slots=True)
class Space:
    """The greatest strengths of a policy's operations."""

    shear: float
    side: float
    """Shift, share of the picture's side."""
    pixels: float
    """Shift, pixels; instead of a share."""
    rotate: float
    enhance: float
    bits: tuple[int, int]
    """Of posterize: at no strength, and how many fewer at full."""
    identity: bool = False


SPACES: Final = {
    "randaugment": Space(0.3, 150 / 331, 0.0, 30.0, 0.9, (8, 4)),
    "trivialaugment": Space(0.99, 0.0, 32.0, 135.0, 0.99, (8, 6), identity=True),
    "augmix": Space(0.3, 1 / 3, 0.0, 30.0, 0.9, (4, 4)),
}


def _affine(
    kernels: Any, picture: torch.Tensor, amount: float, *, axis: int, shear: bool
) -> torch.Tensor:
    turn = [0.0, 0.0]
    shift = [0, 0]
    if shear:
        turn[axis] = math.degrees(math.atan(amount))
    else:
        shift[axis] = int(amount)
    out: torch.Tensor = kernels.affine(
        picture, angle=0.0, translate=shift, scale=1.0, shear=turn, fill=list(FILL),
        interpolation=kernels.InterpolationMode.BILINEAR, center=[0, 0] if shear else None,
    )  # fmt: skip
    return out


def _rotate(kernels: Any, picture: torch.Tensor, amount: float) -> torch.Tensor:
    out: torch.Tensor = kernels.rotate(
        picture, amount, interpolation=kernels.InterpolationMode.BILINEAR, fill=list(FILL)
    )
    return out


def _enhance(kernels: Any, picture: torch.Tensor, amount: float, *, name: str) -> torch.Tensor:
    out: torch.Tensor = getattr(kernels, name)(picture, 1.0 + amount)
    return out


OPERATIONS: Final[dict[str, Kernel]] = {
    "ShearX": partial(_affine, axis=0, shear=True),
    "ShearY": partial(_affine, axis=1, shear=True),
    "TranslateX": partial(_affine, axis=0, shear=False),
    "TranslateY": partial(_affine, axis=1, shear=False),
    "Rotate": _rotate,
    "Brightness": partial(_enhance, name="adjust_brightness"),
    "Color": partial(_enhance, name="adjust_saturation"),
    "Contrast": partial(_enhance, name="adjust_contrast"),
    "Sharpness": partial(_enhance, name="adjust_sharpness"),
    "Posterize": lambda kernels, picture, bits: kernels.posterize(picture, int(bits)),
    "Solarize": lambda kernels, picture, level: kernels.solarize(picture, 255 * level),
    "AutoContrast": lambda kernels, picture, _: kernels.autocontrast(picture),
    "Equalize": lambda kernels, picture, _: kernels.equalize(picture),
    "Identity": lambda _kernels, picture, _: picture,
}
"""Name to what is done to (3, S, S) uint8."""


def strength(space: Space, name: str, share: float, side: int) -> float:
    """Return an operation's strength at a share (0..1) of its greatest; without its sign."""
    if name.startswith("Shear"):
        return space.shear * share
    if name.startswith("Translate"):
        return (space.pixels or space.side * side) * share
    if name == "Posterize":
        return float(round(space.bits[0] - space.bits[1] * share))
    if name == "Solarize":
        return 1 - share
    return (space.rotate if name == "Rotate" else space.enhance) * share


class Policy:
    """One of the policies, for pictures (3, S, S) uint8."""

    def __init__(self, part: AugmentPart, kernels: Any) -> None:
        self._part, self._kernels = part, kernels
        self._space = SPACES[part.policy]
        self._names = [name for name in OPERATIONS if self._space.identity or name != "Identity"]

    def __call__(self, picture: torch.Tensor, u: F64) -> torch.Tensor:
        """Return the varied picture; `u`: (POLICY,) draws in 0..1."""
        if self._part.policy == "augmix":
            return self._augmix(picture, u)
        if self._part.policy == "trivialaugment":
            return self._one(picture, u, int(u[1] * BINS) / (BINS - 1))
        for k in range(self._part.operations):
            picture = self._one(picture, u[_DRAWS * k :], self._part.magnitude / (BINS - 1))
        return picture

    def _one(self, picture: torch.Tensor, u: F64, share: float) -> torch.Tensor:
        name = self._names[int(u[0] * len(self._names))]
        amount = strength(self._space, name, share, picture.shape[-1])
        if name not in {"Posterize", "Solarize"} and u[2] < 0.5:  # noqa: PLR2004 - even odds
            amount = -amount
        return OPERATIONS[name](self._kernels, picture, amount)

    def _augmix(self, picture: torch.Tensor, u: F64) -> torch.Tensor:
        """Mix chains of operations with the picture; the weights are flat Dirichlet draws."""
        severity = max(1, round(self._part.magnitude / 3))
        head = POLICY - (1 + 2 * CHAINS)
        keep = float(u[head])  # Beta(1, 1), of two parts
        waits = -np.log1p(-u[head + 1 : head + 1 + CHAINS])
        shares = (1 - keep) * waits / max(float(waits.sum()), 1e-12)
        depths = 1 + (u[head + 1 + CHAINS :] * DEPTH).astype(int)
        mixed = picture * keep
        for chain in range(CHAINS):
            out = picture
            for k in range(int(depths[chain])):
                row = u[_DRAWS * (chain * DEPTH + k) :]
                out = self._one(out, row, int(row[1] * severity) / (SEVERITIES - 1))
            mixed = mixed + float(shares[chain]) * out
        return mixed.to(picture.dtype)
