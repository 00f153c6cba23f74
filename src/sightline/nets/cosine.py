"""A head that answers with cosines: what metric losses are taken of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.nets.parts import head_of, put

if TYPE_CHECKING:
    import torch
    from torch import nn


def with_cosines(net: nn.Module) -> nn.Module:
    """Return the network with its head replaced by one without bias that gives cosines.

    (N, D) embeddings become (N, K) cosines between them and a direction for each class, -1..1.

    Raises:
        InvalidInputError: The network does not end in a linear layer.
    """
    import torch
    from torch import nn
    from torch.nn.functional import linear, normalize

    class CosineHead(nn.Linear):
        """Cosines between rows and weights."""

        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            return linear(normalize(rows, dim=1), normalize(self.weight, dim=1))

    name, head = head_of(net)
    made = CosineHead(head.in_features, head.out_features, bias=False)
    torch.nn.init.normal_(made.weight)
    put(net, name, made)
    return net
