"""A segmenter of the SAM family as two ONNX files: an encoder, and a decoder for every click.

The files have the form that others of the family have: `pixel_values` in; `image_embeddings` (and,
of networks with three maps, `high_res_feats_0` and `high_res_feats_1`) from the one to the other;
`point_coords`, `point_labels`, `mask_input` and `has_mask_input` beside them; `low_res_masks`
(1, 4, h, w) and `iou_predictions` (1, 4) out: first the mask for a prompt that leaves no doubt,
then three for a single click. Networks with three maps are given their empty point by the graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.export.pair_graphs import write_decoder, write_encoder
from sightline.export.pair_parity import SHAPES, Gate
from sightline.nets.onnx_session import open_session
from sightline.nets.sam_family import CLASSES
from sightline.nets.transformer_folder import load_network

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.cards import ModelCard
    from sightline.core.progress import Progress

ENCODER: Final = "encoder.onnx"
DECODER: Final = "decoder.onnx"
LARGEST: Final = 2_000_000_000
"""Bytes of weights that one ONNX file holds."""
STEPS: Final = 2 + len(SHAPES)


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
        CancelledError: Somebody asked it to stop; nothing was written.
    """
    _refuse(card, weights, folder)
    net = load_network(weights, card, CLASSES).eval().requires_grad_(False)
    folder.mkdir(parents=True, exist_ok=True)
    encoder, decoder = (folder / f".new-{name}" for name in (ENCODER, DECODER))
    try:
        progress.advance(0, STEPS, f"writing the encoder of {card.name}")
        write_encoder(net, card, encoder)
        progress.advance(1, STEPS, f"writing the decoder of {card.name}")
        write_decoder(net, card, decoder)
        gate = Gate(net, open_session(encoder), open_session(decoder), card.preprocess)
        for number, shape in enumerate(SHAPES):
            progress.advance(2 + number, STEPS, "comparing")
            gate.look(shape)
        gate.close(card.name)
        encoder, decoder = encoder.replace(folder / ENCODER), decoder.replace(folder / DECODER)
    finally:
        for one in folder.glob(".new-*.onnx"):
            one.unlink()
    progress.advance(STEPS, STEPS, "compared")
    progress.log(f"wrote {folder}: {gate.count} prompts differ by at most {gate.worst:.1e}")
    size = encoder.stat().st_size + decoder.stat().st_size
    return PairReport(encoder, decoder, gate.worst, size, gate.count)


def _refuse(card: ModelCard, weights: Path, folder: Path) -> None:
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
