"""One step's gradient in as many parts as memory needs, equal to that of the whole batch."""

from __future__ import annotations

import gc
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import OutOfMemoryError
from sightline.train.counters import step_seed
from sightline.train.memory import CeilingError, give_back

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from torch import nn

    from sightline.train.augment import Batch
    from sightline.train.memory import Guard
    from sightline.train.objective import Objective

    Outcome = list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]


class Splitter:
    """Runs forward and backward passes over parts of at most `size` pictures.

    When memory does not suffice the parts are halved, the step is done again, and later steps keep
    the smaller parts. Accumulation is the same thing, asked for.
    """

    def __init__(
        self,
        net: nn.Module,
        objective: Objective,
        *,
        size: int,
        seed: int,
        autocast: Any = None,
        forward: Callable[[torch.Tensor], torch.Tensor] | None = None,
        guard: Guard | None = None,
    ) -> None:
        self.size = size
        self.history: list[dict[str, int]] = []
        """What happened: {"step", "from", "to"} pictures."""
        self.trouble = ""
        """What of the memory's ceiling could not be kept."""
        self._net, self.objective, self._seed = net, objective, seed
        self._ask, self._guard = forward or net, guard
        self._sow = _sower(net)
        self._autocast = autocast or nullcontext

    def fit(self, pictures: int, step: int) -> None:
        """Take parts of at most so many pictures, for more would not fit."""
        if pictures < self.size:
            self.history.append({"step": step, "from": self.size, "to": pictures})
            self.size = pictures

    @property
    def has_batch_norm(self) -> bool:
        """Whether a layer looks at all pictures of a pass together."""
        return any("BatchNorm" in type(one).__name__ for one in self._net.modules())

    def gradient(self, batch: Batch, step: int) -> Outcome:
        """Add the batch's mean gradient to the parameters' (which must be cleared).

        Returns:
            For each part its share of the mean loss, its logits and its labels, on the device.

        Raises:
            OutOfMemoryError: Not even one picture fits.
        """
        while True:
            outcome = self._attempt(batch, step)
            if outcome is not None:
                return outcome
            self._halve(len(batch), step)

    def _attempt(self, batch: Batch, step: int) -> Outcome | None:
        try:
            outcome = self._pass(batch, step)
            if self._guard is not None:
                self._guard.passed()
        except RuntimeError as error:  # torch.OutOfMemoryError is one, the CPU's is only this
            if not is_out_of_memory(error):
                raise
        else:
            return outcome
        return None  # outside the handler, so that the failed pass's tensors are freed

    def _pass(self, batch: Batch, step: int) -> Outcome:
        self._sow(step_seed(self._seed, step))
        if len(batch) <= self.size:
            logits = self._forward(batch)
            return self._backward(self.objective.mean(logits, batch), logits, batch)
        whole = self.objective.whole(batch)
        outcome: Outcome = []
        for start in range(0, len(batch), self.size):
            part = batch.part(start, start + self.size)
            logits = self._forward(part)
            outcome += self._backward(self.objective.sum(logits, part) / whole, logits, part)
        return outcome

    def _forward(self, part: Batch) -> torch.Tensor:
        with self._autocast():
            logits: torch.Tensor = self._ask(part.x)
        return logits.float()

    def _backward(self, loss: torch.Tensor, logits: torch.Tensor, part: Batch) -> Outcome:
        loss.backward()  # type: ignore[no-untyped-call]
        return [(loss.detach(), logits.detach(), part.y)]

    def _halve(self, pictures: int, step: int) -> None:
        size = min(self.size, pictures)
        self._net.zero_grad(set_to_none=True)
        release()
        if self._guard is not None and self._guard.vain(size):
            self.trouble = self._guard.trouble
            return
        if size <= 1:
            raise OutOfMemoryError(
                "a single picture does not fit into memory",
                hint="lower image_size, or choose a smaller network (model.name)",
            )
        self.history.append({"step": step, "from": size, "to": -(-size // 2)})
        self.size = -(-size // 2)
        if self._guard is not None:
            self._guard.watch()


def _sower(net: nn.Module) -> Callable[[int], object]:
    """Return what seeds the generator that the network's dropout draws from."""
    import torch

    if next(net.parameters()).is_cuda:
        return torch.cuda.manual_seed
    return torch.default_generator.manual_seed


_SAID: Final = (
    "CUDNN_STATUS_ALLOC_FAILED",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "could not create a primitive",  # oneDNN, of a convolution that found no memory for its code
    "could not create a memory object",
)
"""How libraries below torch say that memory did not suffice."""


def is_out_of_memory(error: BaseException) -> bool:
    """Say whether an error of torch means that memory did not suffice, on a GPU or the CPU."""
    import torch

    text = str(error)
    return (
        isinstance(error, torch.OutOfMemoryError | CeilingError)
        or ("DefaultCPUAllocator" in text and "memory" in text)
        or any(one in text for one in _SAID)
    )


def release() -> None:
    """Give back what a failed pass held."""
    import torch

    gc.collect()
    give_back()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
