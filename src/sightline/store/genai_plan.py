"""Folders of OpenVINO GenAI and onnxruntime-genai: captioners in a form that is run as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sightline.core.errors import InvalidInputError
from sightline.core.files import read_json
from sightline.core.preprocess import Preprocess

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.store.model_plan import CardFields, ImportOptions

OPENVINO: Final = "openvino_language_model.xml"
ONNX: Final = "genai_config.json"
NETWORKS: Final = {OPENVINO: "openvino-genai", ONNX: "onnxruntime-genai"}
"""The file by which a folder is known, and what runs it."""
_TAKEN: Final = (
    ".xml", ".bin", ".json", ".jinja", ".onnx", ".data", ".txt", ".model", ".tiktoken",
)  # fmt: skip
"""Files that such folders hold; nothing that can be run is among them."""
_CODE: Final = "library"
"""A key of genai_config.json with this in its name loads a program."""
_SEES: Final = 448
"""Side, pixels, that a card tells; the model's own processor decides."""


class GenaiPlan(NamedTuple):
    """What such a folder becomes."""

    weights: Path
    fields: CardFields
    extras: dict[str, Path]


def plan_genai(folder: Path, options: ImportOptions) -> GenaiPlan | None:
    """Decide what a folder becomes; None: it is another kind of folder.

    Raises:
        InvalidInputError: It would run a program, or cannot see pictures.
    """
    known = next((one for one in NETWORKS if (folder / one).is_file()), None)
    if known is None:
        return None
    _check(folder, known)
    files = [one for one in folder.iterdir() if one.is_file() and one.suffix in _TAKEN]
    fields: CardFields = {
        "name": options.name,
        "kind": "captioner",
        "format": "genai",
        "preprocess": Preprocess(size=_SEES, resize="keep", resize_px=3 * _SEES),
        "network": NETWORKS[known],
        "licence": options.licence,
        "source": options.source or folder.name,
        "text": True,
    }
    extras = {one.name: one for one in files if one.name != known}
    return GenaiPlan(folder / known, fields, extras)


def _check(folder: Path, known: str) -> None:
    if known == OPENVINO:
        sees = (folder / "openvino_vision_embeddings_model.xml").is_file()
    else:
        config = read_json(folder / known)
        model = config.get("model") if isinstance(config, dict) else None
        sees = isinstance(model, dict) and "vision" in model
        loads = _named(config, _CODE)
        if loads:
            raise InvalidInputError(
                f"{folder / known} loads a program: {loads}",
                hint="take a model that needs no library of its own",
            )
    if not sees:
        raise InvalidInputError(
            f"{folder.name} writes, but does not see pictures",
            hint="take a model for pictures and text, as Qwen2.5-VL or Phi-3.5-vision",
        )


def _named(found: Any, part: str) -> str:
    """Return a key with a part of its name, wherever it is; empty where there is none."""
    if isinstance(found, list):
        return next((hit for one in found if (hit := _named(one, part))), "")
    if not isinstance(found, dict):
        return ""
    for key, value in found.items():
        hit = key if part in key.lower() and value else _named(value, part)
        if hit:
            return str(hit)
    return ""
