"""Score-CAM: each channel of a layer is tried as a mask over the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sightline.explain.tap import run

if TYPE_CHECKING:
    import torch
    from torch import nn

    from sightline.explain.layers import Layer

BATCH: Final = 16
TOP: Final = 128
"""Channels that are tried unless more are asked for."""


def score_cam(
    net: nn.Module,
    x: torch.Tensor,
    layer: Layer,
    class_index: int | None,
    *,
    top: int = TOP,
    batch: int = BATCH,
) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Return a map (h, w), logits (K,) and the class, for one picture.

    Wang et al. 2020, algorithm 1: a channel's map, scaled up and to 0..1, dims the picture; how far
    the class's score of what is left lies above that of an empty picture, by softmax over the
    channels, is the channel's weight. The empty picture's score falls out of the softmax.

    Args:
        net: In evaluation mode.
        x: (1, 3, S, S) normalised.
        layer: Whose channels.
        class_index: None: the likeliest.
        top: How many channels are tried, those that vary most over the picture; 0: all.
        batch: Trials at once.
    """
    import torch
    import torch.nn.functional as F  # noqa: N812

    seen = run(net, x, layer.name, [class_index], gradient=False)
    maps = layer.grid.of(seen.output)[0]
    if 0 < top < len(maps):
        maps = maps[maps.flatten(1).std(dim=1).topk(top).indices.sort().values]
    low = maps.amin(dim=(1, 2), keepdim=True)
    span = maps.amax(dim=(1, 2), keepdim=True) - low
    tried = maps[span.flatten() > 0]
    if not len(tried):  # every channel is level: none says where
        return torch.zeros_like(maps[0]), seen.logits[0], seen.classes[0]
    masks = (tried - low[span.flatten() > 0]) / span[span.flatten() > 0]
    scores = []
    with torch.no_grad():
        for part in torch.split(masks, batch):
            mask = F.interpolate(part[:, None], x.shape[2:], mode="bilinear", align_corners=False)
            scores.append(net(x * mask)[:, seen.classes[0]])
    weight = torch.cat(scores).float().softmax(dim=0)
    found = (weight[:, None, None] * tried).sum(dim=0).relu()
    return found, seen.logits[0], seen.classes[0]
