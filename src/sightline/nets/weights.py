"""Weights of a network: put into it whole, or a clear report of why they do not fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sightline.core.cards import ModelCard
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.files import read_json
from sightline.nets.build import build, head_of
from sightline.nets.guess import advice, prefix_of
from sightline.nets.resized import resized
from sightline.nets.weight_files import load_state, save_state

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import torch
    from torch import nn

__all__ = ["LoadReport", "apply_state", "load_model", "load_state", "save_state", "weights_file"]

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
    resized: tuple[str, ...] = ()
    """Positions that were interpolated to the side of the network's pictures."""

    @property
    def fits(self) -> bool:
        """Whether nothing but the head differs."""
        return not (self.missing or self.unexpected or self.mismatched)


def apply_state(
    net: nn.Module, state: Mapping[str, torch.Tensor], *, keep_head: bool = True
) -> LoadReport:
    """Copy weights into the network, in place; nothing is copied when they do not fit.

    Args:
        net: The network.
        state: Tensors by the network's names, all of which may begin with "module." or the like.
            A head with another number of outputs, or none at all, leaves the network's own.
            Positions of another side of pictures are interpolated.
        keep_head: Whether to take the file's head where it fits; False: never.

    Returns:
        The report; `head_replaced` says that the network's own head stays.

    Raises:
        InvalidInputError: Keys are missing, unexpected or have another shape; all are listed.
    """
    own = net.state_dict()
    plain = {key[len(prefix_of(state)) :]: value for key, value in state.items()}
    known = state if set(own) & set(state) else plain
    fitted, changed = resized(known, own)
    report, usable = _compare(net, own, fitted, keep_head=keep_head)
    report = replace(report, resized=changed)
    if not report.fits:
        shapes = {key: tuple(value.shape) for key, value in state.items()}
        raise InvalidInputError(
            f"the weights do not fit: {_describe(report)}",
            hint=advice(shapes) or _hint(report),
        )
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
    net: nn.Module,
    own: Mapping[str, torch.Tensor],
    state: Mapping[str, torch.Tensor],
    *,
    keep_head: bool,
) -> tuple[LoadReport, dict[str, Any]]:
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
