"""What is exported around a network, so that a file of pixels is all that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sightline.core.cards import ModelCard

OUTPUTS: Final = ("probabilities", "logits", "embedding")


def serving_graph(net: Any, card: ModelCard) -> Any:
    """Return a module from uint8 (N, size, size, 3) RGB to OUTPUTS, (N, K), (N, K) and (N, D).

    It casts, scales, normalises and transposes as the card's preprocessing says, and divides the
    logits by the card's temperature before the softmax.
    """
    import torch

    from sightline.nets.build import split_head

    body, head = split_head(net)
    mean = torch.tensor(card.preprocess.mean).view(1, 3, 1, 1)
    std = torch.tensor(card.preprocess.std).view(1, 3, 1, 1)

    class ServingGraph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.head = body, head
            self.register_buffer("scale", 1 / (255 * std))
            self.register_buffer("shift", -mean / std)

        def forward(self, image: Any) -> tuple[Any, Any, Any]:
            floats = image.permute(0, 3, 1, 2).to(torch.float32)
            embedding = self.body(floats * self.scale + self.shift)
            logits = self.head(embedding)
            return torch.softmax(logits / card.temperature, dim=1), logits, embedding

    return ServingGraph().eval()
