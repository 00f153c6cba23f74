"""A folder of transformers as a model: what kind it is, what of it is taken, how it is used."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.files import read_json
from sightline.core.preprocess import IMAGENET_MEAN, IMAGENET_STD, Preprocess
from sightline.store.caption_plan import CAPTION_FILES, CAPTION_KINDS, caption_preprocess
from sightline.store.preprocess_text import parse_preprocess
from sightline.store.sam_plan import SAM_KINDS, sam_preprocess
from sightline.store.text_plan import TEXT_KINDS, need_words, text_preprocess

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.core.cards import ModelKind
    from sightline.store.model_plan import CardFields, ImportOptions

CONFIG: Final = "config.json"
SHARDS: Final = "model.safetensors.index.json"
"""Where the weights are in several files, which of them holds what."""
SAFE: Final = ".safetensors"
KINDS: Final[dict[str, ModelKind]] = {
    "clip": "encoder",
    "siglip": "encoder",
    "siglip2": "encoder",
    "dinov2": "encoder",
    "dinov2_with_registers": "encoder",
    "dinov3_vit": "encoder",
    "dinov3_convnext": "encoder",
    **SAM_KINDS,
    **TEXT_KINDS,
    **CAPTION_KINDS,
}
"""Each `model_type` that can be run, and what it is."""
WITH_TEXT: Final = frozenset({"clip", "siglip", "siglip2"})
"""Encoders of words, too."""
_WORDS: Final = frozenset({*WITH_TEXT, *TEXT_KINDS, *CAPTION_KINDS, "sam3_video"})
TOKENIZER: Final = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "spiece.model",
    "tokenizer.model",
)
PREPARING: Final = ("preprocessor_config.json", "processor_config.json")
_TOKENIZERS: Final = (
    {"tokenizer.json"},
    {"vocab.json", "merges.txt"},
    {"vocab.txt"},
    {"spiece.model"},
)
"""Each of these sets of files is enough."""
_BICUBIC: Final = 3
_BILINEAR: Final = 2


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """What a folder becomes in the store."""

    weights: Path
    fields: CardFields
    extras: dict[str, Path] = field(default_factory=dict)
    """Further files, by the name that they get."""


def plan_transformers(
    folder: Path, weights: Path, config: dict[str, Any], options: ImportOptions
) -> FolderPlan:
    """Decide what a folder with config.json and weights becomes.

    Raises:
        InvalidInputError: Its kind is unknown, or its files do not fit each other.
    """
    kind = str(config["model_type"])
    if kind not in KINDS:
        raise InvalidInputError(
            f"{folder.name} is a {kind!r}, which is not known here",
            hint=f"known: {', '.join(KINDS)}; any other can be exported to ONNX and added",
        )
    extras = {name: folder / name for name in (CONFIG, *PREPARING) if (folder / name).is_file()}
    present = {name for name in TOKENIZER if (folder / name).is_file()}
    text = kind in _WORDS and any(one <= present for one in _TOKENIZERS)
    if text:
        extras |= {name: folder / name for name in sorted(present)}
    if kind in {*TEXT_KINDS, *CAPTION_KINDS}:
        need_words(folder, words=text)
    if kind in CAPTION_KINDS:
        extras |= {one: folder / one for one in CAPTION_FILES if (folder / one).is_file()}
    fields: CardFields = {
        "name": options.name,
        "kind": KINDS[kind],
        "format": "transformers",
        "preprocess": _rule(folder, kind, config, options),
        "network": kind,
        "outputs": {"embedding": "embedding"} if KINDS[kind] == "encoder" else {},
        "licence": options.licence,
        "source": options.source or folder.name,
        "text": text,
    }
    return FolderPlan(weights, fields, extras | _shards(weights))


def shard_names(index: Path) -> list[str]:
    """Return the files of weights that an index names.

    Raises:
        InvalidInputError: It is no index, or names files elsewhere.
    """
    named = read_object(index).get("weight_map")
    names = sorted({str(one) for one in named.values()}) if isinstance(named, dict) else []
    if not names or any(Path(one).name != one or not one.endswith(SAFE) for one in names):
        raise InvalidInputError(
            f"{index} does not name files of weights", hint="copy the model's folder again"
        )
    return names


def _shards(weights: Path) -> dict[str, Path]:
    """Return the files that an index of weights names; none where all are in one.

    Raises:
        InvalidInputError: The index is none, or names files elsewhere.
        MissingWeightsError: One is not there.
    """
    if weights.name != SHARDS:
        return {}
    names = shard_names(weights)
    gone = [one for one in names if not (weights.parent / one).is_file()]
    if gone:
        raise MissingWeightsError(
            f"{weights.parent} lacks {len(gone)} of {len(names)} files of weights: {gone[0]}",
            hint="copy the missing files into it",
        )
    return {one: weights.parent / one for one in names}


def _rule(folder: Path, kind: str, config: dict[str, Any], options: ImportOptions) -> Preprocess:
    """Return how pictures are prepared for a network of any kind."""
    if kind in SAM_KINDS:
        return sam_preprocess(kind, config, _said(folder), options)
    if kind in CAPTION_KINDS:
        return caption_preprocess(kind, _said(folder), options)
    if kind in TEXT_KINDS:
        return text_preprocess(kind, config, _said(folder), options)
    return _preprocess(folder, kind, config, options)


def _preprocess(
    folder: Path, kind: str, config: dict[str, Any], options: ImportOptions
) -> Preprocess:
    """Return how pictures are prepared; the side must be the one that the network takes."""
    vision = config.get("vision_config")
    asked = vision.get("image_size") if isinstance(vision, dict) else None
    if kind == "siglip2" and isinstance(vision, dict):
        patches = int(vision.get("num_patches", 256))
        asked = math.isqrt(patches) * int(vision.get("patch_size", 16))
    side = asked if isinstance(asked, int) else None
    if options.preprocess is not None:
        found = parse_preprocess(options.preprocess, size=side)
    else:
        file = next((folder / one for one in PREPARING if (folder / one).is_file()), None)
        if file is None:
            raise InvalidInputError(
                f"{folder} does not say how pictures are prepared",
                hint="copy preprocessor_config.json into it, or say --preprocess",
            )
        found = read_preprocess(read_object(file), size=side if kind == "siglip2" else None)
    if side is not None and found.size != side:
        raise InvalidInputError(
            f"the network takes {side} px, the preprocessing gives {found.size}",
            hint=f"say --preprocess with size {side}",
        )
    return found


def _said(folder: Path) -> dict[str, Any]:
    """Return what a folder says of its preprocessing; empty where it says nothing."""
    file = next((folder / one for one in PREPARING if (folder / one).is_file()), None)
    return {} if file is None else read_object(file)


def read_preprocess(data: Mapping[str, Any], *, size: int | None = None) -> Preprocess:
    """Return the rule of a preprocessor_config.json (or of one within processor_config.json).

    Args:
        data: The JSON object.
        size: Side, pixels, to use whatever it says: for networks that take any shape.

    Raises:
        InvalidInputError: It asks for something else than resize, crop, rescale and normalise.
    """
    inner = data.get("image_processor")
    if isinstance(inner, dict):
        data = inner
    try:
        rule = _sides(data) if size is None else {"size": size}
        resample = data.get("resample", _BILINEAR)
        if resample not in {_BILINEAR, _BICUBIC} and size is None:
            raise ValueError(f"resample {resample}")  # noqa: TRY301
        factor = float(data.get("rescale_factor", 1 / 255))
        if not math.isclose(factor, 1 / 255, rel_tol=1e-3):
            raise ValueError(f"rescale_factor {factor}")  # noqa: TRY301
        plain = data.get("do_normalize") is False
        return Preprocess.from_dict(
            {
                **rule,
                "interpolation": "bicubic" if resample == _BICUBIC else "bilinear",
                "mean": (0.0, 0.0, 0.0) if plain else data.get("image_mean", IMAGENET_MEAN),
                "std": (1.0, 1.0, 1.0) if plain else data.get("image_std", IMAGENET_STD),
            }
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(
            f"preprocessor_config.json asks for what is not known: {error}",
            hint="say --preprocess, as in size=224,resize=crop,resize_px=256,mean=0.5,std=0.5",
        ) from error


def _sides(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return size, resize and resize_px of the rule."""
    size, crop = data.get("size"), data.get("crop_size")
    short = size if isinstance(size, int) else None
    if isinstance(size, dict):
        short = size.get("shortest_edge")
        if short is None:
            if size["height"] != size["width"]:
                raise ValueError(f"size {size}")
            return {"size": int(size["height"]), "resize": "stretch"}
    if not isinstance(short, int):
        raise TypeError(f"size {size}")
    if crop is None or data.get("do_center_crop") is False:
        return {"size": short, "resize": "crop", "resize_px": short}
    side = int(crop["height"]) if isinstance(crop, dict) else int(crop)
    return {"size": side, "resize": "crop", "resize_px": short}


def read_object(path: Path) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        InvalidInputError: There is no such file, or it holds something else.
    """
    if not path.is_file():
        raise InvalidInputError(
            f"{path.parent} holds no {path.name}",
            hint="a model's folder holds config.json and model.safetensors",
        )
    found = read_json(path)
    if not isinstance(found, dict):
        raise InvalidInputError(f"{path} is no JSON object", hint="copy the file again")
    return found
