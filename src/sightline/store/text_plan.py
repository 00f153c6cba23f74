"""How pictures are prepared for detectors of what words name, from what lies in their folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.core.preprocess import IMAGENET_MEAN, IMAGENET_STD, Preprocess
from sightline.store.preprocess_text import parse_preprocess

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sightline.core.cards import ModelKind
    from sightline.core.preprocess import Resize
    from sightline.store.model_plan import ImportOptions

_HALF: Final = (0.5, 0.5, 0.5)
_CLIP: Final = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
_IMAGENET: Final = (IMAGENET_MEAN, IMAGENET_STD)
_USUAL: Final[dict[str, tuple[int, Resize, tuple[tuple[float, ...], tuple[float, ...]]]]] = {
    "owlv2": (768, "letterbox", _CLIP),
    "owlvit": (768, "stretch", _CLIP),
    "grounding-dino": (800, "keep", _IMAGENET),
    "mm-grounding-dino": (800, "keep", _IMAGENET),
    "sam3": (1008, "stretch", (_HALF, _HALF)),
}
"""What each was published with: side, how a picture becomes an input, mean and deviation."""
LONGEST_PX: Final = 1333
TEXT_KINDS: Final[dict[str, ModelKind]] = dict.fromkeys(_USUAL, "detector")


def text_preprocess(
    kind: str, config: Mapping[str, Any], said: Mapping[str, Any], options: ImportOptions
) -> Preprocess:
    """Return how a picture becomes the network's input.

    Args:
        kind: One of TEXT_KINDS.
        config: config.json.
        said: preprocessor_config.json; empty where there is none.
        options: What the person says goes first.

    Raises:
        InvalidInputError: The preprocessing gives another side than the network takes.
    """
    inner = said.get("image_processor")
    data = inner if isinstance(inner, dict) else said
    usual, resize, (mean, std) = _USUAL[kind]
    asked = _asked(config)
    rule: dict[str, Any] = {"size": asked or usual, "resize": resize}
    if resize == "keep":
        rule |= _sides(data, usual)
    if options.preprocess is not None:
        if resize == "keep":
            raise InvalidInputError(
                "this network takes pictures of any shape: --preprocess cannot say how",
                hint="leave --preprocess out; preprocessor_config.json in the folder says it",
            )
        found = parse_preprocess(options.preprocess, size=asked)
        if asked is not None and found.size != asked:
            raise InvalidInputError(
                f"the network takes {asked} px, the preprocessing gives {found.size}",
                hint=f"say --preprocess with size {asked}",
            )
        return found
    return Preprocess.from_dict(
        rule | {"mean": data.get("image_mean") or mean, "std": data.get("image_std") or std}
    )


def need_words(folder: Path, *, words: bool) -> None:
    """Refuse a folder without a tokenizer.

    Raises:
        InvalidInputError: A network that is asked by words cannot read any.
    """
    if not words:
        raise InvalidInputError(
            f"{folder.name} holds no tokenizer, so it cannot be asked by words",
            hint="copy tokenizer.json and tokenizer_config.json of the model into its folder",
        )


def _asked(config: Mapping[str, Any]) -> int | None:
    """Return the side of the square that the network was made for."""
    vision = config.get("vision_config")
    if not isinstance(vision, dict):
        return None
    backbone = vision.get("backbone_config")
    side = (backbone if isinstance(backbone, dict) else vision).get("image_size")
    return side if isinstance(side, int) else None


def _sides(data: Mapping[str, Any], usual: int) -> dict[str, int]:
    """Return size and resize_px of a rule that keeps the shape."""
    size = data.get("size")
    asked = size if isinstance(size, dict) else {}
    short = asked.get("shortest_edge") or (size if isinstance(size, int) else usual)
    long = asked.get("longest_edge") or data.get("max_size") or LONGEST_PX
    return {"size": int(short), "resize_px": max(int(short), int(long))}
