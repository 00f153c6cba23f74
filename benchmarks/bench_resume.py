"""A resumed training differs from an uninterrupted one by exactly nothing.

Each mode trains once without and once with an interruption in mid-epoch. Beside them: the same
interruption with a fresh optimiser, which is what loading weights alone would give, and accelerate
and Lightning's Trainer, which save and load their state as their guides say (extra `peers`).
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import resume_peers
from benchmarks.harness import ROOT, bar, save

if TYPE_CHECKING:
    from sightline.core.samples import Split

PX, COUNT, STEPS = 16, 96, 12  # steps of an epoch
MIXED = {"mixup": 0.3, "elastic": 0.05, "flip": 0.5, "erase": 0.2}
CASES: dict[str, tuple[dict[str, Any], int, dict[str, Any]]] = {
    # what both are asked for, the step of the cut, what the resumed one is asked for besides
    "epoch boundary": ({}, STEPS, {}),
    "mid-epoch": ({}, STEPS + 5, {}),
    "0 -> 2 workers": ({}, STEPS + 5, {"loader": {"workers": 2}}),
    "no averaged weights": ({"ema": 0.0}, STEPS + 5, {}),
    "mixup and cutmix": ({"augment": MIXED | {"cutmix": 0.5}}, STEPS + 5, {}),
    "micro-batches": ({"batch_size": 3, "accumulate": 2}, STEPS + 7, {}),
    "sgd, balanced": (
        {"optimizer": {"name": "sgd", "lr": 0.02}, "sampling": "balanced"}, STEPS + 5, {},
    ),
    "bfloat16": ({"precision": {"amp": "on"}}, STEPS + 5, {}),
    "cache": ({}, STEPS + 5, {"loader": {"cache": True, "workers": 2}}),
}  # fmt: skip


class PowerCutError(Exception):
    """The machine went off."""


def world(folder: Path) -> Any:
    """Write noisy pictures of three brightnesses."""
    from PIL import Image

    from sightline.core.samples import Sample, SampleSet

    rng = np.random.default_rng(0)
    samples = []
    for i in range(COUNT):
        noise = rng.integers(0, 120, (PX, PX, 3), dtype=np.uint8) + np.uint8(i % 3 * 40)
        Image.fromarray(noise).save(folder / f"{i}.png")
        split: Split = "train" if i < COUNT - 12 else "val"
        samples.append(Sample(i, folder / f"{i}.png", 0, i % 3, split, str(i)))
    return SampleSet(tuple(samples), ("dark", "middle", "bright"))


def spec_of(*, every_steps: int = 0, **changes: Any) -> Any:
    """Return settings that use every kind of randomness."""
    from sightline.train.spec_io import build_spec

    base = {
        "epochs": 3, "batch_size": 7, "image_size": PX, "threads": 1, "augment": MIXED,
        "loader": {"workers": 0, "memory_mb": 0, "cache": False}, "model": {"name": "small_cnn"},
        "checkpoint": {"every_s": 0.0, "every_steps": every_steps},
    }  # fmt: skip
    return build_spec(changes, base=build_spec(base))


def stopped(samples: Any, run: Path, step: int, **changes: Any) -> None:
    """Train until the power goes before a step; the last checkpoint is of that step."""
    from sightline.core.progress import Silent
    from sightline.train.run import train

    class Cut(Silent):
        checks = 0

        def check(self) -> None:
            self.checks += 1
            if self.checks > step + 1:
                raise PowerCutError

    try:
        train(spec_of(every_steps=step, **changes), samples, run, progress=Cut())
    except PowerCutError:
        return
    raise AssertionError("the run was over before the cut")


def killed(samples: Any, run: Path) -> None:
    """Start the training in a process of its own and kill it after a checkpoint."""
    from sightline.train import manifest

    run.mkdir()
    manifest.save(run, samples)
    child = subprocess.Popen([sys.executable, "-m", "benchmarks.bench_resume", str(run)], cwd=ROOT)
    last = run / "checkpoints" / "last.safetensors"
    while not last.exists() and child.poll() is None:
        time.sleep(0.002)
    child.send_signal(signal.SIGKILL)
    child.wait()
    if (run / "report.json").exists():
        raise AssertionError("the run was over before it was killed")


def paused(samples: Any, run: Path, step: int) -> None:
    """Pause before a step, go on, and lose the power two steps later."""
    from sightline.core.progress import Silent
    from sightline.train.control import Wish, write_wish
    from sightline.train.run import train

    class Hand(Silent):
        checks = 0

        def check(self) -> None:
            """Ask for the pause, end it once it has begun, then cut."""
            self.checks += 1
            if self.checks == step:
                write_wish(run, Wish(pause=True))
                time.sleep(0.3)  # the loop looks four times a second
            elif self.checks == step + 2:
                write_wish(run, Wish())
            elif self.checks > step + 5:
                raise PowerCutError

    try:
        train(spec_of(every_steps=step), samples, run, progress=Hand())
    except PowerCutError:
        return
    raise AssertionError("the run was over before the cut")


def paused_mid_epoch(samples: Any, run: Path) -> None:
    """Pause in the second epoch."""
    paused(samples, run, STEPS + 5)


def difference(one: Path, other: Path) -> float:
    """Return the greatest difference of any saved number of two runs."""
    from sightline.nets.weights import load_state

    worst = 0.0
    for which in ("last", "best"):
        a, b = (load_state(run / "checkpoints" / f"{which}.safetensors")[0] for run in (one, other))
        worst = max([worst, *((a[key].double() - b[key].double()).abs().max().item() for key in a)])
    return worst


def weights_only(samples: Any, run: Path, whole: Path) -> float:
    """Return the difference when only the weights of a stopped run are loaded."""
    from sightline.nets.weights import load_state, save_state
    from sightline.train.run import train

    last = run / "checkpoints" / "last.safetensors"
    state, metadata = load_state(last)
    kept = {k: v if not k.startswith("optimizer") else v * 0 for k, v in state.items()}
    save_state(last, kept, metadata)
    train(spec_of(), samples, run, mode="resume")
    return difference(whole, run)


def main() -> dict[str, Any]:
    """Interrupt in every way and compare."""
    import torch

    from sightline.train.cache import PixelCache
    from sightline.train.run import train

    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples, whole = world(folder), folder / "whole"
        cache = PixelCache(folder / "cache", 1 << 24, reserve_bytes=0)
        train(spec_of(), samples, whole)
        for number, (case, (both, step, resumed)) in enumerate(CASES.items()):
            straight, run = folder / f"whole{number}", folder / f"run{number}"
            train(spec_of(**both), samples, straight)
            stopped(samples, run, step, **both)
            torch.manual_seed(123)
            train(spec_of(**both | resumed), samples, run, mode="resume", cache=cache)
            found[case] = difference(straight, run)
        for case, interrupt in (("after SIGKILL", killed), ("after a pause", paused_mid_epoch)):
            run = folder / case
            interrupt(samples, run)
            train(spec_of(), samples, run, mode="resume")
            found[case] = difference(whole, run)
        run = folder / "peer"
        stopped(samples, run, STEPS + 5)
        peer = weights_only(samples, run, whole)
    print(f"weights without the optimiser's state: {peer:.3g}")
    others = resume_peers.differences()
    held = [bar(f"difference, {case}", value, 0.0) for case, value in found.items()]
    ratio = max(found.values()) / peer
    figures = {"difference": found, "weights_only": peer, "peers": others, "ratio": ratio}
    return save("resume", figures | {"passed": all(held)})


if __name__ == "__main__":
    if len(sys.argv) > 1:
        from sightline.train import manifest
        from sightline.train.run import train

        place = Path(sys.argv[1])
        train(spec_of(every_steps=3), manifest.load(place), place)
    else:
        main()
