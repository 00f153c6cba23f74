"""A network of the table, of torchvision or of timm as an encoder, on torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightline.core.errors import InvalidInputError
from sightline.core.files import read_json
from sightline.imaging.preprocess import normalise
from sightline.imaging.squares import SquareEncoder
from sightline.nets.backbones import features, resolve
from sightline.nets.device import place
from sightline.nets.weights import load_state

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard


class BackboneEncoder(SquareEncoder):
    """The pooled features before the classifier. `encode` may be called from many threads."""

    def __init__(self, path: Path, card: ModelCard, threads: int) -> None:
        import torch

        super().__init__(card)
        self.network = resolve(card.network)
        state, _ = load_state(path)
        self._net = features(self.network, state, _options(path), px=card.preprocess.size)
        self._device = place(self._net, threads)
        # pixels beside each other, as convolutions on a processor like them
        self._net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.dim = self.measured()

    def run(self, pictures: U8) -> F32:
        """Return (N, dim) for (N, size, size, 3) RGB."""
        import torch

        batch = torch.from_numpy(normalise(pictures, self.preprocess)).to(self._device)
        with torch.inference_mode():
            try:
                rows = self._net(batch.contiguous(memory_format=torch.channels_last))
            except (AssertionError, RuntimeError) as error:
                if "memory" in str(error):
                    raise
                raise InvalidInputError(
                    f"{self.network} does not take {self.preprocess.size} px: {str(error)[:200]}",
                    hint="say the side that it was trained with: --preprocess imagenet-224-crop",
                ) from error
        found: F32 = rows.float().flatten(1).cpu().numpy()
        return found

    def answer(
        self, method: str, arguments: dict[str, Any], arrays: Sequence[NDArray[Any]]
    ) -> tuple[dict[str, Any], list[NDArray[Any]]]:
        """Answer as every encoder of squares; `facts` tells the network's full name too."""
        facts, made = super().answer(method, arguments, arrays)
        return (facts | {"network": self.network} if method == "facts" else facts), made


def load_encoder(*, path: Path, card: ModelCard, threads: int = 1) -> BackboneEncoder:
    """Return a network with the weights at `path` (safetensors) as an encoder.

    Args:
        path: The weights; a config.json of timm beside them may hold options of the network.
        card: Says which network, and how pictures are prepared.
        threads: Of torch for each call.

    Raises:
        MissingWeightsError: There are no weights.
        InvalidInputError: They are another network's, or there is no such network.
        MissingExtraError: timm or torchvision is not installed.
    """
    return BackboneEncoder(path, card, threads)


def _options(path: Path) -> dict[str, Any]:
    config = path.with_name("config.json")
    if not config.is_file():
        return {}
    found = read_json(config)
    options = found.get("model_args") if isinstance(found, dict) else None
    return dict(options or {})
