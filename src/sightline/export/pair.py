"""A segmenter of the SAM family as two ONNX files: an encoder, and a decoder for every click.

The files have the form that others of the family have: `pixel_values` in; `image_embeddings` (and,
of networks with three maps, `high_res_feats_0` and `high_res_feats_1`) from the one to the other;
`point_coords`, `point_labels`, `mask_input` and `has_mask_input` beside them; `low_res_masks`
(1, 4, h, w) and `iou_predictions` (1, 4) out: first the mask for a prompt that leaves no doubt,
then three for a single click. Networks with three maps are given their empty point by the graph.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from sightline.core.errors import InvalidInputError, MissingExtraError, ParityError
from sightline.export.probes import drawn_scene
from sightline.imaging.frame import frame_of, square_of
from sightline.nets.onnx_session import open_session
from sightline.nets.sam_family import (
    CLASSES,
    Asked,
    features_of,
    has_three,
    mask_side,
    masks_of,
)
from sightline.nets.transformer_folder import load_network
from sightline.store.onnx_file import METADATA_KEY, metadata_of_card

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from sightline.core.arrays import F32
    from sightline.core.cards import ModelCard
    from sightline.core.progress import Progress

ENCODER: Final = "encoder.onnx"
DECODER: Final = "decoder.onnx"
TOLERANCE: Final = 1e-4
"""Largest difference of the probability of any pixel, and of any guess of the IoU."""
LARGEST: Final = 2_000_000_000
"""Bytes of weights that one ONNX file holds."""
OPSET: Final = 17
_PROMPTS: Final = ("point_coords", "point_labels", "mask_input", "has_mask_input")
_ANSWERS: Final = ("low_res_masks", "iou_predictions")
_SHAPES: Final = ((1.0, 0.6), (0.7, 1.3), (2.1, 2.1))
"""Height and width of the pictures that are compared on, in sides of the square."""
_PLACES: Final = (((0.3, 0.4), 1), ((0.8, 0.7), 0), ((0.2, 0.1), 2), ((0.9, 0.6), 3))
"""Points of the prompts that are compared on, in sides of the square, and their labels."""
STEPS: Final = 2 + len(_SHAPES)
_ASKED: Final = ((0,), (0, 1), (2, 3), (0, 2, 3))


@dataclass(frozen=True, slots=True)
class PairReport:
    """What was written and how far it differs from its source."""

    encoder: Path
    decoder: Path
    parity_max_abs: float
    bytes: int
    probes: int
    """Prompts that were compared."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "path": str(self.encoder.parent),
            "parity_max_abs": self.parity_max_abs,
            "bytes": self.bytes,
            "probes": self.probes,
        }


def export_pair(card: ModelCard, weights: Path, folder: Path, progress: Progress) -> PairReport:
    """Write encoder.onnx and decoder.onnx of a segmenter into a folder once they answer alike.

    Args:
        card: A segmenter of format transformers.
        weights: Its model.safetensors, with config.json beside it.
        folder: What bears these names there is replaced, or nothing is.
        progress: Told what is being done.

    Raises:
        ParityError: The files answer differently; they are gone again.
        InvalidInputError: It is no such segmenter, or too large for a file, or does not load.
        MissingWeightsError: The weights are gone.
        MissingExtraError: torch, transformers or onnx is not installed.
    """
    if card.kind != "segmenter" or card.format != "transformers":
        raise InvalidInputError(
            f"{card.name} is a {card.kind} in {card.format}",
            hint="segmenters from a folder of transformers are exported; ONNX is used as it is",
        )
    if weights.is_file() and weights.stat().st_size > LARGEST:
        raise InvalidInputError(
            f"the weights of {card.name} are over 2 GB, more than one ONNX file holds",
            hint="use the model as it is, or a smaller one of its family",
        )
    if folder.exists() and not folder.is_dir():
        raise InvalidInputError(
            f"{folder} is no folder", hint="two files are written: name a folder"
        )
    net = load_network(weights, card, CLASSES).eval().requires_grad_(False)
    folder.mkdir(parents=True, exist_ok=True)
    fresh = [folder / f".new-{name}" for name in (ENCODER, DECODER)]
    try:
        _write(net, card, fresh, progress)
        worst, count = _compared(net, card, fresh, progress)
        if not worst <= TOLERANCE:
            raise ParityError(
                f"the export of {card.name} differs from it by {worst:.1e}",
                hint=f"at most {TOLERANCE:.0e} is allowed; use the model as it is",
            )
        encoder, decoder = (one.replace(folder / one.name[5:]) for one in fresh)
    finally:
        for one in fresh:
            one.unlink(missing_ok=True)
    size = encoder.stat().st_size + decoder.stat().st_size
    progress.log(f"wrote {folder}: {count} prompts differ by at most {worst:.1e}")
    return PairReport(encoder, decoder, worst, size, count)


