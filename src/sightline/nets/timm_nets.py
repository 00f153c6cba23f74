"""Networks from timm, with random weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sightline.core.errors import InvalidInputError, MissingExtraError
from sightline.core.packages import installed
from sightline.nets import torchvision_shim
from sightline.nets.parts import BUILT_PX, head_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch
    from torch import nn


def build(name: str, num_classes: int, dropout: float, px: int) -> nn.Module:
    """Return timm's network of this name; nothing is downloaded.

    Args:
        name: As timm has it, with or without the tag of its weights (`NAME.TAG`).
        num_classes: Outputs of the head.
        dropout: Share of the embedding that is dropped while training.
        px: Side of its pictures, pixels, for networks that are built for one side.

    Raises:
        MissingExtraError: timm is not installed.
        InvalidInputError: timm does not make it, or not for this side.
    """
    config = _config(name)
    options: dict[str, Any] = {"num_classes": num_classes, "drop_rate": dropout}
    other = px != int(config.input_size[-1])
    if other and config.fixed_input_size:
        options["img_size"] = px
    net: Any = _create(name, options)
    if other:
        _try(net, name, px)
    try:
        head_of(net)
    except InvalidInputError:
        net = _headed(_create(name, options | {"num_classes": 0}), num_classes)
    setattr(net, BUILT_PX, px)
    return cast("nn.Module", net)


def encoder(name: str, options: Mapping[str, Any]) -> nn.Module:
    """Return timm's network without its classifier.

    Args:
        name: As timm has it.
        options: Arguments of its constructor.

    Raises:
        MissingExtraError: timm is not installed.
        InvalidInputError: timm does not make it.
    """
    return _create(name, {**options, "num_classes": 0})


def normalisation(
    name: str,
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Return mean and standard deviation of the colours that the network's weights expect."""
    config = _config(name)
    mean, std = config.mean, config.std
    return (mean[0], mean[1], mean[2]), (std[0], std[1], std[2])


def _try(net: nn.Module, name: str, px: int) -> None:
    """See that the side was taken: some designs leave it out without a word."""
    import torch

    try:
        with torch.no_grad():
            net.eval()(torch.zeros(1, 3, px, px))
    except (AssertionError, RuntimeError, ValueError) as error:
        own = int(_config(name).input_size[-1])
        raise InvalidInputError(
            f"timm's {name} does not take pictures of {px} px", hint=f"set image_size to {own}"
        ) from error
    net.train()


def _headed(net: Any, num_classes: int) -> Any:
    """Give a network that ends otherwise (in two heads, in a convolution) a linear layer."""
    from torch import nn

    made: Any = type(net)

    class Headed(made):  # type: ignore[misc]
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            embedding: torch.Tensor = super().forward(x)
            logits: torch.Tensor = self.own_head(embedding.flatten(1))
            return logits

    net.__class__ = Headed
    net.own_head = nn.Linear(net.head_hidden_size, num_classes)
    return net


def _config(name: str) -> Any:
    found = _timm().get_pretrained_cfg(name)
    if found is None:  # a design without weights has timm's defaults
        found = _timm().models.PretrainedCfg()
    return found


def _create(name: str, options: dict[str, Any]) -> nn.Module:
    try:
        return cast("nn.Module", _timm().create_model(name, pretrained=False, **options))
    except (AssertionError, RuntimeError, TypeError, ValueError) as error:
        raise _refusal(name, error) from error


def _refusal(name: str, error: Exception) -> InvalidInputError:
    return InvalidInputError(
        f"timm does not make {name!r}: {str(error)[:200]}",
        hint="check the name and the side of its pictures (image_size)",
    )


def _timm() -> Any:
    if not installed("timm"):
        raise MissingExtraError("timm is not installed", hint="pip install 'sightline[models]'")
    torchvision_shim.install()
    import timm

    return timm
