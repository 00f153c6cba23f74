"""Checkpoints: one safetensors file each, which holds tensors and the place; no pickle.

`last` is what resuming needs: network, averaged weights, optimiser, place. `best` is what a model
is made of: one set of weights. A crash while saving leaves the former file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.nets.weights import load_state, save_state
from sightline.train.state import Place

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from torch import nn

    from sightline.train.optim import Ema

FORMAT: Final = "sightline-checkpoint-1"


@dataclass(frozen=True, slots=True)
class Parts:
    """The tensors that a training changes."""

    net: nn.Module
    optimizer: torch.optim.Optimizer
    ema: Ema | None

    @property
    def answering(self) -> nn.Module:
        """The network to validate and to keep: the averaged one where there is one."""
        return self.ema.net if self.ema else self.net

    def finite(self) -> bool:
        """Say whether every weight is a number."""
        import torch

        norms = torch._foreach_norm(list(self.net.parameters()))  # noqa: SLF001
        return bool(torch.stack(norms).isfinite().all())


def last_path(run_dir: Path) -> Path:
    """Return where a run's resumable state lies."""
    return run_dir / "checkpoints" / "last.safetensors"


def best_path(run_dir: Path) -> Path:
    """Return where a run's best weights lie."""
    return run_dir / "checkpoints" / "best.safetensors"


def save_last(run_dir: Path, parts: Parts, place: Place, *, about: dict[str, Any]) -> None:
    """Replace `last` atomically.

    Args:
        run_dir: The run's folder.
        parts: What is saved.
        place: Where the loop stands.
        about: What has to be equal when the run is resumed (JSON).

    Raises:
        StorageError: The disk refuses; the former `last` is untouched.
    """
    tensors = {f"net/{key}": value for key, value in parts.net.state_dict().items()}
    if parts.ema:
        tensors |= {f"ema/{key}": value for key, value in parts.ema.net.state_dict().items()}
    tensors |= {
        f"optimizer/{index}/{key}": value
        for index, values in parts.optimizer.state_dict()["state"].items()
        for key, value in values.items()
        if value is not None
    }
    metadata = {
        "format": FORMAT,
        "place": json.dumps(place.to_dict()),
        "about": json.dumps(about),
    }
    save_state(last_path(run_dir), tensors, metadata)


def save_best(run_dir: Path, net: nn.Module, metadata: dict[str, str]) -> None:
    """Replace `best` atomically.

    Raises:
        StorageError: The disk refuses; the former `best` is untouched.
    """
    save_state(best_path(run_dir), net.state_dict(), metadata)


@dataclass(frozen=True, slots=True)
class Last:
    """A loaded `last`."""

    tensors: dict[str, torch.Tensor]
    place: Place
    about: dict[str, Any]


def load_last(run_dir: Path) -> Last:
    """Return a run's resumable state.

    Raises:
        MissingWeightsError: The run has no checkpoint yet.
        InvalidInputError: The file is damaged, or is no checkpoint.
    """
    path = last_path(run_dir)
    if not path.is_file():
        raise MissingWeightsError(
            f"there is nothing to resume at {path}", hint="start a new run instead (mode new)"
        )
    try:
        tensors, metadata = load_state(path)
    except InvalidInputError as error:
        raise InvalidInputError(
            f"the checkpoint {path} is damaged", hint="finetune from the run's best, or start anew"
        ) from error
    if metadata.get("format") != FORMAT:
        raise InvalidInputError(f"{path} is no checkpoint", hint="start a new run (mode new)")
    place = Place.from_dict(json.loads(metadata["place"]))
    return Last(tensors, place, json.loads(metadata["about"]))


def restore(parts: Parts, last: Last) -> None:
    """Put a loaded state into freshly built parts, bit for bit.

    Raises:
        InvalidInputError: The tensors are another network's.
    """
    try:
        parts.net.load_state_dict(_under(last.tensors, "net/"))
        if parts.ema:
            parts.ema.net.load_state_dict(_under(last.tensors, "ema/"))
        _restore_optimizer(parts.optimizer, _under(last.tensors, "optimizer/"))
    except (RuntimeError, KeyError, ValueError, IndexError) as error:
        raise InvalidInputError(
            f"the checkpoint does not fit this run: {error}", hint="start a new run (mode new)"
        ) from error


def _under(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {key[len(prefix) :]: value for key, value in tensors.items() if key.startswith(prefix)}


def _restore_optimizer(optimizer: torch.optim.Optimizer, saved: dict[str, torch.Tensor]) -> None:
    import torch

    params = [one for group in optimizer.param_groups for one in group["params"]]
    for key, value in saved.items():
        index, _, name = key.partition("/")
        param = params[int(index)]
        if value.shape == param.shape and name != "step":
            # The same layout in memory as the weight's: other kernels could round otherwise.
            optimizer.state[param][name] = torch.empty_like(param).copy_(value).detach()
        else:
            optimizer.state[param][name] = value.clone()
