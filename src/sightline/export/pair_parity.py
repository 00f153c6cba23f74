"""The gate of a pair: an encoder and a decoder answer as the network that they were written from.

Both are compared by themselves, so that what the one rounds is not blown up by the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import ParityError
from sightline.export.pair_graphs import ANSWERS, PROMPTS, decoder_of
from sightline.export.probes import drawn_scene
from sightline.imaging.frame import frame_of, square_of
from sightline.nets.sam_family import features_of, mask_side

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from numpy.typing import NDArray

    from sightline.core.arrays import F32
    from sightline.core.preprocess import Preprocess

TOLERANCE: Final = 1e-4
"""Largest difference of the probability of any pixel, of any guess of the IoU, and of the encoder's
maps as a part of their largest value."""
SHAPES: Final = ((1.0, 0.6), (0.7, 1.3), (2.1, 2.1))
"""Height and width of the pictures that are compared on, in sides of the square."""
_PLACES: Final = (((0.3, 0.4), 1), ((0.8, 0.7), 0), ((0.2, 0.1), 2), ((0.9, 0.6), 3))
"""Points of the prompts that are compared on, in sides of the square, and their labels."""
_ASKED: Final = ((0,), (0, 1), (2, 3), (0, 2, 3))


@dataclass(slots=True)
class Gate:
    """Compares picture by picture; `close` says whether the files may be used."""

    net: Any
    encoder: Any
    decoder: Any
    rule: Preprocess
    maps: float = 0.0
    """Largest difference of the encoder's maps, as a part of their largest value."""
    count: int = 0
    worst: float = 0.0

    def look(self, shape: tuple[float, float]) -> None:
        """Compare on one picture, with every kind of prompt."""
        import torch

        picture = drawn_scene(*(max(2, round(side * self.rule.size)) for side in shape))
        height, width = picture.shape[:2]
        square = square_of(picture, frame_of(width, height, self.rule), self.rule)
        names = [port.name for port in self.encoder.get_outputs()]
        given = self.encoder.run(None, {"pixel_values": square})
        with torch.no_grad():
            features = features_of(self.net, torch.from_numpy(square))
        for name, found in zip(names, given, strict=True):
            wanted = features[name].numpy()
            largest = max(float(np.abs(wanted).max()), 1e-9)
            self.maps = _worse(self.maps, float(np.abs(wanted - found).max()) / largest)
        earlier = None
        for points in _ASKED:
            earlier = self._ask(features, _prompt(points, self.rule.size, earlier, self.net))

    def _ask(
        self, features: dict[str, torch.Tensor], prompt: dict[str, torch.Tensor]
    ) -> torch.Tensor:
        """Compare on one prompt and return the first mask, (1, 1, h, w)."""
        import torch

        wanted = _answers(self.net, features, prompt)
        asked = {port.name for port in self.decoder.get_inputs()}
        feed = {name: one.numpy() for name, one in (features | prompt).items() if name in asked}
        apart = _difference(wanted, self.decoder.run(list(ANSWERS), feed))
        self.worst, self.count = _worse(self.worst, apart), self.count + 1
        return torch.from_numpy(wanted[0][:, :1].copy())

    def close(self, name: str) -> None:
        """Let files pass that answer alike.

        Raises:
            ParityError: They do not.
        """
        far = _worse(self.maps, self.worst)
        if not far <= TOLERANCE:
            raise ParityError(
                f"the export of {name} differs from it by {far:.1e}",
                hint=f"at most {TOLERANCE:.0e} is allowed; use the model as it is",
            )


def _prompt(
    chosen: Sequence[int], side: int, earlier: torch.Tensor | None, net: Any
) -> dict[str, torch.Tensor]:
    import torch

    places = [_PLACES[at] for at in chosen]
    low = mask_side(net)
    return {
        PROMPTS[0]: torch.tensor([[[x * side, y * side] for (x, y), _ in places]]),
        PROMPTS[1]: torch.tensor([[float(label) for _, label in places]]),
        PROMPTS[2]: torch.zeros(1, 1, low, low) if earlier is None else earlier,
        PROMPTS[3]: torch.tensor([0.0 if earlier is None else 1.0]),
    }


def _answers(
    net: Any, features: dict[str, torch.Tensor], prompt: dict[str, torch.Tensor]
) -> list[NDArray[Any]]:
    """Return what a network itself answers: masks (1, K, h, w) and guesses (1, K)."""
    import torch

    own = decoder_of(net, list(features)).eval()
    with torch.no_grad():
        found = own(*features.values(), *(prompt[name] for name in PROMPTS))
    return [one.numpy() for one in found]


def _difference(wanted: Sequence[NDArray[Any]], found: Sequence[NDArray[Any]]) -> float:
    """Return the largest difference of a pixel's probability or a guess."""
    apart = np.abs(_sure(wanted[0]) - _sure(found[0])).max()
    return float(np.maximum(apart, np.abs(wanted[1] - found[1]).max()))


def _sure(logits: NDArray[Any]) -> F32:
    even: F32 = 1 / (1 + np.exp(-logits.astype(np.float64).clip(-60, 60)))
    return even


def _worse(one: float, other: float) -> float:
    """Return the larger one; what is no number is the largest."""
    return float(np.maximum(one, other))
