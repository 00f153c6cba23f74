"""The files that a model is pushed as, and the page that a hub shows of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.app.packages.contents import MODEL, check_packable, contents
from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.core.cards import ModelCard

README: Final = "README.md"
_TASKS: Final = {
    "classifier": "image-classification",
    "detector": "object-detection",
    "encoder": "image-feature-extraction",
    "segmenter": "mask-generation",
    "captioner": "image-to-text",
}
"""What a hub calls what a kind of model does."""
_LICENCES: Final = frozenset(
    {"mit", "apache-2.0", "bsd-3-clause", "bsd-2-clause", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0",
     "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "gpl-3.0", "agpl-3.0", "lgpl-3.0", "mpl-2.0", "unlicense"}
)  # fmt: skip
"""Those that hubs know by these words."""


def files_of(
    card: ModelCard, weights: Path, people: Mapping[str, Any], text: str
) -> dict[str, bytes | Path]:
    """Return what is pushed, by name, as bytes or as a path.

    A model that runs with ONNX Runtime alone goes with its sample code, as in a package; any other
    with its own files.

    Args:
        card: Of the model.
        weights: Its ONNX file, or its own file where it has none.
        people: Its card for people.
        text: The same in Markdown.
    """
    try:
        check_packable(card)
        found: dict[str, bytes | Path] = dict(contents(card, weights, people, text))
    except InvalidInputError:
        found = _own(card, weights, people)
    body = found.pop(README, b"")
    plain = body.decode() if isinstance(body, bytes) else ""
    front = _front(card)
    return {README: f"---\n{front}---\n\n{_usage(plain, card)}\n\n{text}".encode(), **found}


def _own(card: ModelCard, weights: Path, people: Mapping[str, Any]) -> dict[str, bytes | Path]:
    card_json = json.dumps(dict(people), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    found: dict[str, bytes | Path] = {
        MODEL if weights.suffix == ".onnx" else weights.name: weights,
        "model_card.json": card_json.encode(),
    }
    private = (card.report.get("calibration") or {}).get("file")  # says where pictures lie here
    found |= {name: weights.parent / name for name in card.files if name != private}
    if card.classes:
        found["classes.txt"] = "".join(f"{name}\n" for name in card.classes).encode()
    if card.decoder:
        found["decoder.json"] = (json.dumps(card.decoder, indent=2) + "\n").encode()
    return found


def _usage(plain: str, card: ModelCard) -> str:
    return plain.strip() or f"# {card.name}\n\nA {card.kind}, made or kept with Sightline."


def _front(card: ModelCard) -> str:
    """Return the metadata that a hub reads, as YAML; JSON strings are YAML, too."""
    licence = card.licence.strip().lower()
    lines = [f"license: {licence if licence in _LICENCES else 'other'}"]
    if card.licence and licence not in _LICENCES:
        lines.append(f"license_name: {json.dumps(card.licence[:100], ensure_ascii=False)}")
    lines += ["library_name: onnx"] if card.format in {"torch", "onnx"} else []
    lines += [f"pipeline_tag: {_TASKS[card.kind]}"] if card.kind in _TASKS else []
    lines += ["tags:", "- sightline", f"- {card.kind}"]
    lines += [f"- {card.precision}"] if card.precision != "float32" else []
    return "\n".join([*lines, *_results(card)]) + "\n"


def _results(card: ModelCard) -> list[str]:
    accuracy = card.metrics.get("accuracy")
    if card.kind != "classifier" or not isinstance(accuracy, int | float):
        return []
    name = json.dumps(card.name, ensure_ascii=False)
    data = json.dumps(card.project or "own pictures", ensure_ascii=False)
    split = json.dumps(str(card.metrics.get("accuracy_split", "")))
    return [
        "model-index:",
        f"- name: {name}",
        "  results:",
        "  - task:",
        "      type: image-classification",
        "    dataset:",
        f"      name: {data}",
        "      type: images",
        f"      split: {split}",
        "    metrics:",
        "    - type: accuracy",
        f"      value: {float(accuracy):.6f}",
    ]


def size_of(content: bytes | Path) -> int:
    """Return how many bytes a file has."""
    return content.stat().st_size if isinstance(content, Path) else len(content)
