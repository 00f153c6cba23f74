"""The two graphs of a pair, as modules that are traced, and how they are written."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any, Final, cast

from sightline.core.errors import MissingExtraError
from sightline.nets.sam_family import Asked, features_of, has_three, mask_side, masks_of
from sightline.store.onnx_file import METADATA_KEY, metadata_of_card

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sightline.core.cards import ModelCard

PROMPTS: Final = ("point_coords", "point_labels", "mask_input", "has_mask_input")
ANSWERS: Final = ("low_res_masks", "iou_predictions")
OPSET: Final = 17


def write_encoder(net: Any, card: ModelCard, file: Path) -> None:
    """Write what makes features of a picture; it says how pictures are prepared.

    Raises:
        MissingExtraError: onnx is not installed.
    """
    import torch

    side = card.preprocess.size
    pixels = torch.zeros(1, 3, side, side)
    with torch.no_grad():
        names = list(features_of(net, pixels))
    told = {METADATA_KEY: metadata_of_card(card)}
    _save(encoder_of(net), (pixels,), file, ["pixel_values"], names, told=told)


def write_decoder(net: Any, card: ModelCard, file: Path) -> None:
    """Write what makes masks of features and a prompt.

    Raises:
        MissingExtraError: onnx is not installed.
    """
    import torch

    side, low = card.preprocess.size, mask_side(net)
    with torch.no_grad():
        features = features_of(net, torch.zeros(1, 3, side, side))
    names = list(features)
    points, labels = torch.rand(1, 2, 2) * side, torch.tensor([[1.0, 0.0]])
    _save(
        decoder_of(net, names),
        (*features.values(), points, labels, torch.zeros(1, 1, low, low), torch.ones(1)),
        file,
        [*names, *PROMPTS],
        list(ANSWERS),
        several=PROMPTS[:2],
    )


def encoder_of(net: Any) -> Any:
    """Return a module: pixels (1, 3, side, side) in, features out."""
    from torch import nn

    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, pixels: Any) -> Any:
            return tuple(features_of(self.net, pixels).values())

    return Encoder()


def decoder_of(net: Any, names: Sequence[str]) -> Any:
    """Return a module: features of these names and PROMPTS in, ANSWERS out."""
    import torch
    from torch import nn

    class Decoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, *given: Any) -> Any:
            features = dict(zip(names, given, strict=False))
            points, labels, mask, has_mask = given[len(names) :]
            if has_three(self.net):
                points = torch.cat([points, torch.zeros_like(points[:, :1])], dim=1)
                labels = torch.cat([labels, -torch.ones_like(labels[:, :1])], dim=1)
            asked = Asked(points, labels, mask, has_mask)
            # both share all but the choice of masks: the runtime computes that once
            one = masks_of(self.net, features, asked, several=False)
            three = masks_of(self.net, features, asked, several=True)
            return torch.cat([one[0], three[0]], dim=1), torch.cat([one[1], three[1]], dim=1)

    return Decoder()


def _save(
    module: Any,
    given: tuple[Any, ...],
    file: Path,
    inputs: list[str],
    outputs: list[str],
    *,
    several: tuple[str, ...] = (),
    told: Mapping[str, str] | None = None,
) -> None:
    """Trace a module into a file.

    Of the inputs in `several` the second side may be any; `told` is what the file says of itself.
    """
    try:
        import onnx
        import torch
    except ImportError as error:
        raise MissingExtraError(
            "torch or onnx is missing", hint="pip install 'sightline[models,train]'"
        ) from error
    buffer = io.BytesIO()
    with warnings.catch_warnings():  # tracing warns about shapes that are fixed on purpose
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),  # else the network is left as a training would have it
            given,
            cast("Any", buffer),  # documented to take a file too
            input_names=inputs,
            output_names=outputs,
            dynamic_axes={name: {1: "n"} for name in several},
            opset_version=OPSET,
            dynamo=False,
            external_data=False,
        )
    model = onnx.load_from_string(buffer.getvalue())
    model.producer_name, model.producer_version = "sightline", ""
    for key, value in (told or {}).items():
        model.metadata_props.add(key=key, value=value)
    file.write_bytes(model.SerializeToString(deterministic=True))
