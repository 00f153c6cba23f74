"""In what numbers a network computes, and whether it is compiled; measured where that decides."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.train.memory import copy_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from torch import nn

    from sightline.train.spec_running import PrecisionPart

MEASURED_FROM_PX: Final = 64
"""Smaller pictures train in seconds: there is nothing to win, and measuring would show."""
MEASURED_PICTURES: Final = 8
FASTER: Final = 0.8
"""bfloat16 must take at most this share of float32's time: one that gains little keeps float32."""
FLOAT32: Final = "float32"
BFLOAT16: Final = "bfloat16"


@dataclass(frozen=True, slots=True)
class Precision:
    """What the forward pass computes in; weights, gradients and the loss stay float32."""

    name: str = FLOAT32
    note: str = ""
    """How it was decided, where a measurement did."""

    def autocast(self, device: torch.device) -> Callable[[], Any] | None:
        """Return what makes the context of a forward pass; None: there is none."""
        import torch

        if self.name == FLOAT32:
            return None
        return functools.partial(torch.autocast, device.type, dtype=torch.bfloat16)


def decide(
    part: PrecisionPart, net: nn.Module, device: torch.device, *, px: int, before: str = ""
) -> Precision:
    """Return the precision of a training.

    Args:
        part: What is asked for.
        net: On its device; it is left as it is.
        device: Where it computes.
        px: Side of its input.
        before: What a run that is resumed has decided; a measurement is not made twice, for
            another answer would be another training.
    """
    if part.amp != "auto":
        return Precision(BFLOAT16 if part.amp == "on" else FLOAT32)
    if before in {FLOAT32, BFLOAT16}:
        return Precision(before)
    if device.type == "cuda":
        import torch

        return Precision(BFLOAT16 if torch.cuda.is_bf16_supported() else FLOAT32)
    if px < MEASURED_FROM_PX or not cpu_has_bfloat16():
        return Precision()
    return _measured(net, px)


def cpu_has_bfloat16() -> bool:
    """Say whether the processor multiplies bfloat16 itself (AVX512-BF16, AMX)."""
    import torch

    names = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    asked: list[Any] = [getattr(torch.cpu, name, None) for name in names]
    return any(ask() for ask in asked if ask is not None)


def _measured(net: nn.Module, px: int) -> Precision:
    """Return bfloat16 if a step of a copy of the network is clearly faster in it."""
    import torch

    probe = copy_of(net)
    x = torch.zeros(MEASURED_PICTURES, 3, px, px).contiguous(memory_format=torch.channels_last)

    def seconds(on: bool) -> float:
        began = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=on):
            answer = probe(x)
        answer.float().square().mean().backward()
        probe.zero_grad(set_to_none=True)
        return time.perf_counter() - began

    taken = {on: [seconds(on) for _ in range(2)] for on in (False, True)}
    taken[False].append(seconds(on=False))  # what else runs slows both
    share = min(taken[True]) / min(taken[False])
    gain = f"bfloat16 takes {share:.2f} of float32's time on this processor, measured"
    if share <= FASTER:
        return Precision(BFLOAT16, f"precision bfloat16: {gain}")
    return Precision(FLOAT32, f"precision float32: {gain}")


class Compiled:
    """A network compiled for any batch size; computed as it is where that is not possible."""

    def __init__(self, net: nn.Module) -> None:
        import torch

        self._net = net
        # One kernel for all sizes: which comes first must not change what a resumed run computes.
        self._ask: Callable[[torch.Tensor], torch.Tensor] = torch.compile(net, dynamic=True)
        self.trouble = ""

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return the network's answer."""
        if self.trouble:
            answer: torch.Tensor = self._net(x)
            return answer
        from torch._dynamo.exc import TorchDynamoException

        try:
            return self._ask(x)
        except TorchDynamoException as error:
            self.trouble = (
                f"the network cannot be compiled ({type(error).__name__}): it runs as it is. "
                "Compiling needs a C++ compiler, on a GPU Triton"
            )
            return self(x)
