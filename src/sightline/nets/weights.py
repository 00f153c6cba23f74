"""Weights on disk: safetensors only, and a clear report where they do not fit."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from sightline.core.cards import ModelCard
from sightline.core.errors import InvalidInputError, MissingWeightsError, StorageError
from sightline.core.files import fsync_dir, read_json
from sightline.nets.build import build, head_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import torch
    from torch import nn

PICKLES: Final = frozenset({".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle"})
SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How weights and a network fit; keys are the network's own names."""

    loaded: int
    missing: tuple[str, ...] = ()
    """In the network, not in the file."""
    unexpected: tuple[str, ...] = ()
    """In the file, not in the network."""
    mismatched: tuple[str, ...] = ()
    """In both with another shape: "key (file 1000x1280, network 3x1280)"."""
    head_replaced: bool = False

    @property
    def fits(self) -> bool:
        """Whether nothing but the head differs."""
        return not (self.missing or self.unexpected or self.mismatched)


def save_state(
    path: Path, state: Mapping[str, torch.Tensor], metadata: Mapping[str, str] | None = None
) -> None:
    """Write tensors to a safetensors file that is wholly there or not at all.

    Raises:
        StorageError: The disk refuses.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    temp = path.parent / f".{path.name[:40]}.{uuid4().hex[:8]}.part"
    plain = {key: value.detach().cpu().contiguous() for key, value in state.items()}
    try:
        save_file(plain, str(temp), dict(metadata or {}))
        with temp.open("rb+") as file:
            os.fsync(file.fileno())
        temp.replace(path)
    except (OSError, SafetensorError) as error:
        raise StorageError(
            f"cannot write {path}: {error}", hint="free some space; the former file is untouched"
        ) from error
    finally:
        temp.unlink(missing_ok=True)
    fsync_dir(path.parent)


def load_state(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Return a safetensors file's tensors (on the CPU) and its metadata.

    Raises:
        MissingWeightsError: There is no such file.
        InvalidInputError: It is not a safetensors file, or is damaged.
    """
    if not path.is_file():
        raise MissingWeightsError(f"no weights at {path}", hint="check the path, or use 'random'")
    if path.suffix.lower() in PICKLES:
        raise InvalidInputError(
            f"{path.name} is a pickle, which can run code when it is loaded",
            hint="convert it where you trust it: safetensors.torch.save_file(state_dict, ...)",
        )
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="pt", device="cpu") as file:
            return {key: file.get_tensor(key) for key in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise InvalidInputError(
            f"{path} is not a whole safetensors file: {error}", hint="copy or download it again"
        ) from error


def apply_state(
    net: nn.Module, state: Mapping[str, torch.Tensor], *, keep_head: bool = True
) -> LoadReport:
    """Copy weights into the network, in place; nothing is copied when they do not fit.

    Args:
        net: The network.
        state: Tensors by the network's names. A head with another number of outputs, or none at
            all, leaves the network's own.
        keep_head: Whether to take the file's head where it fits; False: never.

    Returns:
        The report; `head_replaced` says that the network's own head stays.

    Raises:
        InvalidInputError: Keys are missing, unexpected or have another shape; all are listed.
    """
    report, usable = _compare(net, state, keep_head=keep_head)
    if not report.fits:
        raise InvalidInputError(f"the weights do not fit: {_describe(report)}", hint=_hint(report))
    net.load_state_dict(usable, strict=False)
    return report


def load_model(folder: Path) -> tuple[nn.Module, ModelCard]:
    """Return the network of a model's folder, in evaluation mode, and its card.

    Raises:
        MissingWeightsError: The card or the weights are not there.
        InvalidInputError: The card is not a torch classifier's, or the weights do not fit it.
    """
    path = folder / "model.json"
    if not path.is_file():
        raise MissingWeightsError(f"no model card at {path}", hint="add or train the model again")
    card = ModelCard.from_dict(read_json(path))
    if card.format != "torch" or not card.network:
        raise InvalidInputError(
            f"model {card.name} has no torch weights", hint="name a model that was trained here"
        )
    net = build(card.network, len(card.classes), px=card.preprocess.size)
    state, _ = load_state(folder / card.file)
    report = apply_state(net, state)
    if report.head_replaced:
        raise InvalidInputError(
            f"model {card.name} has {len(card.classes)} classes, but its weights do not",
            hint="its folder was changed by hand: train or add it again",
        )
    return net.eval(), card


def weights_file(source: Path) -> Path:
    """Return the safetensors file that a file, a model's folder or a run's folder means.

    Raises:
        MissingWeightsError: There is none.
    """
    if source.is_file():
        return source
    card = source / "model.json"
    if card.is_file():
        return source / ModelCard.from_dict(read_json(card)).file
    best = source / "checkpoints" / "best.safetensors"
    if best.is_file():
        return best
    raise MissingWeightsError(
        f"no weights at {source}", hint="name a .safetensors file, a model or a finished run"
    )


def _compare(
    net: nn.Module, state: Mapping[str, torch.Tensor], *, keep_head: bool
) -> tuple[LoadReport, dict[str, Any]]:
    own = net.state_dict()
    name, _ = head_of(net)
    head = {f"{name}.weight", f"{name}.bias"} & set(own)
    fits = all(key in state and state[key].shape == own[key].shape for key in head)
    # A head of the same width with another number of outputs is another task's, not an error.
    other_head = all(key not in state or _same_width(state[key], own[key]) for key in head)
    drop = head if (not keep_head or (not fits and other_head)) else set()
    both = (set(own) & set(state)) - drop
    wrong = sorted(key for key in both if own[key].shape != state[key].shape)
    counters = {key for key in own if key.endswith("num_batches_tracked")}
    report = LoadReport(
        loaded=len(both) - len(wrong),
        missing=tuple(sorted(set(own) - set(state) - drop - counters)),
        unexpected=tuple(sorted(set(state) - set(own))),
        mismatched=tuple(
            f"{key} (file {_shape(state[key])}, network {_shape(own[key])})" for key in wrong
        ),
        head_replaced=bool(drop),
    )
    return report, {key: state[key] for key in both if key not in wrong}


def _same_width(one: torch.Tensor, other: torch.Tensor) -> bool:
    # A convolution of 1x1 in place of a linear layer, as SqueezeNet's, is another head too.
    return one.ndim != other.ndim or one.shape[1:] == other.shape[1:]


def _shape(tensor: torch.Tensor) -> str:
    return "x".join(str(side) for side in tensor.shape) or "scalar"


def _describe(report: LoadReport) -> str:
    parts = []
    for what in ("missing", "unexpected", "mismatched"):
        keys: tuple[str, ...] = getattr(report, what)
        if keys:
            more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
            parts.append(f"{len(keys)} {what}: {', '.join(keys[:SHOWN])}{more}")
    return "; ".join(parts)


def _hint(report: LoadReport) -> str:
    if report.loaded == 0:
        return "they are another network's: set model.name to theirs, or model.weights to 'random'"
    return "they are a variant of this network's: check model.name, or convert the keys"
