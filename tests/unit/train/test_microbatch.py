from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from sightline.core.errors import OutOfMemoryError
from sightline.train.augment import Batch
from sightline.train.data import IGNORED
from sightline.train.microbatch import Splitter, is_out_of_memory
from sightline.train.objective import ClassObjective as Objective


class Hungry(nn.Module):
    """A network without batch norm that fails on more than `limit` pictures."""

    def __init__(self, limit: int = 1 << 30, error: Exception | None = None) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Linear(4, 3)
        self.sizes: list[int] = []
        self.limit, self.error = limit, error or torch.OutOfMemoryError("CUDA out of memory")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if len(x) > self.limit:
            raise self.error
        self.sizes.append(len(x))
        logits: torch.Tensor = self.layer(x)
        return logits


def batch(*, mix: bool = False) -> Batch:
    g = torch.Generator().manual_seed(1)
    x, y = torch.randn(10, 4, generator=g), torch.tensor([0, 1, 2, 0, IGNORED, 0, 0, 1, 2, 2])
    if not mix:
        return Batch(x, y, whole=False)
    return Batch(x, y, y.flip(0), torch.rand(10, generator=g), whole=False)


def gradient(net: Hungry, objective: Objective, size: int, one: Batch) -> tuple[Any, ...]:
    splitter = Splitter(net, objective, size=size, seed=0)
    outcome = splitter.gradient(one, step=5)
    loss = sum(part.item() for part, _, _ in outcome)
    hits = sum(int((logits.argmax(1) == y).sum()) for _, logits, y in outcome)
    assert net.layer.weight.grad is not None
    return net.layer.weight.grad.clone(), loss, hits, splitter


@pytest.mark.parametrize("weight", [None, torch.tensor([1.0, 5.0, 0.5])])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("mix", [False, True])
@pytest.mark.parametrize("size", [1, 3, 9])
def test_parts_have_the_gradient_of_the_whole(
    weight: Any, smoothing: float, size: int, *, mix: bool
) -> None:
    objective = Objective(weight, smoothing)
    whole = gradient(Hungry(), objective, 10, batch(mix=mix))
    parts = gradient(Hungry(), objective, size, batch(mix=mix))
    assert torch.allclose(whole[0], parts[0], atol=1e-6)
    assert whole[1] == pytest.approx(parts[1], abs=1e-6)
    assert whole[2] == parts[2]


def test_the_whole_is_the_textbooks_cross_entropy() -> None:
    weight = torch.tensor([1.0, 5.0, 0.5])
    one, net = batch(), Hungry()
    expected = nn.functional.cross_entropy(
        net(one.x), one.y, weight=weight, label_smoothing=0.1, ignore_index=IGNORED
    )
    assert gradient(net, Objective(weight, 0.1), 10, one)[1] == pytest.approx(expected.item())


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:116] DefaultCPUAllocator: not enough memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("could not create a primitive"),
    ],
)
def test_out_of_memory_halves_the_parts_and_keeps_them_small(error: Exception) -> None:
    assert is_out_of_memory(error)
    expected = gradient(Hungry(), Objective(None, 0.0), 10, batch())[0]
    net = Hungry(limit=3, error=error)
    found, _, _, splitter = gradient(net, Objective(None, 0.0), 10, batch())
    assert torch.allclose(found, expected, atol=1e-6)
    assert splitter.size == 3
    assert splitter.history == [{"step": 5, "from": 10, "to": 5}, {"step": 5, "from": 5, "to": 3}]
    net.sizes.clear()
    splitter.gradient(batch(), step=6)
    assert net.sizes == [3, 3, 3, 1]
    assert len(splitter.history) == 2


def test_a_failure_in_a_later_part_does_not_count_the_earlier_twice() -> None:
    expected = gradient(Hungry(), Objective(None, 0.0), 10, batch())[0]

    class Once(Hungry):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if len(self.sizes) == 1:
                self.sizes.append(0)
                raise self.error
            return super().forward(x)

    found = gradient(Once(), Objective(None, 0.0), 5, batch())[0]
    assert torch.allclose(found, expected, atol=1e-6)


@pytest.mark.nightly
def test_a_single_picture_that_does_not_fit_is_an_error_with_a_hint() -> None:
    with pytest.raises(OutOfMemoryError) as caught:
        gradient(Hungry(limit=0), Objective(None, 0.0), 10, batch())
    assert "image_size" in caught.value.hint


def test_other_errors_are_not_taken_for_memory() -> None:
    assert not is_out_of_memory(RuntimeError("shape mismatch"))
    with pytest.raises(RuntimeError, match="shape"):
        gradient(Hungry(limit=0, error=RuntimeError("shape")), Objective(None, 0), 10, batch())


def test_a_step_draws_the_same_dropout_when_it_is_done_again() -> None:
    def answers(step: int) -> float:
        torch.manual_seed(torch.seed() % 1000)
        net = Hungry()
        net.layer = nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 3))  # type: ignore[assignment]
        nn.init.ones_(net.layer[1].weight)  # type: ignore[index]
        nn.init.zeros_(net.layer[1].bias)  # type: ignore[index]
        return (
            Splitter(net, Objective(None, 0), size=9, seed=3).gradient(batch(), step)[0][0].item()
        )

    assert answers(1) == answers(1)


def test_a_batch_of_unreadable_pictures_has_no_gradient() -> None:
    one = batch()
    one.y = torch.full((10,), IGNORED)
    found, loss, hits, _ = gradient(Hungry(), Objective(None, 0.1), 10, one)
    assert not found.any()
    assert loss == 0
    assert hits == 0
