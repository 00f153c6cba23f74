"""What a model file would become in the store: read, checked and decided; nothing is written."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypedDict

import numpy as np

from sightline.core.errors import (
    InvalidInputError,
    UnknownModelError,
    did_you_mean,
)
from sightline.store.detector_plan import plan_detector
from sightline.store.onnx_file import card_of_metadata, read_onnx
from sightline.store.onnx_trial import picture_input, trial
from sightline.store.preprocess_text import parse_preprocess

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from sightline.core.arrays import F32
    from sightline.core.cards import ModelCard, ModelFormat, ModelKind, ModelTask, Precision
    from sightline.core.preprocess import Preprocess
    from sightline.store.onnx_file import OnnxInfo, Port

PICKLES: Final = frozenset({".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt", ".joblib", ".h5"})
MIN_OPSET: Final = 7
_SUM_TOLERANCE: Final = 1e-3
_HEADER_LIMIT: Final = 100_000_000
_CONVERT: Final = (
    "a pickle can run any program when it is opened; convert it where you trust it: "
    "safetensors.torch.save_file(model.state_dict(), 'model.safetensors'), "
    "or torch.onnx.export(model, picture, 'model.onnx'); a classifier of scikit-learn on "
    "embeddings is turned into a head by `sightline heads convert`, which runs nothing of it"
)


class CardFields(TypedDict, total=False):
    """What a caller may say of a model; the store adds id, file, hash and time."""

    name: str
    kind: ModelKind
    format: ModelFormat
    preprocess: Preprocess
    network: str
    classes: Sequence[str]
    class_ids: Sequence[int]
    task: ModelTask
    temperature: float
    thresholds: Sequence[float]
    outputs: Mapping[str, str]
    project: str
    run: str
    metrics: Mapping[str, Any]
    licence: str
    source: str
    dim: int
    text: bool
    decoder: Mapping[str, Any]
    head: Mapping[str, Any]
    origin: str
    precision: Precision
    report: Mapping[str, Any]
    forced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What a person may say of a model file they add."""

    name: str
    output: str | None = None
    """The graph's output to use; needed where several could be meant."""
    preprocess: str | None = None
    classes: tuple[str, ...] = ()
    """Names in the order of the outputs: with them the model is a classifier."""
    decoder: str = ""
    """How the answer of a detector is read (`core.decoders`): with it the model is a detector."""
    network: str = ""
    """Name in the table of networks; safetensors need it."""
    networks: tuple[str, ...] = ()
    """The table's names, when they are known."""
    licence: str = ""
    source: str = ""
    """Where it came from, for the card; else the file's name."""


def plan_import(file: Path, options: ImportOptions) -> CardFields:
    """Decide what the file becomes.

    Raises:
        UnknownModelError: There is no such file.
        InvalidInputError: It cannot be used, or more must be said; the hint says what.
        TooLargeError: It is over 2 GiB.
    """
    if not file.is_file():
        raise UnknownModelError(f"no file {file}", hint="check the path")
    suffix = file.suffix.lower()
    if suffix in PICKLES:
        raise InvalidInputError(f"{file.name} is a pickle and is never opened", hint=_CONVERT)
    if suffix == ".onnx":
        fields = _plan_onnx(file, options)
    elif suffix == ".safetensors":
        fields = _plan_safetensors(file, options)
    else:
        raise InvalidInputError(f"{file.name} is no .onnx or .safetensors file", hint=_CONVERT)
    told: CardFields = {
        "name": options.name,
        "licence": options.licence or fields.get("licence", ""),
        "source": options.source or fields.get("source", ""),
    }
    return fields | told


def _plan_onnx(file: Path, options: ImportOptions) -> CardFields:
    info = read_onnx(file)
    if info.external:
        raise InvalidInputError(
            f"{file.name} keeps weights in other files",
            hint="save it as one file: onnx.save(onnx.load(path), path)",
        )
    if info.opset < MIN_OPSET:
        raise InvalidInputError(
            f"{file.name} has opset {info.opset}, at least {MIN_OPSET} is needed",
            hint="convert it with onnx.version_converter",
        )
    carried = card_of_metadata(info.metadata)
    if carried is not None:
        return _plan_own(file, info, carried, options)
    if options.decoder:
        return plan_detector(file, info, options.decoder, options.classes, options.preprocess)
    port, side = picture_input(file, info)
    preprocess = parse_preprocess(options.preprocess or "imagenet", size=side)
    if side is not None and side != preprocess.size:
        raise InvalidInputError(
            f"the graph takes {side} px, the preprocessing gives {preprocess.size}",
            hint=f"use size={side}",
        )
    trial = _vectors(file, info, port, preprocess.size)
    outputs = _roles(info, trial, options)
    kind: ModelKind = "classifier" if options.classes else "encoder"
    return {
        "kind": kind,
        "format": "onnx",
        "preprocess": preprocess,
        "classes": options.classes,
        "outputs": outputs,
        "network": options.network,
        "source": file.name,
        "dim": _dim(trial, outputs),
    }


