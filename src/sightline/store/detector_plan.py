"""What a detector's ONNX file would become in the store: checked and decided, nothing written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.core.decoders import parse_decoder
from sightline.core.errors import InvalidInputError
from sightline.store.onnx_trial import picture_input, trial
from sightline.store.preprocess_text import parse_preprocess

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.store.model_plan import CardFields
    from sightline.store.onnx_file import OnnxInfo

DEFAULT_SIZE_PX = 640
"""Side of the input where the graph takes any."""


def plan_detector(
    file: Path, info: OnnxInfo, decoder: str, classes: tuple[str, ...], preprocess: str | None
) -> CardFields:
    """Return the card's fields.

    Raises:
        InvalidInputError: The decoder is unknown, classes are missing, or the graph does not run.
    """
    rule, usual = parse_decoder(decoder)
    if not classes:
        raise InvalidInputError(
            "a detector needs its classes", hint="say --classes FILE, a name per line, in order"
        )
    port, side = picture_input(file, info)
    chosen = parse_preprocess(preprocess or usual, size=side or DEFAULT_SIZE_PX)
    if side is not None and side != chosen.size:
        raise InvalidInputError(
            f"the graph takes {side} px, the preprocessing gives {chosen.size}",
            hint=f"use size={side}",
        )
    trial(file, info, port, chosen.size)
    return {
        "kind": "detector",
        "format": "onnx",
        "preprocess": chosen,
        "classes": classes,
        "decoder": rule.to_dict(),
        "source": file.name,
    }
