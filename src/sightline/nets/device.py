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

    device = _chosen(os.environ.get(WANTED) or "auto", torch.cuda.device_count())
    torch.set_num_threads(max(1, threads))
    found = torch.device(device)
    net.to(found).eval().requires_grad_(requires_grad=False)
    return found


def _chosen(wanted: str, cards: int) -> str:
    """Return a device by its name.

    Args:
        wanted: auto, cpu, cuda or cuda:N.
        cards: How many graphics cards there are.
    """
    if wanted == "auto":
        return "cuda" if cards else "cpu"
    name, _, number = wanted.partition(":")
    if name == "cuda" and int(number or 0) >= cards:
        there = f"{cards} of them" if cards else "none"
        raise InvalidInputError(
            f"engine_device is {wanted}, and torch finds no such graphics card here: {there}",
            hint="set engine_device to auto or cpu; a card also needs the build of torch for it",
        )
    return wanted
