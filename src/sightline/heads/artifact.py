"""A head on disk: safetensors for the numbers, JSON for the rest. Nothing is ever unpickled.

The card also travels inside the safetensors file, which is what is read: one file, replaced as a
whole, so numbers and card always belong together. `head.json` is for people and other programs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.files import write_atomic, write_json
from sightline.heads.calibration import Calibration
from sightline.heads.head import Head
from sightline.heads.tag_calibration import TagCalibration

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WEIGHTS: Final = "head.safetensors"
CARD: Final = "head.json"
FORMAT: Final = 1
_KINDS: Final[dict[str, Callable[[dict[str, Any]], Calibration | TagCalibration]]] = {
    "single": Calibration.from_dict,
    "multi": TagCalibration.from_dict,
}


def save(folder: Path, head: Head, *, facts: dict[str, Any] | None = None) -> None:
    """Write a head, atomically, over an earlier one if there is one.

    Args:
        folder: Made when it is not there.
        head: What to write.
        facts: More for the card, such as the held-out figures; JSON.
    """
    from safetensors.numpy import save as to_bytes

    arrays = {
        "weights": np.ascontiguousarray(head.weights, dtype=np.float32),
        "bias": np.ascontiguousarray(head.bias, dtype=np.float32),
    }
    card = {
        "format": FORMAT,
        "encoder": head.encoder,
        "dim": head.dim,
        "class_ids": list(head.class_ids),
        "strength": head.strength,
        "task": head.task,
        "thresholds": list(head.thresholds),
        "calibration": head.calibration.to_dict(),
        "facts": facts or {},
    }
    text = json.dumps(card, ensure_ascii=False, allow_nan=False)
    write_atomic(folder / WEIGHTS, to_bytes(arrays, metadata={"card": text}))
    write_json(folder / CARD, card)


def load(folder: Path) -> tuple[Head, dict[str, Any]]:
    """Return a head and the facts that were saved with it.

    Raises:
        MissingWeightsError: There is none.
        InvalidInputError: The files do not belong together or are damaged.
    """
    if not (folder / WEIGHTS).is_file():
        raise MissingWeightsError(f"no head in {folder}", hint="train the head")
    text, arrays = _read(folder / WEIGHTS)
    try:
        card = json.loads(text)
        if card["format"] != FORMAT:
            raise ValueError(f"format {card['format']}")  # noqa: TRY301
        head = Head(
            weights=arrays["weights"],
            bias=arrays["bias"],
            class_ids=tuple(int(one) for one in card["class_ids"]),
            encoder=str(card["encoder"]),
            calibration=_KINDS[card.get("task", "single")](card["calibration"]),
            strength=float(card["strength"]),
            thresholds=tuple(float(one) for one in card.get("thresholds", ())),
        )
        if head.weights.shape != (int(card["dim"]), len(head.class_ids)) or head.bias.shape != (
            len(head.class_ids),
        ):
            raise ValueError(f"weights {head.weights.shape} do not fit the card")  # noqa: TRY301
        return head, dict(card["facts"])
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(
            f"the head in {folder} is damaged: {error}", hint="train the head again"
        ) from error


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return (file.metadata() or {}).get("card", ""), arrays
    except SafetensorError as error:
        raise InvalidInputError(
            f"{path} is damaged: {error}", hint="train the head again"
        ) from error
