"""Variations that are done picture by picture, with torchvision's kernels on uint8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.train.augment_draws import SINGLES
from sightline.train.augment_policies import Policy
from sightline.train.spec_augment import PER_PICTURE

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from sightline.core.arrays import F64
    from sightline.train.augment_draws import Extra
    from sightline.train.spec_augment import AugmentPart

    Single = Callable[[Any, torch.Tensor, float, AugmentPart], torch.Tensor]

FEWEST_BITS, MOST_BITS = 2, 6
SHARPEST: Final = 3.0
QUALITY: Final = (20, 80)
LEAST_SIGMA: Final = 0.1


def _blur(kernels: Any, picture: torch.Tensor, v: float, part: AugmentPart) -> torch.Tensor:
    """Blur along each axis in turn, which costs a fifth of a square kernel."""
    sigma = LEAST_SIGMA + (part.blur_sigma - LEAST_SIGMA) * v
    taps = min(2 * int(3 * sigma + 0.5) + 1, (picture.shape[-1] - 1) // 2 * 2 + 1)
    x = picture.float()
    for size in ([1, taps], [taps, 1]):
        x = kernels.gaussian_blur(x, size, [sigma, sigma])
    return x.round().to(picture.dtype)


def _jpeg(_kernels: Any, picture: torch.Tensor, v: float, _part: AugmentPart) -> torch.Tensor:
    """Write and read a JPEG with OpenCV: torchvision's own needs its native library."""
    import cv2
    import numpy as np
    import torch

    quality = int(QUALITY[0] + (QUALITY[1] - QUALITY[0]) * v)
    pixels = np.ascontiguousarray(picture.permute(1, 2, 0).cpu().numpy())  # (S, S, 3)
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    read = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return torch.from_numpy(read).permute(2, 0, 1).to(picture.device)


STEPS: Final[dict[str, Single]] = {
    "posterize": lambda k, x, v, _: k.posterize(
        x, FEWEST_BITS + int(v * (MOST_BITS - FEWEST_BITS + 1))
    ),
    "solarize": lambda k, x, v, _: k.solarize(x, 64 + 160 * v),
    "equalize": lambda k, x, _v, _: k.equalize(x),
    "autocontrast": lambda k, x, _v, _: k.autocontrast(x),
    "invert": lambda k, x, _v, _: k.invert(x),
    "grey": lambda k, x, _v, _: k.rgb_to_grayscale(x, 3),
    "sharpen": lambda k, x, v, _: k.adjust_sharpness(x, 1 + (SHARPEST - 1) * v),
    "blur": _blur,
    "jpeg": _jpeg,
}
"""In their order, after the policy: by chance, of a strength v in 0..1."""


class Pictures:
    """Varies (B, 3, S, S) uint8 picture by picture; one whose draws pick nothing is not touched."""

    def __init__(self, part: AugmentPart) -> None:
        from sightline.nets.torchvision_shim import install

        install()
        from torchvision.transforms.v2 import functional as kernels

        self._part, self._kernels = part, kernels
        self._policy = Policy(part, kernels) if part.policy != "none" else None
        self._chances = [
            (2 * place, float(getattr(part, name)), step)
            for place, (name, step) in enumerate(STEPS.items())
            if getattr(part, name)
        ]

    @staticmethod
    def wanted(part: AugmentPart) -> bool:
        """Say whether any of them is switched on."""
        return any(getattr(part, name) not in {0, "none"} for name in PER_PICTURE)

    def __call__(self, x: torch.Tensor, draws: Extra) -> torch.Tensor:
        """Return the varied pictures, (B, 3, S, S) uint8."""
        import torch

        pictures = x.contiguous()  # the kernels are slow on channels last
        varied = [
            self._one(picture, draws.singles[i], draws.policy[i])
            for i, picture in enumerate(pictures)
        ]
        return torch.stack(varied)

    def _one(self, picture: torch.Tensor, u: F64, policy: F64) -> torch.Tensor:
        if self._policy is not None:
            picture = self._policy(picture, policy)
        for column, chance, step in self._chances:
            if u[column] < chance:
                picture = step(self._kernels, picture, float(u[column + 1]), self._part)
        if self._part.noise:
            picture = noisy(picture, u[SINGLES - 2] * self._part.noise, u[SINGLES - 1])
        return picture


def noisy(picture: torch.Tensor, deviation: float, draw: float) -> torch.Tensor:
    """Add Gaussian noise to (3, S, S) uint8; torchvision's draws from the global generator.

    Args:
        picture: The picture.
        deviation: Standard deviation, share of white.
        draw: In 0..1; names the noise.
    """
    import torch

    source = torch.Generator().manual_seed(int(draw * (1 << 53)))
    noise = torch.randn(picture.shape, generator=source).to(picture.device)
    return (picture + noise * (255 * deviation)).round_().clamp_(0, 255).to(picture.dtype)
