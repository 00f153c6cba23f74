"""Weights on disk: safetensors, and pickles of which nothing but tensors is read."""

from __future__ import annotations

import json
import os
import zipfile
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from sightline.core.errors import InvalidInputError, MissingWeightsError, StorageError
from sightline.core.files import fsync_dir

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import torch

PICKLES: Final = frozenset({".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle", ".tar"})
WRAPPERS: Final = ("state_dict", "model_state_dict", "model_state", "model", "net", "weights")
"""Keys under which training programs keep the weights, beside their own state."""
_HEADER: Final = 8
_MAX_HEADER: Final = 100 << 20


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
    """Return a file's tensors (on the CPU) and its metadata.

    Of a pickle only tensors are read, by torch's own reader, which runs no code of the file.

    Raises:
        MissingWeightsError: There is no such file.
        InvalidInputError: It holds no weights, is damaged, or is a pickle that needs code.
    """
    if not path.is_file():
        raise MissingWeightsError(f"no weights at {path}", hint="check the path, or use 'random'")
    if path.suffix.lower() in PICKLES:
        return unpickled(path), {}
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="pt", device="cpu") as file:
            return {key: file.get_tensor(key) for key in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise InvalidInputError(
            f"{path} is not a whole safetensors file: {error}", hint="copy or download it again"
        ) from error


def unpickled(path: Path) -> dict[str, torch.Tensor]:
    """Return the tensors of a .pth or .bin file; no code of it is run.

    Raises:
        InvalidInputError: It needs code to be read, holds no weights, or is damaged.
    """
    import torch

    try:
        mapped = zipfile.is_zipfile(path)
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except MemoryError:
        raise
    except Exception as error:  # torch's own, the pickle's and the archive's share no base
        raise InvalidInputError(
            f"{path.name} is a pickle that holds more than weights, or is damaged; what needs its "
            "code is never run",
            hint="convert it where you trust it: safetensors.torch.save_file(net.state_dict(), "
            "'weights.safetensors'); a classifier of scikit-learn: sightline heads convert",
        ) from error
    state = _unwrapped(found)
    if not state:
        raise InvalidInputError(
            f"{path.name} is a pickle that holds no weights",
            hint="save the network's state_dict, as safetensors if you can",
        )
    return state


def shapes_of(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the shape of each tensor of a safetensors file, from its header alone.

    Nothing heavy is imported. A file that is no safetensors gives no shapes.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_HEADER), "little")
            if not 1 < length <= _MAX_HEADER:
                return {}
            header = json.loads(file.read(length))
        return {
            key: tuple(int(side) for side in entry["shape"])
            for key, entry in header.items()
            if key != "__metadata__"
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _unwrapped(found: Any) -> dict[str, torch.Tensor]:
    """Return the group of tensors that a training program saved, at whatever depth but two."""
    import torch

    if not isinstance(found, dict):
        return {}
    tensors = {str(key): one for key, one in found.items() if torch.is_tensor(one)}
    if tensors:
        return tensors
    return next(
        (_unwrapped(found[key]) for key in WRAPPERS if isinstance(found.get(key), dict)), {}
    )
