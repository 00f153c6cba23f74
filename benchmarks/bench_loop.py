"""The training loop costs at most 100 us a step over a bare loop with the same maths, 3 % at 10 ms.

The bare loop is what one writes by hand: gather, normalise, forward, backward, clip, step and the
averaged weights, over the same pictures and network. Ours adds the schedule, micro-batches, checks
of loss and gradient, cancelling, control, metrics, checkpoints by time and counters. The two take
turns in one process, ten steps each, so that a busy machine slows both; one thread, processor time,
the fastest fifth. accelerate, Lightning Fabric and Lightning's Trainer take the same turns where
they are installed (extra `peers`).
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import Comparison, bar, save, show
from benchmarks.loop_peers import PEERS
from benchmarks.loop_world import BLOCK, World, bare_loop, quiet
from sightline.core.progress import Silent
from sightline.core.samples import Sample, SampleSet

if TYPE_CHECKING:
    from collections.abc import Callable

BAR_US, BAR_SHARE = 100.0, 1.03
SMALL = World(batch=4, px=8, steps=600)
LARGE = World(batch=16, px=32, steps=60)
"""A step of more than 10 ms."""
ROUNDS = 5
STILL = dict.fromkeys(("rotate", "scale", "translate", "shear", "brightness", "contrast"), 0.0)


class Turns(Silent):
    """Where our loop asks whether to go on, the bare loop takes its steps."""

    def __init__(self, bare_step: Callable[[], None], skip: int) -> None:
        self.bare_step, self.skip = bare_step, skip
        self.asked = 0
        self.ours: list[float] = []
        self.bare: list[float] = []
        self._since = 0.0

    def check(self) -> None:
        """End our block, do a bare one, begin our next."""
        self.asked += 1
        step = self.asked - self.skip - 1  # the first epoch reads the pictures
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


def one_round(world: World, *, full: bool) -> tuple[float, float]:
    """Return the step of our loop and of the bare one, seconds."""
    from sightline.train.run import train
    from sightline.train.spec_io import build_spec

    spec = build_spec(
        {
            "epochs": 2, "batch_size": world.batch, "image_size": world.px, "threads": 1,
            "augment": STILL, "ema": 0.99 if full else 0.0, "clip_norm": 1.0 if full else 0.0,
            "model": {"name": "small_cnn"}, "precision": {"amp": "off"},
        }
    )  # fmt: skip
    images, labels = world.images, world.labels
    samples = tuple(
        Sample(i, Path(), 0, int(label), "train", str(i)) for i, label in enumerate(labels)
    )
    turns = Turns(bare_loop(world, full=full), skip=world.steps)
    with tempfile.TemporaryDirectory() as folder:
        train(
            spec,
            SampleSet(samples, tuple("0123456789")),
            Path(folder),
            progress=turns,
            load=lambda sample: images[sample.image_id],
        )
    return quiet(turns.ours), quiet(turns.bare)


def peers(world: World) -> dict[str, Any]:
    """Return what each peer that is installed costs over the bare loop, microseconds a step."""
    from sightline.nets.torchvision_shim import install

    install()  # some of them import torchvision
    found: dict[str, Any] = {}
    for name, turns in PEERS.items():
        try:
            pairs = [turns(world) for _ in range(3)]
        except ImportError as error:
            print(f"not measured: {name} ({error}); install the extra `peers`")
            continue
        over = statistics.median(1e6 * (a - b) for a, b in pairs)
        found[name] = over
        print(f"        {name}: {over:+.0f} us a step over the bare loop")
    return found


def main() -> dict[str, Any]:
    """Measure with and without averaged weights and clipping, on both sides; then the peers."""
    figures: dict[str, Any] = {}
    passed = True
    one_round(SMALL, full=True)
    for name, full in (("plain", False), ("averaging and clipping", True)):
        pairs = [one_round(SMALL, full=full) for _ in range(ROUNDS)]
        result = Comparison(name, tuple(a for a, _ in pairs), tuple(b for _, b in pairs))
        show(result)
        overhead = statistics.median(1e6 * (a - b) for a, b in pairs)
        passed &= bar(f"overhead per step, {name}", overhead, BAR_US, unit="us")
        figures[name] = result.as_dict() | {"overhead_us": overhead}
    pairs = [one_round(LARGE, full=True) for _ in range(ROUNDS)]
    result = Comparison("long steps", tuple(a for a, _ in pairs), tuple(b for _, b in pairs))
    show(result)
    passed &= bar("long steps over bare ones", result.ratio, BAR_SHARE)
    figures["long steps"] = result.as_dict()
    return save("loop", {"comparisons": figures, "peers_over_us": peers(SMALL), "passed": passed})


if __name__ == "__main__":
    main()
