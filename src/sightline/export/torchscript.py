"""A trained network as TorchScript: traced with what its ONNX graph holds around it."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.export.graph import serving_graph
from sightline.nets.onnx_session import first_line

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.cards import ModelCard

CARD_FILE: Final = "sightline.json"
"""Kept inside the archive: the card, for whoever opens the file elsewhere."""


def write_torchscript(net: Any, card: ModelCard, out: Path) -> None:
    """Trace a network in evaluation mode and write it.

    It takes uint8 (N, size, size, 3), N free, and gives probabilities, logits and embedding.

    Raises:
        InvalidInputError: torch cannot trace it.
    """
    import torch
    from torch.jit import TracerWarning  # type: ignore[attr-defined]

    side = card.preprocess.size
    example = torch.randint(0, 256, (2, side, side, 3), dtype=torch.uint8)
    trace: Any = torch.jit.trace
    save: Any = torch.jit.save
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore", DeprecationWarning)  # asked for by its users still
        warnings.simplefilter("ignore", TracerWarning)  # shapes are fixed on purpose
        try:
            traced = trace(serving_graph(net, card), example, check_trace=False)
            save(traced, str(out), _extra_files={CARD_FILE: json.dumps(card.to_dict())})
        except (RuntimeError, ValueError, TypeError) as error:
            raise InvalidInputError(
                f"{card.name} cannot be traced: {first_line(error)}", hint="export it as onnx"
            ) from error
