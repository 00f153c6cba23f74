"""A folder as a model: what of it is taken, and how it is used.

One of transformers or timm holds config.json, model.safetensors, and for pictures
preprocessor_config.json; those that read words also hold a tokenizer. One with an ONNX encoder and
decoder is a segmenter (`segmenter_plan.py`), one of OpenVINO GenAI or onnxruntime-genai a captioner
(`genai_plan.py`). Nothing else is taken, and no pickle is opened.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, MissingWeightsError, UnknownModelError
from sightline.core.preprocess import IMAGENET_MEAN, IMAGENET_STD, Preprocess
from sightline.store.genai_plan import plan_genai
from sightline.store.model_plan import PICKLES
from sightline.store.preprocess_text import parse_preprocess
from sightline.store.segmenter_plan import plan_pair
from sightline.store.transformer_plan import (
    CONFIG,
    SHARDS,
    FolderPlan,
    plan_transformers,
    read_object,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sightline.store.model_plan import CardFields, ImportOptions
    from sightline.store.segmenter_plan import Pair

WEIGHTS: Final = "model.safetensors"
DECODER: Final = "decoder.onnx"


def plan_folder(folder: Path, options: ImportOptions) -> FolderPlan:
    """Decide what the folder becomes; nothing is written.

    Raises:
        UnknownModelError: There is no such folder.
        InvalidInputError: It has no config.json, holds pickles only, or is of an unknown kind.
        MissingWeightsError: It holds no weights.
    """
    if not folder.is_dir():
        raise UnknownModelError(f"no folder {folder}", hint="check the path")
    genai = plan_genai(folder, options)
    if genai is not None:
        return FolderPlan(*genai)
    pair = plan_pair(folder, options) or _inner_pair(folder, options)
    if pair is not None:
        return FolderPlan(pair.encoder, pair.fields, {DECODER: pair.decoder})
    config = read_object(folder / CONFIG)
    weights = _weights(folder)
    if "model_type" in config:
        return plan_transformers(folder, weights, config, options)
    if "architecture" in config and weights.name == WEIGHTS:
        return _plan_timm(folder, weights, config, options)
    raise InvalidInputError(
        f"{folder / CONFIG} names neither a model_type nor an architecture",
        hint="take the folder of a transformers or timm model, or a file with --network NAME",
    )


def _inner_pair(folder: Path, options: ImportOptions) -> Pair | None:
    """Return the pair in a folder's `onnx`, where exports of transformers lie, if nothing else is.

    The card is named after the folder.
    """
    inner = folder / "onnx"
    if not inner.is_dir() or (folder / WEIGHTS).is_file():
        return None
    return plan_pair(inner, replace(options, source=options.source or folder.name))


def _weights(folder: Path) -> Path:
    path = folder / WEIGHTS
    if path.is_file():
        return path
    if (folder / SHARDS).is_file():
        return folder / SHARDS
    pickles = sorted(one.name for one in folder.iterdir() if one.suffix.lower() in PICKLES)
    if pickles:
        raise InvalidInputError(
            f"{folder} holds its weights as a pickle ({pickles[0]}), which is never opened",
            hint="a pickle can run any program; take the model's model.safetensors, or convert it "
            "where you trust it: model.save_pretrained(folder, safe_serialization=True)",
        )
    raise MissingWeightsError(f"no {WEIGHTS} in {folder}", hint="copy the weights into it")


def _plan_timm(
    folder: Path, weights: Path, config: dict[str, Any], options: ImportOptions
) -> FolderPlan:
    rule = config.get("pretrained_cfg")
    preprocess = (
        parse_preprocess(options.preprocess)
        if options.preprocess is not None
        else _timm_preprocess(rule if isinstance(rule, dict) else {})
    )
    fields: CardFields = {
        "name": options.name,
        "kind": "encoder",
        "format": "torch",
        "preprocess": preprocess,
        "network": f"timm:{config['architecture']}",
        "outputs": {"embedding": "embedding"},
        "licence": options.licence,
        "source": options.source or folder.name,
    }
    return FolderPlan(weights, fields, {CONFIG: folder / CONFIG})


def _timm_preprocess(rule: Mapping[str, Any]) -> Preprocess:
    try:
        size = int(rule.get("input_size", (3, 224, 224))[-1])
        share = float(rule.get("crop_pct") or 0.875)
        return Preprocess.from_dict(
            {
                "size": size,
                "resize": "crop",
                "resize_px": max(size, math.floor(size / share)),
                "interpolation": "bicubic"
                if rule.get("interpolation") == "bicubic"
                else "bilinear",
                "mean": rule.get("mean", IMAGENET_MEAN),
                "std": rule.get("std", IMAGENET_STD),
            }
        )
    except (TypeError, ValueError, IndexError, ZeroDivisionError) as error:
        raise InvalidInputError(
            f"config.json does not say how pictures are prepared: {error}",
            hint="say --preprocess, as in imagenet-224-crop",
        ) from error
