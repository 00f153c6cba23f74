"""What an ONNX encoder and decoder would become in the store: checked and decided, not written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sightline.core.errors import InvalidInputError
from sightline.store.onnx_file import card_of_metadata, layout_of, read_onnx
from sightline.store.preprocess_text import parse_preprocess

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.store.model_plan import CardFields, ImportOptions
    from sightline.store.onnx_file import OnnxInfo, Port

DEFAULT_SIZE_PX: Final = 1024
SAM3_SIZE_PX: Final = 1008
POINTS: Final = frozenset({"point_coords", "input_points"})
STRETCHED: Final = "high_res"
"""Encoders that give features of high resolution, as SAM 2 does, take a stretched picture."""
THREE: Final = 3
"""So do those that give three maps, whatever they are called."""
PLAIN: Final = ("vision_encoder.onnx", "prompt_encoder_mask_decoder.onnx")
"""Of an export with many precisions these two are taken."""
_MAP_RANK: Final = 4
_RAW_RANK: Final = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """Two files that are one segmenter, and what its card says."""

    encoder: Path
    decoder: Path
    fields: CardFields


def plan_pair(folder: Path, options: ImportOptions) -> Pair | None:
    """Decide what a folder of two ONNX files becomes; None when it holds no such pair.

    Raises:
        InvalidInputError: It holds a decoder, but not one encoder that fits.
    """
    plain = [folder / one for one in PLAIN]
    there = plain if all(one.is_file() for one in plain) else sorted(folder.glob("*.onnx"))
    files = {one: read_onnx(one) for one in there}
    decoders = [one for one, info in files.items() if _asks_for_points(info)]
    if not decoders:
        return None
    encoders = [one for one in files if one not in decoders]
    if len(encoders) != 1 or len(decoders) != 1:
        raise InvalidInputError(
            f"{folder} holds {len(encoders)} encoders and {len(decoders)} decoders",
            hint="put one encoder and its decoder into a folder of their own",
        )
    encoder, info = encoders[0], files[encoders[0]]
    if any(one.external for one in files.values()):
        raise InvalidInputError(
            f"the models in {folder} keep weights in other files",
            hint="save each as one file: onnx.save(onnx.load(path), path)",
        )
    side = _side(encoder, info)
    size = side or DEFAULT_SIZE_PX
    carried = card_of_metadata(info.metadata)
    if options.preprocess is None and carried is not None:
        chosen = carried.preprocess
    else:
        chosen = parse_preprocess(options.preprocess or _usual(info, size), size=size)
    if side is not None and chosen.size != side:
        raise InvalidInputError(
            f"the encoder takes {side} px, the preprocessing gives {chosen.size}",
            hint=f"use size={side}",
        )
    fields: CardFields = {
        "name": options.name,
        "kind": "segmenter",
        "format": "onnx",
        "preprocess": chosen,
        "network": "" if carried is None else carried.network,
        "licence": options.licence or ("" if carried is None else carried.licence),
        "source": options.source or folder.name,
    }
    return Pair(encoder, decoders[0], fields)


def _asks_for_points(info: OnnxInfo) -> bool:
    return any(port.name in POINTS for port in info.inputs)


def _usual(info: OnnxInfo, size: int) -> str:
    """Return how pictures are prepared for an encoder that does not say it."""
    maps = [one for one in info.outputs if len(one.shape) == _MAP_RANK]
    if len(maps) < THREE and not any(STRETCHED in one.name for one in info.outputs):
        return f"imagenet-{size}-letterbox"
    return f"{'half' if size == SAM3_SIZE_PX else 'imagenet'}-{size}-stretch"


def _side(encoder: Path, info: OnnxInfo) -> int | None:
    """Return the side of the encoder's square, pixels; None where it takes any."""
    port = info.inputs[0] if len(info.inputs) == 1 else None
    if port is None or not _takes_picture(port):
        shown = "; ".join(one.describe() for one in info.inputs) or "none"
        raise InvalidInputError(
            f"{encoder.name} needs one input of a picture, it has: {shown}",
            hint="an input such as float32 [1, 3, 1024, 1024] or [height, width, 3] will do",
        )
    sides = [side for side in port.shape[2:] if isinstance(side, int) and side > 0]
    return sides[0] if len(port.shape) > _RAW_RANK and sides else None


def _takes_picture(port: Port) -> bool:
    if len(port.shape) == _RAW_RANK:
        return port.shape[2] == 3  # noqa: PLR2004
    return layout_of(port.shape) == "nchw"
