"""Attention rollout: where a vision transformer's answer token gathers from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.explain.spatial import grid_of, prefix_tokens

if TYPE_CHECKING:
    import torch
    from torch import nn

_TIMM: Final = frozenset({"timm.layers.attention", "timm.models.vision_transformer"})
"""Where timm keeps the attention that takes (N, T, D) and has `qkv`, `q_norm` and `k_norm`."""
_HINT: Final = "rollout is for plain vision transformers; use gradcam"


def can_roll(net: nn.Module) -> bool:
    """Tell whether a network is a plain transformer over all tokens."""
    return bool(_attentions(net))


def rollout(net: nn.Module, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return maps (N, h, w) and logits (N, K).

    Abnar and Zuidema 2020: the attention of each block, mean over heads, half of it the token
    itself (the residual), multiplied from the first block to the last; the row of the class token,
    or without one the mean over the patches, tells how much of each patch arrives.

    Attention is computed by fused kernels that give no weights, so each block's are computed once
    more from what went into it.

    Args:
        net: In evaluation mode; a vision transformer of torchvision or timm.
        x: (N, 3, S, S) normalised.

    Raises:
        InvalidInputError: The network is another.
    """
    import torch

    blocks = _attentions(net)
    if not blocks:
        raise InvalidInputError("this network has no plain attention", hint=_HINT)
    flow: list[torch.Tensor] = []

    def note(module: nn.Module, args: Any, kwargs: Any) -> None:
        tokens = args[0] if args else kwargs.get("query", kwargs.get("x"))
        mixed = _weights(module, tokens).mean(dim=1)
        step = (mixed + torch.eye(mixed.shape[-1], device=mixed.device, dtype=mixed.dtype)) / 2
        flow[:] = [step @ flow[0]] if flow else [step]

    hooks = [one.register_forward_pre_hook(note, with_kwargs=True) for one in blocks]
    try:
        with torch.no_grad():
            logits = net(x)
    finally:
        for hook in hooks:
            hook.remove()
    return _arrived(flow[0], prefix_tokens(net)), logits


def _arrived(flow: torch.Tensor, prefix: int) -> torch.Tensor:
    """Return (N, h, w) of rolled attention (N, T, T)."""
    rows = flow[:, 0, :] if prefix else flow.mean(dim=1)
    grid = grid_of(rows[:, :, None], prefix)
    if grid is None:
        raise InvalidInputError("its tokens make no square", hint=_HINT)
    return grid.of(rows[:, :, None])[:, 0]


def _weights(module: Any, tokens: torch.Tensor) -> torch.Tensor:
    """Return (N, heads, T, T), rows sum to 1, of an attention for tokens (N, T, D)."""
    from torch import nn

    if isinstance(module, nn.MultiheadAttention):
        both = nn.functional.linear(tokens, module.in_proj_weight, module.in_proj_bias)
        norms: tuple[Any, Any] = (nn.Identity(), nn.Identity())
    else:
        both, norms = module.qkv(tokens), (module.q_norm, module.k_norm)
    count = tokens.shape[1]
    q, k, _ = both.reshape(len(tokens), count, 3, module.num_heads, -1).permute(2, 0, 3, 1, 4)
    q, k = norms[0](q), norms[1](k)
    weights: torch.Tensor = (q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5).softmax(dim=-1)
    return weights


def _attentions(net: nn.Module) -> list[nn.Module]:
    """Return the attentions over all tokens, in order; none where there are no such tokens."""
    if not hasattr(net, "class_token") and not hasattr(net, "num_prefix_tokens"):
        return []
    return [one for one in net.modules() if _is_plain(one)]


def _is_plain(module: Any) -> bool:
    from torch import nn

    if isinstance(module, nn.MultiheadAttention):
        return module.batch_first and module.in_proj_weight is not None
    kind = type(module)
    return kind.__name__ == "Attention" and kind.__module__ in _TIMM
