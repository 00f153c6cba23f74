"""What is exported around a network, so that a file of pixels is all that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sightline.core.cards import ModelCard

OUTPUTS: Final = ("probabilities", "logits", "embedding")
VECTOR: Final = ("embedding",)


def outputs_of(card: ModelCard) -> tuple[str, ...]:
    """Return what the graph of a card gives: a vector of length 1, or answers about classes."""
    return VECTOR if card.kind == "encoder" else OUTPUTS


def serving_graph(net: Any, card: ModelCard) -> Any:
    """Return a module from uint8 (N, size, size, 3) RGB to `outputs_of(card)`.

    Probabilities and logits are (N, K), embeddings (N, D). It casts, scales, normalises and
    transposes as the card's preprocessing says, and divides the logits by the card's temperature
    before the softmax, of tags the sigmoid. An encoder's embedding is scaled to length 1.
    """
    import torch

    from sightline.nets.build import split_head

    body, head = split_head(net)
    mean, std = torch.tensor(card.preprocess.mean), torch.tensor(card.preprocess.std)

    class ServingGraph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.head = body, head
            self.register_buffer("mean", mean * 255)
            self.register_buffer("variance", (std * 255) ** 2)

        def forward(self, image: Any) -> Any:
            floats = image.permute(0, 3, 1, 2).to(torch.float32)
            # One operator: a product and a sum of channels are slow where channels lie innermost,
            # which is how runtimes turn a graph of int8 (1.8 of 5.5 ms of a MobileNetV2).
            norm: Any = torch.nn.functional.batch_norm
            embedding = self.body(norm(floats, self.mean, self.variance, eps=0.0))
            if card.kind == "encoder":
                return torch.nn.functional.normalize(embedding.flatten(1), dim=1)
            logits = self.head(embedding)
            calm = logits / card.temperature
            many = card.task == "multi"
            return (calm.sigmoid() if many else calm.softmax(dim=1)), logits, embedding

    return ServingGraph().eval()
