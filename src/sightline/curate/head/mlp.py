"""A network of a few layers on frozen vectors, trained with AdamW (Loshchilov and Hutter 2019).

Hidden layers end in ReLU and dropout; labels may be smoothed (Szegedy et al. 2016) and rows mixed
in pairs (Zhang et al. 2018). What is kept are the weights of the lowest held-out loss.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.heads.bundle import Layer, forward
from sightline.heads.calibration import softmax
from sightline.metrics.classification import accuracy, log_loss
from sightline.nets.device import device_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch

    from sightline.core.arrays import F32, I64
    from sightline.curate.head.data import Problem
    from sightline.curate.head.spec import HeadSpec
    from sightline.curate.head.watch import Watch


def fit(
    problem: Problem,
    spec: HeadSpec,
    *,
    watch: Watch,
    start: Sequence[Layer] = (),
    held: tuple[F32, I64] | None = None,
) -> tuple[Layer, ...]:
    """Return the layers that fit best.

    Args:
        problem: What they are fitted to.
        spec: sizes, dropout, epochs, lr and the rest of an MLP.
        watch: Is told of each epoch, and may stop it.
        start: Layers to begin from, where their shapes are these.
        held: Rows and classes that it does not learn from: they say when to stop.

    Raises:
        CancelledError: Somebody stopped it.
        InvalidInputError: A graphics card is asked for, and there is none.
    """
    import torch

    device, generator = device_of(spec.device), torch.Generator().manual_seed(spec.seed)
    rows, y, k = problem.rows, problem.y, problem.k
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(spec.seed)
        net = _net(rows.shape[1], k, spec, start).to(device)
        optimizer = torch.optim.AdamW(net.parameters(), lr=spec.lr, weight_decay=spec.weight_decay)
        mixed = _Mixed(spec, k, generator)
        data = [torch.from_numpy(one).to(device) for one in (rows, y, np.float32(problem.weights))]
        chances = torch.from_numpy(_chances(y, k, balanced=spec.balanced_sampler))
        best = _Best(spec.patience, _layers(net))
        for epoch in range(1, spec.epochs + 1):
            net.train()
            total = 0.0
            for at in _batches(chances, spec, generator):
                loss = mixed.loss(net, *(one[at.to(device)] for one in data))
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                total += float(loss.detach()) * len(at)
            told = {"loss": total / len(rows)} | _held(_layers(net), held)
            over = best.look(told.get("val_loss", told["loss"]), net) or epoch == spec.epochs
            watch.step(epoch, partial(dict, told), last=over)
            if over:
                break
    return best.layers


class _Best:
    """Keeps the layers of the lowest loss, and knows when to give up."""

    def __init__(self, patience: int, layers: tuple[Layer, ...]) -> None:
        self._patience = patience
        self._loss = float("inf")
        self._waited = 0
        self.layers = layers

    def look(self, loss: float, net: Any) -> bool:
        """Note the loss after an epoch; True: it has not fallen for too long."""
        if loss < self._loss:
            self._loss, self._waited, self.layers = loss, 0, _layers(net)
            return False
        self._waited += 1
        return self._waited >= self._patience


def _net(dim: int, k: int, spec: HeadSpec, start: Sequence[Layer]) -> Any:
    import torch

    parts: list[Any] = []
    width = dim
    for size in spec.sizes:
        parts += [torch.nn.Linear(width, size), torch.nn.ReLU(), torch.nn.Dropout(spec.dropout)]
        width = size
    net = torch.nn.Sequential(*parts, torch.nn.Linear(width, k))
    linear = [one for one in net if isinstance(one, torch.nn.Linear)]
    known = [(one.in_features, one.out_features) for one in linear]
    if start and known == [one.weight.shape for one in start]:
        for one, layer in zip(linear, start, strict=True):
            one.weight.data.copy_(torch.from_numpy(layer.weight.T.copy()))
            one.bias.data.copy_(torch.from_numpy(layer.bias.copy()))
    return net


def _layers(net: Any) -> tuple[Layer, ...]:
    import torch

    return tuple(
        Layer(
            np.ascontiguousarray(one.weight.detach().cpu().numpy().T, np.float32),
            one.bias.detach().cpu().numpy().astype(np.float32),
        )
        for one in net
        if isinstance(one, torch.nn.Linear)
    )


def _chances(y: I64, k: int, *, balanced: bool) -> F32:
    """Return how likely each row is drawn, (N,)."""
    if not balanced:
        return np.ones(len(y), np.float32)
    counts = np.maximum(np.bincount(y, minlength=k), 1)
    return (1.0 / counts[y]).astype(np.float32)


def _batches(
    chances: torch.Tensor, spec: HeadSpec, generator: torch.Generator
) -> Iterator[torch.Tensor]:
    """Yield the rows of each step: each once, or drawn so that classes come equally often."""
    import torch

    n = len(chances)
    if spec.balanced_sampler:
        order = torch.multinomial(chances, n, replacement=True, generator=generator)
    else:
        order = torch.randperm(n, generator=generator)
    for at in range(0, n, spec.batch_size):
        yield order[at : at + spec.batch_size]


class _Mixed:
    """The weighted cross entropy of a batch, its rows mixed in pairs if that is asked."""

    def __init__(self, spec: HeadSpec, k: int, generator: torch.Generator) -> None:
        self._spec, self._k, self._generator = spec, k, generator
        self._rng = np.random.default_rng(spec.seed)

    def loss(self, net: Any, x: torch.Tensor, y: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
        """Return it for rows (B, D), classes (B,) and how much each counts (B,)."""
        import torch
        from torch.nn import functional

        spec = self._spec
        truth = functional.one_hot(y, self._k).to(x.dtype)
        if spec.mixup > 0:
            part = float(self._rng.beta(spec.mixup, spec.mixup))
            other = torch.randperm(len(x), generator=self._generator).to(x.device)
            x, truth = x.lerp(x[other], 1 - part), truth.lerp(truth[other], 1 - part)
            share = share.lerp(share[other], 1 - part)
        losses = functional.cross_entropy(
            net(x), truth, reduction="none", label_smoothing=spec.label_smoothing
        )
        return (losses * share).sum() / share.sum()


def _held(layers: Sequence[Layer], held: tuple[F32, I64] | None) -> dict[str, float]:
    if held is None or not len(held[1]):
        return {}
    probs = softmax(forward(layers, held[0]).astype(np.float64))
    return {
        "val_loss": log_loss(probs, held[1]),
        "val_accuracy": accuracy(held[1], probs.argmax(1)),
    }
