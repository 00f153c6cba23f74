"""What lies in a package: the model, what it is, and code that runs it."""

from __future__ import annotations

import json
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.store.onnx_file import layout_of, read_onnx

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.core.cards import ModelCard

MODEL: Final = "model.onnx"
CARD: Final = "model_card.json"
REQUIREMENTS: Final = "numpy>=1.26\nonnxruntime>=1.20\nPillow>=10.1\n"
_PLAIN_PARTS: Final = 2
"""A class may well be called `/` or `/x`."""
_NO_LICENCE: Final = (
    "No licence is noted on this model's card. Ask whoever gave you the package what you may do "
    "with it.\n"
)
_README: Final = """# {name}

{what}. Nothing of the program that made this package is needed.

    pip install -r requirements.txt
    python predict.py photo.jpg --top 3

| file | what it is |
|---|---|
| `model.onnx` | the model; input `{input}`, {dtype}, {shape} |
| `predict.py` | sample code: from a file to an answer, with numpy, Pillow and onnxruntime |
| `preprocessing.json` | how a picture becomes the model's input, and how its outputs are read |
| `classes.txt` | names in the order of the outputs, one for each line |
| `model_card.md`, `model_card.json` | data, figures with intervals, limits |
| `LICENCE.txt` | what may be done with it |
| `manifest.json`, `SHA256SUMS` | the hash of each file: `sha256sum -c SHA256SUMS` |
"""


def check_packable(card: ModelCard) -> None:
    """Refuse what sample code with ONNX Runtime cannot run.

    Raises:
        InvalidInputError: It is another format, or another kind of model.
    """
    if card.format in {"torchscript", "openvino"}:
        what = f"package {card.origin}" if card.origin else "package the model it was made from"
        raise InvalidInputError(
            f"{card.name} lies as {card.format}, which ONNX Runtime does not run",
            hint=f"{what}, or its int8 form",
        )
    known = {"classifier", "encoder"}
    if card.kind not in known or (card.kind == "encoder" and card.format == "transformers"):
        raise InvalidInputError(
            f"{card.name} is a {card.kind} in {card.format}: there is no sample code for it",
            hint="classifiers are packed, and encoders that are ONNX or were trained here",
        )
    if card.preprocess.resize == "keep":
        raise InvalidInputError(
            f"{card.name} takes pictures of any size", hint="only those with a square input"
        )


def abroad(people: Mapping[str, Any]) -> dict[str, Any]:
    """Return a card for people as others may have it: it tells no folders and names no picture."""
    found: dict[str, Any] = _without_places(people)
    found["model"].get("report", {}).get("parity", {}).pop("worst", None)
    return found


def _without_places(told: Any) -> Any:
    """Return JSON in which the last name alone is left of each path."""
    if isinstance(told, str):
        path = PureWindowsPath(told)  # which knows both kinds of slashes
        is_place = path.root and len(path.parts) > _PLAIN_PARTS
        return path.name if is_place else told
    if isinstance(told, dict):
        return {key: _without_places(one) for key, one in told.items()}
    return [_without_places(one) for one in told] if isinstance(told, list | tuple) else told


def contents(card: ModelCard, file: Path, people: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Return the files of a package by name, as bytes or as a path.

    Args:
        card: Of the model.
        file: Its ONNX file.
        people: Its card for people, as JSON.
        text: The same in Markdown.
    """
    entry = _entry(card, file)
    about = {
        "input": entry,
        "outputs": _outputs(card),
        "preprocess": card.preprocess.to_dict(),
        "task": card.task,
        "temperature": card.temperature,
        "thresholds": list(card.limits),
    }
    what = f"An encoder with vectors of {card.dim or 'D'}"
    if card.kind == "classifier":
        what = f"A classifier of {len(card.classes)} {'tags' if card.limits else 'classes'}"
    readme = _README.format(
        name=card.name,
        what=what,
        input=entry["name"],
        dtype=entry["dtype"],
        shape=" x ".join(str(one) for one in entry["shape"]),
    )
    licence = f"The weights of this model: {card.licence}\n" if card.licence else _NO_LICENCE
    texts = {
        "README.md": readme,
        "LICENCE.txt": licence,
        "classes.txt": "".join(f"{one}\n" for one in card.classes),
        "model_card.md": text,
        "predict.py": Path(__file__).with_name("sample.py").read_text("utf-8"),
        "requirements.txt": REQUIREMENTS,
        CARD: _json(dict(people)),
        "preprocessing.json": _json(about),
    }
    return {MODEL: file} | {name: one.encode() for name, one in texts.items()}


def _entry(card: ModelCard, file: Path) -> dict[str, Any]:
    port = next(iter(read_onnx(file).inputs))
    layout = layout_of(port.shape)
    if layout is None:
        raise InvalidInputError(f"{card.name} takes no RGB pictures", hint="add it again")
    return {
        "name": port.name,
        "dtype": port.element,
        "layout": layout,
        "shape": [one if isinstance(one, int) else str(one or "N") for one in port.shape],
    }


def _outputs(card: ModelCard) -> dict[str, str]:
    answers = ("probabilities", "logits")
    roles = answers if card.kind == "classifier" else ("embedding",)
    return {role: card.outputs[role] for role in roles if role in card.outputs}


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