def _plan_own(file: Path, info: OnnxInfo, carried: ModelCard, options: ImportOptions) -> CardFields:
    """Take the card that the file carries; its preprocessing is part of the graph."""
    if options.preprocess is not None:
        raise InvalidInputError(
            f"{file.name} holds its preprocessing", hint="leave --preprocess away"
        )
    if options.classes and options.classes != carried.classes:
        raise InvalidInputError(f"{file.name} holds its classes", hint="leave --classes away")
    port, _ = picture_input(file, info)
    trial = _vectors(file, info, port, carried.preprocess.size)
    kind, outputs = carried.kind, dict(carried.outputs)
    if options.output is not None:
        _known_output(options.output, trial, info)
        kind, outputs["embedding"] = "encoder", options.output
    return {
        "kind": kind,
        "format": "onnx",
        "preprocess": carried.preprocess,
        "classes": carried.classes,
        "class_ids": carried.class_ids,
        "task": carried.task,
        "temperature": carried.temperature,
        "thresholds": carried.thresholds,
        "outputs": outputs,
        "network": carried.network,
        "project": carried.project,
        "run": carried.run,
        "metrics": carried.metrics,
        "licence": carried.licence,
        "source": carried.source or file.name,
        "dim": _dim(trial, outputs),
        "origin": carried.origin,
        "precision": carried.precision,
        "forced": carried.forced,
    }


def _dim(trial: Mapping[str, F32], outputs: Mapping[str, str]) -> int:
    name = outputs.get("embedding", "")
    return int(trial[name].size) if name in trial else 0


def _vectors(file: Path, info: OnnxInfo, port: Port, size: int) -> dict[str, F32]:
    """Return the outputs that are a vector per picture, (1, D) each."""
    arrays = trial(file, info, port, size)
    return {name: one.reshape(1, -1) for name, one in arrays.items() if _is_vector(one)}


def _is_vector(answer: Any) -> bool:
    return (
        isinstance(answer, np.ndarray)
        and np.issubdtype(answer.dtype, np.floating)
        and answer.ndim in {2, 4}
        and answer.shape[0] == 1
        and answer.size == answer.shape[1] > 1
    )


def _known_output(name: str, trial: Mapping[str, F32], info: OnnxInfo) -> str:
    if name not in {one.name for one in info.outputs}:
        known = [one.name for one in info.outputs]
        raise InvalidInputError(f"no output {name!r}", hint=did_you_mean(name, known))
    if name not in trial:
        raise InvalidInputError(
            f"output {name!r} is no vector per picture", hint=f"outputs: {_shown(info)}"
        )
    return name


def _shown(info: OnnxInfo) -> str:
    return "; ".join(one.describe() for one in info.outputs)


def _roles(info: OnnxInfo, trial: Mapping[str, F32], options: ImportOptions) -> dict[str, str]:
    """Return which output answers to logits, probabilities and embedding."""
    roles: dict[str, str] = {}
    for name in trial:
        roles.setdefault(_role_of(name), name)
    roles.pop("", None)
    if not options.classes:
        roles["embedding"] = _pick(info, trial, options.output, roles.get("embedding"))
        return roles
    fitting = {name: one for name, one in trial.items() if one.size == len(options.classes)}
    named = next((roles[role] for role in ("probabilities", "logits") if role in roles), None)
    chosen = _pick(info, fitting, options.output, named)
    scores = trial[chosen]
    sums_to_one = abs(float(scores.sum()) - 1) <= _SUM_TOLERANCE and bool((scores >= 0).all())
    kept = {"embedding": roles["embedding"]} if "embedding" in roles else {}
    return kept | {"probabilities" if sums_to_one else "logits": chosen}


def _pick(info: OnnxInfo, fitting: Collection[str], asked: str | None, named: str | None) -> str:
    if asked is not None:
        return _known_output(asked, dict.fromkeys(fitting, np.empty(0, np.float32)), info)
    if named in fitting and named is not None:
        return named
    if len(fitting) == 1:
        return next(iter(fitting))
    why = "several outputs could be meant" if fitting else "no output fits"
    raise InvalidInputError(why, hint=f"say --output NAME; outputs: {_shown(info)}")


def _role_of(name: str) -> str:
    low = name.lower()
    if any(part in low for part in ("embed", "feature", "pool")):
        return "embedding"
    if any(part in low for part in ("prob", "softmax")):
        return "probabilities"
    return "logits" if "logit" in low else ""


def _plan_safetensors(file: Path, options: ImportOptions) -> CardFields:
    if not options.network:
        raise InvalidInputError(
            f"{file.name} holds weights only",
            hint="say --network NAME for an encoder, and --classes FILE too for a classifier",
        )
    known = not options.networks or options.network in options.networks
    if options.classes and not known:
        raise InvalidInputError(
            f"no network {options.network!r}", hint=did_you_mean(options.network, options.networks)
        )
    if not _tensor_names(file):
        raise InvalidInputError(f"{file.name} holds no tensors", hint="save its state_dict again")
    return {
        "kind": "classifier" if options.classes else "encoder",
        "format": "torch",
        "preprocess": parse_preprocess(
            options.preprocess or ("imagenet" if options.classes else "imagenet-224-crop")
        ),
        "network": options.network,
        "classes": options.classes,
        "outputs": {"logits": "logits", "embedding": "embedding"},
        "source": file.name,
    }


def _tensor_names(file: Path) -> list[str]:
    """Return the names in a safetensors header: 8 bytes of length, then JSON."""
    try:
        with file.open("rb") as raw:
            (length,) = struct.unpack("<Q", raw.read(8))
            header = dict(json.loads(raw.read(min(length, _HEADER_LIMIT))))
    except (ValueError, TypeError, struct.error) as error:
        raise InvalidInputError(
            f"{file.name} is not a safetensors file: {error}", hint="check that the file is whole"
        ) from error
    return [name for name in header if name != "__metadata__"]
