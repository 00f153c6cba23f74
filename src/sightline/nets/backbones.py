"""Networks as encoders: any of the table, of torchvision or of timm, without its classifier."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, MissingExtraError, did_you_mean
from sightline.nets.build import build, split_head
from sightline.nets.table import NETWORKS
from sightline.nets.weights import SHOWN, apply_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch
    from torch import nn

TORCHVISION: Final = "torchvision:"
TIMM: Final = "timm:"


def resolve(network: str) -> str:
    """Return a network's full name: of the table, else `torchvision:NAME` or `timm:NAME`.

    Raises:
        InvalidInputError: No network bears this name.
    """
    plain = network.removeprefix(TORCHVISION).removeprefix(TIMM)
    if network in NETWORKS:
        return network
    if not network.startswith(TIMM) and plain in torchvision_names():
        return TORCHVISION + plain
    if not network.startswith(TORCHVISION) and plain in timm_names():
        return TIMM + plain
    known = {*NETWORKS, *torchvision_names(), *timm_names()}
    raise InvalidInputError(f"no network {network!r}", hint=did_you_mean(plain, known))


def features(
    network: str, state: Mapping[str, torch.Tensor], options: Mapping[str, Any] | None = None
) -> nn.Module:
    """Return the network without its classifier: (N, 3, S, S) to (N, D), in evaluation mode.

    Args:
        network: As `resolve` returns it.
        state: Its weights; those of a classifier, of any number of classes or none, are left out.
        options: Arguments of timm's constructor.

    Raises:
        InvalidInputError: The weights are another network's.
        MissingExtraError: timm or torchvision is not installed.
    """
    if network.startswith(TIMM):
        return _timm(network.removeprefix(TIMM), state, dict(options or {})).eval()
    if network.startswith(TORCHVISION):
        import torchvision.models

        net = torchvision.models.get_model(network.removeprefix(TORCHVISION), weights=None)
    else:
        net = build(network, 1000)
    apply_state(net, state, keep_head=False)
    body, _ = split_head(net)
    return body.eval()


def torchvision_names() -> frozenset[str]:
    """Return the names of torchvision's classifiers."""
    from sightline.nets import torchvision_shim

    if torchvision_shim.install() == "absent":
        return frozenset()
    import torchvision.models

    return frozenset(torchvision.models.list_models(module=torchvision.models))


def timm_names() -> frozenset[str]:
    """Return the names of timm's networks; none when it is not installed."""
    if find_spec("timm") is None:
        return frozenset()
    return frozenset(_import_timm().list_models())


def _import_timm() -> Any:
    from sightline.nets import torchvision_shim

    if find_spec("timm") is None:
        raise MissingExtraError("timm is not installed", hint="pip install 'sightline[models]'")
    torchvision_shim.install()
    import timm

    return timm


def _timm(name: str, state: Mapping[str, torch.Tensor], options: dict[str, Any]) -> nn.Module:
    try:
        net: nn.Module = _import_timm().create_model(
            name, pretrained=False, **(options | {"num_classes": 0})
        )
    except (RuntimeError, TypeError, ValueError) as error:
        raise InvalidInputError(
            f"timm does not make {name!r}: {str(error)[:200]}", hint="check the name in config.json"
        ) from error
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
