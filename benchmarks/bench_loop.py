"""The training loop costs at most 100 us a step over a bare loop with the same maths.

The bare loop is what one writes by hand: gather, normalise, forward, backward, clip, step and the
averaged weights, over the same pictures and network. Ours adds the schedule, micro-batches,
cancelling, metrics, checkpoints by time and counters. The two take turns in one process, ten
steps each, so that a busy machine slows both; one thread, processor time, the fastest fifth.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.harness import Comparison, bar, save, show
from sightline.core.progress import Silent
from sightline.core.samples import Sample, SampleSet

if TYPE_CHECKING:
    from collections.abc import Callable

BAR_US = 100.0
STEPS, BATCH, PX, ROUNDS, BLOCK = 1000, 4, 8, 5, 10
COUNT = STEPS * BATCH
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (COUNT, PX, PX, 3), dtype=np.uint8)
LABELS = RNG.integers(0, 10, COUNT)
STILL = dict.fromkeys(("rotate", "scale", "translate", "shear", "brightness", "contrast"), 0.0)


class Turns(Silent):
    """Where our loop asks whether to go on, the bare loop takes its steps."""

    def __init__(self, bare_step: Callable[[], None]) -> None:
        self.bare_step = bare_step
        self.asked = 0
        self.ours: list[float] = []
        self.bare: list[float] = []
        self._since = 0.0

    def check(self) -> None:
        """End our block, do a bare one, begin our next."""
        self.asked += 1
        step = self.asked - COUNT - 1  # reading the pictures asks too
        if step < 0 or step % BLOCK:
            return
        now = time.process_time()
        if step:
            self.ours.append((now - self._since) / BLOCK)
        began = time.process_time()
        for _ in range(BLOCK):
            self.bare_step()
        self._since = time.process_time()
        self.bare.append((self._since - began) / BLOCK)


def one_round(*, full: bool) -> tuple[float, float]:
    """Return the step of our loop and of the bare one, seconds."""
    from sightline.train.run import train
    from sightline.train.spec_io import build_spec

    spec = build_spec(
        {
            "epochs": 1, "batch_size": BATCH, "image_size": PX, "threads": 1, "augment": STILL,
            "ema": 0.99 if full else 0.0, "clip_norm": 1.0 if full else 0.0,
        }
    )  # fmt: skip
    samples = tuple(
        Sample(i, Path(), 0, int(label), "train", str(i)) for i, label in enumerate(LABELS)
    )
    turns = Turns(bare_loop(full=full))
    with tempfile.TemporaryDirectory() as folder:
        train(
            spec,
            SampleSet(samples, tuple("0123456789")),
            Path(folder),
            progress=turns,
            load=lambda sample: IMAGES[sample.image_id],
        )
    return quiet(turns.ours), quiet(turns.bare)


def quiet(blocks: list[float]) -> float:
    """Return the mean of the fastest fifth: what others do to the machine only adds."""
    return statistics.mean(sorted(blocks)[: len(blocks) // 5])


def bare_loop(*, full: bool) -> Callable[[], None]:
    """Return a function that takes the next step of a loop written by hand."""
    import torch
    from torch.nn.functional import cross_entropy

    from sightline.core.preprocess import IMAGENET_MEAN, IMAGENET_STD
    from sightline.nets.build import build

    torch.manual_seed(0)
    net: Any = build("small_cnn", 10)
    net.to(memory_format=torch.channels_last).train()
    params = list(net.parameters())
    groups = [
        {"params": [one for one in params if one.ndim > 1], "weight_decay": 0.05},
        {"params": [one for one in params if one.ndim <= 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, foreach=True)
    now = [one.detach() for one in net.state_dict().values() if one.is_floating_point()]
    mean = [one.clone() for one in now]
    std = torch.tensor(IMAGENET_STD).view(1, 3, 1, 1)
    offset = -torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1) / std
    order = np.random.default_rng(1).permutation(COUNT)
    batches = iter([order[i : i + BATCH] for i in range(0, COUNT, BATCH)])

    def step() -> None:
        rows = next(batches)
        x = torch.from_numpy(IMAGES[rows]).permute(0, 3, 1, 2).float().div_(255)
        x = torch.addcdiv(offset, x, std).contiguous(memory_format=torch.channels_last)
        y = torch.from_numpy(LABELS[rows])
        loss: Any = cross_entropy(net(x), y, label_smoothing=0.05)
        loss.backward()
        if full:
            torch.nn.utils.clip_grad_norm_(params, 1.0, foreach=True)
        optimizer.step()
        optimizer.zero_grad()
        if full:
            torch._foreach_lerp_(mean, now, 0.01)

    return step


def main() -> dict[str, Any]:
    """Measure with and without averaged weights and clipping, on both sides."""
    figures: dict[str, Any] = {}
    passed = True
    one_round(full=True)
    for name, full in (("plain", False), ("averaging and clipping", True)):
        pairs = [one_round(full=full) for _ in range(ROUNDS)]
        result = Comparison(name, tuple(a for a, _ in pairs), tuple(b for _, b in pairs))
        show(result)
        overhead = statistics.median(1e6 * (a - b) for a, b in pairs)
        passed &= bar(f"overhead per step, {name}", overhead, BAR_US, unit="us")
        figures[name] = result.as_dict() | {"overhead_us": overhead}
    return save("loop", {"comparisons": figures, "passed": passed})


if __name__ == "__main__":
    main()
