"""Networks as encoders: any of the table or of timm, without its classifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightline.core.errors import InvalidInputError
from sightline.nets import timm_nets
from sightline.nets.build import build, split_head
from sightline.nets.table import spec_of
from sightline.nets.timm_names import TIMM
from sightline.nets.weights import SHOWN, apply_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch
    from torch import nn


def resolve(network: str) -> str:
    """Return a network's full name: of the table, else `timm:NAME`.

    Raises:
        InvalidInputError: No network bears this name.
    """
    return spec_of(network).name


def features(
    network: str,
    state: Mapping[str, torch.Tensor],
    options: Mapping[str, Any] | None = None,
    *,
    px: int | None = None,
) -> nn.Module:
    """Return the network without its classifier: (N, 3, S, S) to (N, D), in evaluation mode.

    Args:
        network: As `resolve` returns it.
        state: Its weights; those of a classifier, of any number of classes or none, are left out.
        options: Arguments of timm's constructor.
        px: Side S of its pictures, pixels; None: the network's own.

    Raises:
        InvalidInputError: The weights are another network's.
        MissingExtraError: timm or torchvision is not installed.
    """
    if network.startswith(TIMM):
        return _timm(network.removeprefix(TIMM), state, dict(options or {})).eval()
    net = build(network, 1000, px=px)
    apply_state(net, state, keep_head=False)
    body, _ = split_head(net)
    return body.eval()


def _timm(name: str, state: Mapping[str, torch.Tensor], options: dict[str, Any]) -> nn.Module:
    net = timm_nets.encoder(name, options)
    head = _classifiers(net)
    usable = {key: one for key, one in state.items() if not key.startswith(head)}
    own = net.state_dict()
    odd = sorted(set(own) ^ set(usable)) + sorted(
        key for key in set(own) & set(usable) if own[key].shape != usable[key].shape
    )
    odd = [key for key in odd if not key.endswith("num_batches_tracked")]
    if odd:
        more = f" and {len(odd) - SHOWN} more" if len(odd) > SHOWN else ""
        raise InvalidInputError(
            f"the weights do not fit timm's {name}: {', '.join(odd[:SHOWN])}{more}",
            hint="they are another network's: check --network",
        )
    net.load_state_dict(usable, strict=False)
    return net


def _classifiers(net: nn.Module) -> tuple[str, ...]:
    """Return how the keys of a timm network's classifier begin."""
    config: Any = getattr(net, "pretrained_cfg", {}) or {}
    named = config.get("classifier") or ()
    names = (named,) if isinstance(named, str) else tuple(named)
    return tuple(f"{one}." for one in (*names, "head.fc", "fc", "classifier"))
