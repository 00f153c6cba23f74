"""From a spec and pictures to a training that is ready; all that can be wrong is found here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from sightline.core.errors import ConflictError, InvalidInputError, MissingExtraError
from sightline.core.preprocess import Preprocess
from sightline.core.tone import parse_tone
from sightline.nets.build import build, colours_of
from sightline.nets.cosine import with_cosines
from sightline.nets.table import spec_of
from sightline.nets.weights import apply_state, load_state, weights_file
from sightline.train import manifest
from sightline.train.check_samples import check_samples
from sightline.train.checkpoint import (
    Last,
    Parts,
    best_path,
    last_path,
    load_last,
    restore,
)
from sightline.train.migrate import saved_spec
from sightline.train.optim import Ema, make_optimizer
from sightline.train.spec import RESUMABLE, TrainSpec, changed_keys
from sightline.train.state import Place

if TYPE_CHECKING:
    import torch
    from torch import nn

    from sightline.core.arrays import I64
    from sightline.core.samples import SampleSet, Split

Mode = Literal["new", "resume", "finetune"]
SPLITS: Final[tuple[Split, ...]] = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class Start:
    """A checked beginning."""

    parts: Parts
    place: Place
    device: torch.device
    about: dict[str, Any]
    notes: tuple[str, ...]
    """What a person should know, a line each."""
    spec: TrainSpec
    """As asked for; a resumed run's batch size as it was found when it began."""


def positions(samples: SampleSet) -> dict[Split, I64]:
    """Return where each split's samples are."""
    names = np.array([one.split for one in samples.samples])
    return {split: np.flatnonzero(names == split).astype(np.int64) for split in SPLITS}


def preprocess_of(spec: TrainSpec) -> Preprocess:
    """Return the rule from a picture to the network's input."""
    mean, std = colours_of(spec.model.name, spec.model.colours)
    return Preprocess(
        size=spec.image_size,
        resize=spec.resize,
        mean=mean,
        std=std,
        tone=parse_tone(spec.tone),
    )


def start(
    spec: TrainSpec,
    samples: SampleSet,
    run_dir: Path,
    *,
    mode: Mode,
    parent: Path | None,
    first: bool = True,
) -> Start:
    """Return the parts and the place that a mode begins with.

    `first`: not a further process of the same training, which writes nothing.

    Raises:
        InvalidInputError: Spec, pictures, parent or checkpoint do not go together.
        MissingWeightsError: Weights or a checkpoint are not there.
        MissingExtraError: torch or torchvision is not installed.
        ConflictError: The run has begun already.
    """
    notes = check_samples(samples, spec.task)
    spec_of(spec.model.name)
    _check_mode(run_dir, mode, parent)
    torch = _torch()
    device = device_of(spec.device)
    last = load_last(run_dir) if mode == "resume" else None
    if last is not None:
        spec = _as_found(spec, last)
        notes += _check_resume(spec, samples, last)
    about = {"spec": spec.model_dump(mode="json"), "samples": manifest.key(samples)}
    torch.default_generator.manual_seed(spec.seed)
    net = build(
        spec.model.name, len(samples.classes), dropout=spec.model.dropout, px=spec.image_size
    )
    if mode == "new" and spec.model.weights != "random":
        notes.append(_take(net, weights_file(Path(spec.model.weights)), samples))
    if mode == "finetune" and parent is not None:
        notes.append(_take(net, weights_file(parent), samples))
    if spec.task == "embedding":
        with_cosines(net)
    net.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    ema = Ema(net, spec.ema) if spec.ema else None
    parts = Parts(net, make_optimizer(net, spec.optimizer), ema)
    if last is not None:
        restore(parts, last)
    if last is None and first:
        manifest.save(run_dir, samples)
    return Start(parts, last.place if last else Place(), device, about, tuple(notes), spec)


def _check_mode(run_dir: Path, mode: Mode, parent: Path | None) -> None:
    if mode == "finetune":
        if parent is None:
            raise InvalidInputError(
                "finetune needs a parent", hint="name a finished run or a model to start from"
            )
        if parent.resolve() == run_dir.resolve():
            raise InvalidInputError(
                "a run cannot finetune itself", hint="give the new run a folder of its own"
            )
    if mode != "resume" and (last_path(run_dir).exists() or best_path(run_dir).exists()):
        raise ConflictError(
            f"{run_dir} has checkpoints already", hint="resume it, or start a run with another id"
        )


def _as_found(spec: TrainSpec, last: Last) -> TrainSpec:
    """Return a resumed run's spec with the batch size that was found when the run began."""
    if spec.batch_size:
        return spec
    return spec.model_copy(update={"batch_size": saved_spec(last.about["spec"]).batch_size})


def _check_resume(spec: TrainSpec, samples: SampleSet, last: Last) -> list[str]:
    if last.about.get("samples") != manifest.key(samples):
        raise InvalidInputError(
            "the labelled pictures are not those that the run started with",
            hint="start a new run, or finetune from this one",
        )
    before = saved_spec(last.about["spec"])
    changed = changed_keys(before, spec)
    refused = [key for key in changed if key.split(".")[0] not in RESUMABLE]
    if refused:
        raise InvalidInputError(
            f"a resumed run cannot change {', '.join(refused)}",
            hint=f"only {', '.join(RESUMABLE)} may change; else start a new run or finetune",
        )
    if spec.epochs < last.place.epoch:
        raise InvalidInputError(
            f"the run has finished {last.place.epoch} epochs, more than {spec.epochs}",
            hint="ask for more epochs",
        )
    if "epochs" not in changed:
        return []
    # More epochs were asked for: an early stop no longer holds, and the rate follows the new end.
    last.place.stopped_early = False
    last.place.bad_epochs = 0
    return [f"epochs changed from {before.epochs} to {spec.epochs}: the learning rate follows"]


def _take(net: nn.Module, path: Path, samples: SampleSet) -> str:
    state, metadata = load_state(path)
    same = metadata.get("classes") in {None, class_text(samples.classes)}
    report = apply_state(net, state, keep_head=same)
    head = "a new head" if report.head_replaced else "their head"
    sized = f", {len(report.resized)} of them resized" if report.resized else ""
    return f"weights from {path}: {report.loaded} tensors{sized}, {head}"


def class_text(classes: tuple[str, ...]) -> str:
    """Return class names as a checkpoint's metadata has them."""
    import json

    return json.dumps(list(classes), ensure_ascii=False)


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError(
            "training needs torch", hint="pip install 'sightline[train]'"
        ) from error
    return torch


def device_of(wanted: str) -> torch.device:
    """Return where torch computes: `wanted` is auto, cpu or cuda.

    Raises:
        InvalidInputError: A GPU is wanted, and there is none.
        MissingExtraError: torch is not installed.
    """
    torch = _torch()
    works = torch.cuda.is_available()
    if wanted == "cuda" and not works:
        raise InvalidInputError("there is no GPU that torch can use", hint="set device to auto")
    if wanted != "cuda" and not (works and wanted == "auto"):
        return torch.device("cpu")  # type: ignore[no-any-return]
    return torch.device("cuda")  # type: ignore[no-any-return]
