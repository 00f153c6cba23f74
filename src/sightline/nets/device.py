"""Where networks that answer run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def place(net: Any, threads: int) -> torch.device:
    """Move a network to the graphics card if there is one, and return where it is.

    Args:
        net: A module, changed in place.
        threads: Of torch for each call on the processor.
    """
    import torch

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.set_num_threads(max(1, threads))
    net.to(device).eval().requires_grad_(requires_grad=False)
    return device