def _write(net: Any, card: ModelCard, files: Sequence[Path], progress: Progress) -> None:
    import torch

    side = card.preprocess.size
    pixels = torch.zeros(1, 3, side, side)
    with torch.no_grad():
        features = features_of(net, pixels)
    names = list(features)
    progress.advance(0, STEPS, f"writing the encoder of {card.name}")
    told = {METADATA_KEY: metadata_of_card(card)}
    _save(_encoder(net), (pixels,), files[0], ["pixel_values"], names, told=told)
    mask = torch.zeros(1, 1, mask_side(net), mask_side(net))
    prompt = (torch.rand(1, 2, 2) * side, torch.tensor([[1.0, 0.0]]), mask, torch.ones(1))
    progress.advance(1, STEPS, f"writing the decoder of {card.name}")
    _save(
        _decoder(net, names),
        (*features.values(), *prompt),
        files[1],
        [*names, *_PROMPTS],
        list(_ANSWERS),
        several=("point_coords", "point_labels"),
    )


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

    Of the inputs in `several` the second side may be any; `told` is what the file says of itself:
    how pictures are prepared.
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
            module.eval(),
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


def _encoder(net: Any) -> Any:
    from torch import nn

    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, pixels: Any) -> Any:
            return tuple(features_of(self.net, pixels).values())

    return Encoder()


def _decoder(net: Any, names: Sequence[str]) -> Any:
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


def _compared(
    net: Any, card: ModelCard, files: Sequence[Path], progress: Progress
) -> tuple[float, int]:
    """Return the largest difference between a network and its files, and of how many prompts."""
    import torch

    encoder, decoder = (open_session(one) for one in files)
    names = [port.name for port in encoder.get_outputs()]
    asked = {port.name for port in decoder.get_inputs()}
    own = _decoder(net, names).eval()
    rule, worst, count = card.preprocess, 0.0, 0
    for number, (high, wide) in enumerate(_SHAPES):
        progress.advance(2 + number, STEPS, "comparing")
        picture = drawn_scene(round(high * rule.size), round(wide * rule.size))
        height, width = picture.shape[:2]
        square = square_of(picture, frame_of(width, height, rule), rule)
        maps = dict(zip(names, encoder.run(None, {"pixel_values": square}), strict=True))
        with torch.no_grad():
            features = features_of(net, torch.from_numpy(square))
        earlier, has_earlier = np.zeros((1, 1, *[mask_side(net)] * 2), np.float32), 0.0
        for points in _ASKED:
            prompt = _prompt(points, rule.size, earlier, has_earlier)
            feed = {name: array for name, array in (maps | prompt).items() if name in asked}
            found = decoder.run(list(_ANSWERS), feed)
            with torch.no_grad():
                given = [torch.from_numpy(prompt[name]) for name in _PROMPTS]
                wanted = [one.numpy() for one in own(*features.values(), *given)]
            worst = max(worst, _difference(wanted, found))
            earlier, has_earlier, count = found[0][:, :1], 1.0, count + 1
    progress.advance(STEPS, STEPS, "compared")
    return worst, count


def _prompt(
    chosen: Sequence[int], side: int, earlier: F32, has_earlier: float
) -> dict[str, NDArray[Any]]:
    points = [[x * side, y * side] for (x, y), _ in (_PLACES[at] for at in chosen)]
    labels = [label for _, label in (_PLACES[at] for at in chosen)]
    return {
        "point_coords": np.array([points], np.float32),
        "point_labels": np.array([labels], np.float32),
        "mask_input": earlier,
        "has_mask_input": np.array([has_earlier], np.float32),
    }


def _difference(wanted: Sequence[F32], found: Sequence[F32]) -> float:
    """Return the largest difference of a pixel's probability or a guess; inf for no number."""
    masks = [1 / (1 + np.exp(-one[0].astype(np.float64).clip(-60, 60))) for one in (wanted, found)]
    apart = max(np.abs(masks[0] - masks[1]).max(), np.abs(wanted[1] - found[1]).max())
    return float(apart) if np.isfinite(apart) else float("inf")
