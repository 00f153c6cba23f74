"""Weights that depend on the side of the pictures, brought to another side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch

POSITIONS: Final = ("pos_embedding", "pos_embed")
BIASES: Final = "relative_position_bias_table"
DERIVED: Final = ("relative_position_index", "relative_coords_table")
"""What the network computes from its own side."""


def resized(
    state: Mapping[str, torch.Tensor], own: Mapping[str, torch.Tensor]
) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """Return weights whose positions fit a network's side, and the names of those changed.

    Position embeddings are interpolated as pictures of their places (bicubic), as ViT does for
    larger pictures (Dosovitskiy et al., An Image is Worth 16x16 Words, ICLR 2021, 3.2); tables of
    relative positions likewise, as Swin does (Liu et al., Swin Transformer, ICCV 2021).

    Args:
        state: Of the file.
        own: Of the network; names that are in both and have another shape are brought to it.
    """
    out, changed = dict(state), []
    for key, value in state.items():
        mine = own.get(key)
        if mine is None or mine.shape == value.shape:
            continue
        if key.endswith(DERIVED):
            out[key] = mine
            continue
        made = _fitted(key, value, mine)
        if made is not None:
            out[key] = made
            changed.append(key)
    return out, tuple(changed)


def _fitted(key: str, value: torch.Tensor, mine: torch.Tensor) -> torch.Tensor | None:
    if value.ndim != mine.ndim or value.shape[-1] != mine.shape[-1]:
        return None
    if key.endswith(POSITIONS) and value.ndim == 3:  # noqa: PLR2004
        return _places(value, mine.shape[1])
    if key.endswith(BIASES) and value.ndim == 2:  # noqa: PLR2004
        return _grid(value[None], len(mine), 0)
    return None


def _places(value: torch.Tensor, count: int) -> torch.Tensor | None:
    """Return (1, count, D) of (1, T, D): up to two tokens before the places stay as they are."""
    for before in range(3):
        if _square(value.shape[1] - before) and _square(count - before):
            return _grid(value, count, before, keep=True)
    return None


def _grid(
    value: torch.Tensor, count: int, before: int, *, keep: bool = False
) -> torch.Tensor | None:
    """Interpolate (1, before + a * a, D) to (1, before + b * b, D); (b * b, D) unless `keep`."""
    import torch
    from torch.nn.functional import interpolate

    places = value[:, before:]
    if not (_square(places.shape[1]) and _square(count - before)):
        return None
    a, b = math.isqrt(places.shape[1]), math.isqrt(count - before)
    map_ = places.reshape(1, a, a, -1).permute(0, 3, 1, 2).float()
    made = interpolate(map_, size=(b, b), mode="bicubic", align_corners=False)
    flat = made.permute(0, 2, 3, 1).reshape(1, b * b, -1).to(value.dtype)
    return torch.cat([value[:, :before], flat], 1) if keep else flat[0]


def _square(number: int) -> bool:
    return number > 0 and math.isqrt(number) ** 2 == number
