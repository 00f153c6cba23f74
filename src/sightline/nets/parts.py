"""Where things are in a network: its head, its last feature map, its tokens."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    import torch
    from torch import nn

Layout = Literal["nchw", "nhwc", "tokens"]
OWN_HEAD: Final = "own_head"
"""Attribute of a timm network that got a linear layer in place of another kind of head."""

BUILT_PX: Final = "built_px"
"""Attribute of a timm network: the side of the pictures that it was built for."""


@dataclass(frozen=True, slots=True)
class Spot:
    """The last layer that still knows where in the picture something is."""

    layer: str
    """Dotted name; what it gives is laid out as `layout` says."""
    layout: Layout
    """nchw: (N, C, H, W); nhwc: (N, H, W, C); tokens: (N, prefix + H * W, C)."""
    pooled: bool
    """Whether the head is linear in the mean of this map over its places."""
    prefix: int = 0
    """Tokens before those of places: class and register tokens."""
    grid: tuple[int, int] = (0, 0)
    """Rows and columns of the tokens; (0, 0) in other layouts."""


# Where torchvision's networks have it, by class; whether their head follows from its mean.
_SPOTS: Final[dict[str, tuple[str, bool]]] = {
    "ResNet": ("layer4", True),
    "MobileNetV2": ("features", True),
    "MobileNetV3": ("features", False),
    "EfficientNet": ("features", True),
    "DenseNet": ("features", True),
    "ShuffleNetV2": ("conv5", True),
    "MNASNet": ("layers", True),
    "RegNet": ("trunk_output", True),
    "SqueezeNet": ("features", True),
    "ConvNeXt": ("features", False),
    "SwinTransformer": ("permute", True),
    "MaxVit": ("blocks.3", False),
}


def head_of(net: nn.Module) -> tuple[str, nn.Linear]:
    """Return the layer that gives the logits, dotted name and module: its input is the embedding.

    Raises:
        InvalidInputError: The network does not end in a linear layer.
    """
    from torch import nn

    found = [(name, one) for name, one in net.named_modules() if isinstance(one, nn.Linear)]
    named = getattr(net, "get_classifier", None)  # timm's, whose order of layers tells nothing
    if callable(named):
        head = getattr(net, OWN_HEAD, None) or named()
        found = [(name, one) for name, one in found if one is head]
    if not found:
        raise InvalidInputError(
            "the network does not end in a linear layer", hint="use one of the table"
        )
    return found[-1]


def put(net: nn.Module, name: str, module: nn.Module) -> None:
    """Replace the module of a dotted name, in place."""
    parent, _, key = name.rpartition(".")
    setattr(net.get_submodule(parent), key, module)


def spot_of(net: nn.Module) -> Spot:
    """Return the layer whose map explains an answer best: the last with places.

    Known for the networks of the table; of others it is found by showing them a picture.

    Raises:
        InvalidInputError: No layer has places.
    """
    kind = type(net).__name__
    if type(net).__module__.startswith("timm."):
        return _found(net)
    if kind == "VisionTransformer":
        return _vit(net)
    if kind in _SPOTS:
        return Spot(_SPOTS[kind][0], "nchw", _SPOTS[kind][1])
    if kind in {"VGG", "AlexNet"}:  # its last pooling would only blur the map
        layers = list(net.get_submodule("features").children())
        return Spot(f"features.{len(layers) - 2}", "nchw", False)
    if "relu6" in dict(net.named_children()):
        return Spot("relu6", "nchw", True)
    return _found(net)


def cam_layer(net: nn.Module) -> str:
    """Return the dotted name of the last spatial layer (of a transformer, see `tokens`)."""
    return spot_of(net).layer


def linear_head(net: nn.Module) -> bool:
    """Say whether the logits are linear in the mean over places of what `cam_layer` gives."""
    return spot_of(net).pooled


def tokens(net: nn.Module) -> tuple[int, tuple[int, int]] | None:
    """Return (tokens before those of places, (rows, columns)) of a plain transformer, else None."""
    spot = spot_of(net)
    return (spot.prefix, spot.grid) if spot.layout == "tokens" else None


def to_map(output: torch.Tensor, spot: Spot) -> torch.Tensor:
    """Return what a layer laid out like `spot` gives (or its gradient) as (N, C, H, W)."""
    if spot.layout == "nchw":
        return output
    if spot.layout == "nhwc":
        return output.permute(0, 3, 1, 2)
    places = output[:, spot.prefix :]  # (N, H * W, C)
    return places.reshape(len(places), *spot.grid, -1).permute(0, 3, 1, 2)


def _vit(net: Any) -> Spot:
    side = net.image_size // net.patch_size
    layer = f"encoder.layers.encoder_layer_{len(net.encoder.layers) - 1}.ln_1"
    return Spot(layer, "tokens", False, 1, (side, side))


@dataclass(frozen=True, slots=True)
class _Seen:
    name: str
    shape: tuple[int, ...]
    mean: Any
    """(C,) over places, for maps."""


def _found(net: Any) -> Spot:
    """Show the network noise and take the last layer with places, in the order of the work."""
    import torch

    px = _side(net)
    seen, given = _traced(net, torch.rand(1, 3, px, px, generator=torch.Generator().manual_seed(0)))
    shapes = {one.name: one.shape for one in seen}
    for one in reversed(seen):
        spot = _as_spot(net, one, given, shapes)
        if spot is not None:
            return spot
    raise InvalidInputError(
        f"no layer of {type(net).__name__} has places", hint="name one: --layer NAME"
    )


def _side(net: Any) -> int:
    return int(getattr(net, BUILT_PX, 224))


def _traced(net: Any, picture: torch.Tensor) -> tuple[list[_Seen], torch.Tensor]:
    import torch

    seen: list[_Seen] = []
    given: list[torch.Tensor] = []

    def note(name: str) -> Any:
        def hook(_module: Any, _inputs: Any, output: Any) -> None:
            if isinstance(output, torch.Tensor) and output.ndim in {3, 4}:
                seen.append(_Seen(name, tuple(output.shape), _means(output)))

        return hook

    hooks = [one.register_forward_hook(note(name)) for name, one in net.named_modules() if name]
    _, head = head_of(net)
    hooks.append(head.register_forward_pre_hook(lambda _module, args: given.append(args[0])))
    training = net.training
    try:
        with torch.no_grad():
            net.eval()(picture.to(next(net.parameters()).device))
    finally:
        net.train(training)
        for one in hooks:
            one.remove()
    return seen, given[0][0]


def _means(output: torch.Tensor) -> torch.Tensor | None:
    """Return (C,) means over places of a map whose sides are equal."""
    if output.ndim != 4:  # noqa: PLR2004
        return None
    axes = (1, 2) if output.shape[1] == output.shape[2] else (2, 3)
    return output.mean(axes)[0]


def _as_spot(
    net: Any, one: _Seen, given: torch.Tensor, shapes: dict[str, tuple[int, ...]]
) -> Spot | None:
    import torch

    if len(one.shape) == 4:  # noqa: PLR2004
        _, a, b, c = one.shape
        if (a == b and a <= 1) or (a != b and (b != c or b <= 1)):
            return None
        pooled = one.mean.shape == given.shape and torch.allclose(one.mean, given, atol=1e-4)
        return Spot(one.name, "nhwc" if a == b else "nchw", bool(pooled))
    prefix = int(getattr(net, "num_prefix_tokens", 0))
    side = math.isqrt(max(0, one.shape[1] - prefix))
    if side <= 1 or side * side + prefix != one.shape[1]:
        return None
    last = f"blocks.{len(getattr(net, 'blocks', ())) - 1}.norm1"
    known = last if shapes.get(last) == one.shape else one.name
    return Spot(known, "tokens", False, prefix, (side, side))
