"""Which learning rate suits: raise it step by step and see where the loss falls fastest.

The range test of Smith 2017, "Cyclical Learning Rates for Training Neural Networks": a fresh copy
of the training sees each batch at a higher rate; nothing of it is kept.
"""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.core.progress import Silent
from sightline.train.data import batches
from sightline.train.spec_io import build_spec
from sightline.train.start import positions, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.core.arrays import F64
    from sightline.core.progress import Progress
    from sightline.core.samples import SampleSet
    from sightline.train.augment import Batch
    from sightline.train.cache import PixelCache
    from sightline.train.loader import Load
    from sightline.train.loop import Training
    from sightline.train.spec import TrainSpec

LOW: Final = 1e-6
HIGH: Final = 1.0
STEPS: Final = 120
LEAST_STEPS: Final = 20
SMOOTHING: Final = 0.9
"""Weight of what was seen before in the smoothed loss."""
DIVERGED: Final = 4.0
"""The test ends when the smoothed loss is this many times the least one."""


@dataclass(frozen=True, slots=True)
class RateRange:
    """What a range test found."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    """Smoothed."""
    suggested: float
    """Where the loss falls fastest; fit for the highest rate of a schedule."""
    highest: float
    """A tenth of where the loss is least: above it a training is at risk."""
    diverged: bool

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        points = zip(self.rates, self.losses, strict=True)
        return {
            "points": [{"lr": rate, "loss": loss} for rate, loss in points],
            "suggested": self.suggested,
            "highest": self.highest,
            "diverged": self.diverged,
        }


def find_rate(
    spec: TrainSpec,
    samples: SampleSet,
    *,
    steps: int = STEPS,
    low: float = LOW,
    high: float = HIGH,
    progress: Progress | None = None,
    load: Load | None = None,
    cache: PixelCache | None = None,
) -> RateRange:
    """Return what learning rates do to a training's first steps; leaves nothing on the disk.

    Args:
        spec: As of the training; its optimiser, augmentation, batches and first weights are used.
        samples: Labelled pictures.
        steps: How many rates are tried, evenly spaced on a logarithmic scale.
        low: The first rate.
        high: The last rate.
        progress: Hears each step, may stop the work.
        load: As of `train`.
        cache: As of `train`.

    Raises:
        InvalidInputError: The rates or the steps make no range, or nothing can be learned.
        CancelledError: Somebody asked to stop.
    """
    check_range(low, high, steps)
    rates = np.geomspace(low, high, steps)
    bare = build_spec({"ema": 0.0, "early_stopping": {"patience": 0}}, base=spec)
    with TemporaryDirectory(prefix="sightline-lr-") as folder:
        seen = list(
            _steps(
                bare,
                samples,
                Path(folder),
                rates=rates,
                progress=progress or Silent(),
                load=load,
                cache=cache,
            )
        )
    losses = smoothed([loss for loss in seen if math.isfinite(loss)])
    return judge(rates[: len(losses)], losses, diverged=len(losses) < steps)


def check_range(low: float, high: float, steps: int) -> None:
    """See that there is a range to test.

    Raises:
        InvalidInputError: There is none.
    """
    if not 0 < low < high <= 10 or steps < LEAST_STEPS:  # noqa: PLR2004 - as optimizer.lr
        raise InvalidInputError(
            f"no range: {low} to {high} in {steps} steps",
            hint=f"as 1e-6 to 1 in {STEPS} steps, at least {LEAST_STEPS}",
        )


def judge(rates: F64, losses: F64, *, diverged: bool) -> RateRange:
    """Return the suggestion for smoothed losses (S,) at rates (S,).

    Raises:
        InvalidInputError: There are too few to judge.
    """
    if len(losses) < LEAST_STEPS // 2:
        raise InvalidInputError(
            "the loss left every bound at once", hint="try lower rates, or check the pictures"
        )
    skipped = len(losses) // 10  # the mean of few batches says nothing yet
    least = skipped + int(losses[skipped:].argmin())
    slopes = _slopes(np.log(rates), losses)[skipped : least + 1]
    steepest = skipped + int(slopes.argmin())
    return RateRange(
        tuple(float(one) for one in rates),
        tuple(float(one) for one in losses),
        suggested=_rounded(float(rates[steepest])),
        highest=_rounded(float(rates[least]) / 10),
        diverged=diverged,
    )


def smoothed(losses: list[float]) -> F64:
    """Return the running mean of losses, without the pull of its start."""
    out, mean = [], 0.0
    for number, loss in enumerate(losses, 1):
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
        out.append(mean / (1 - SMOOTHING**number))
    return np.array(out)


def _slopes(x: F64, y: F64) -> F64:
    """Return the slope of the line through each point (S,) and its neighbours, a fifth of all."""
    reach = max(2, len(x) // 10)
    out = np.empty(len(x))
    for i in range(len(x)):
        part = slice(max(0, i - reach), i + reach + 1)
        away = x[part] - x[part].mean()
        out[i] = (away @ y[part]) / (away @ away)
    return out


def _rounded(rate: float) -> float:
    """Return a rate with two figures, as a person would write it."""
    return float(f"{rate:.1e}")


def _steps(
    spec: TrainSpec,
    samples: SampleSet,
    folder: Path,
    *,
    rates: F64,
    progress: Progress,
    load: Load | None,
    cache: PixelCache | None,
) -> Iterator[float]:
    """Yield the loss of a step at each rate, until it is far above the least."""
    from sightline.train.board import Board
    from sightline.train.run import assemble, pixels_of

    begun = start(spec, samples, folder, mode="new", parent=None)
    pixels, where = pixels_of(spec, samples, load=load, cache=cache), positions(samples)
    with closing(pixels), closing(Board(folder, 0, Silent())) as board:
        pixels.check(where["train"])
        t = assemble(
            spec,
            samples,
            folder,
            begun=begun,
            pixels=pixels,
            where=where,
            board=board,
            progress=progress,
        )
        t.parts.net.train()
        ending = _Ending()
        for number, (rate, batch) in enumerate(zip(rates, _batches(t), strict=False)):
            progress.check()
            loss = _step(t, batch, number, float(rate))
            yield loss
            progress.advance(number + 1, len(rates), f"learning rate {rate:.1e}")
            if ending.reached(loss):
                return


class _Ending:
    """Says when the smoothed loss is hopelessly above the least one."""

    def __init__(self) -> None:
        self._losses: list[float] = []
        self._least = math.inf

    def reached(self, loss: float) -> bool:
        """Take in a loss."""
        if not math.isfinite(loss):
            return True
        self._losses.append(loss)
        now = float(smoothed(self._losses)[-1])
        self._least = min(self._least, now)
        return len(self._losses) >= LEAST_STEPS and now > DIVERGED * self._least


def _batches(t: Training) -> Iterator[Batch]:
    """Yield the training's own batches, epoch after epoch."""
    for epoch in count():
        groups = batches(
            t.spec.seed,
            epoch,
            t.train,
            views=t.spec.augment.views,
            batch=t.batch,
            weights=t.weights,
        )
        for step, (images, truth) in enumerate(t.pixels.stream(groups)):
            yield t.augmenter.batch(images, truth, epoch=epoch, step=step)


def _step(t: Training, batch: Batch, number: int, rate: float) -> float:
    """Do one step and return its loss."""
    import torch

    for group in t.parts.optimizer.param_groups:
        group["lr"] = rate
    outcome = t.splitter.gradient(batch, number)
    if t.spec.clip_norm:
        params = [one for one in t.parts.net.parameters() if one.requires_grad]
        torch.nn.utils.clip_grad_norm_(params, t.spec.clip_norm, foreach=True)
    t.parts.optimizer.step()
    t.parts.optimizer.zero_grad(set_to_none=True)
    return float(torch.stack([part[0] for part in outcome]).sum())
