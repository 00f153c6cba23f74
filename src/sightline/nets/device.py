"""Where networks that answer run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    import torch

WANTED: Final = "SIGHTLINE_JOB_DEVICE"
"""Variable by which a process is told where: auto, cpu, cuda or cuda:N."""


def place(net: Any, threads: int) -> torch.device:
    """Move a network to where it is to run, and return where that is.

    Args:
        net: A module, changed in place.
        threads: Of torch for each call on the processor.

    Raises:
        InvalidInputError: A graphics card is asked for that is not there.
    """
    import torch

    found = device_of(os.environ.get(WANTED) or "auto", "engine_device")
    torch.set_num_threads(max(1, threads))
    net.to(found).eval().requires_grad_(requires_grad=False)
    return found


def device_of(wanted: str, what: str = "device") -> torch.device:
    """Return a device by its name.

    Args:
        wanted: auto, cpu, cuda or cuda:N.
        what: What the setting is called that says so.

    Raises:
        InvalidInputError: A graphics card is asked for that is not there.
    """
    import torch

    return torch.device(_chosen(wanted, torch.cuda.device_count(), what))


def _chosen(wanted: str, cards: int, what: str = "engine_device") -> str:
    """Return a device by its name.

    Args:
        wanted: auto, cpu, cuda or cuda:N.
        cards: How many graphics cards there are.
        what: What the setting is called.
    """
    if wanted == "auto":
        return "cuda" if cards else "cpu"
    name, _, number = wanted.partition(":")
    if name == "cuda" and int(number or 0) >= cards:
        there = f"{cards} of them" if cards else "none"
        raise InvalidInputError(
            f"{what} is {wanted}, and torch finds no such graphics card here: {there}",
            hint=f"set {what} to auto or cpu; a card also needs the build of torch for it",
        )
    return wanted
