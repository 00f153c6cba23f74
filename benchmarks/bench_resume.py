"""A resumed training differs from an uninterrupted one by exactly nothing.

Each case trains once without and once with an interruption; beside them the same interruption with
a fresh optimiser, which is what loading weights alone would give.
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

from benchmarks.harness import ROOT, bar, save

if TYPE_CHECKING:
    from sightline.core.samples import Split

PX, COUNT, STEPS = 16, 96, 12  # steps of an epoch
CASES = {"epoch boundary": (STEPS, 0), "mid-epoch": (STEPS + 5, 0), "0 -> 2 workers": (17, 2)}


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


def spec_of(*, workers: int = 0, every_steps: int = 0) -> Any:
    """Return settings that use every kind of randomness."""
    from sightline.train.spec_io import build_spec

    return build_spec(
        {
            "epochs": 3, "batch_size": 7, "image_size": PX, "threads": 1,
            "augment": {"mixup": 0.3, "elastic": 0.05, "flip": 0.5, "erase": 0.2},
            "loader": {"workers": workers, "memory_mb": 0},
            "checkpoint": {"every_s": 0.0, "every_steps": every_steps},
        }
    )  # fmt: skip


def stopped(samples: Any, run: Path, step: int) -> None:
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
        train(spec_of(every_steps=step), samples, run, progress=Cut())
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

    from sightline.train.run import train

    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        samples, whole = world(folder), folder / "whole"
        train(spec_of(), samples, whole)
        for number, (case, (step, workers)) in enumerate(CASES.items()):
            run = folder / f"run{number}"
            stopped(samples, run, step)
            torch.manual_seed(123)
            train(spec_of(workers=workers), samples, run, mode="resume")
            found[case] = difference(whole, run)
        run = folder / "killed"
        killed(samples, run)
        train(spec_of(), samples, run, mode="resume")
        found["after SIGKILL"] = difference(whole, run)
        run = folder / "peer"
        stopped(samples, run, STEPS + 5)
        peer = weights_only(samples, run, whole)
    print(f"weights without the optimiser's state: {peer:.3g}")
    held = [bar(f"difference, {case}", value, 0.0) for case, value in found.items()]
    ratio = max(found.values()) / peer
    return save("resume", {"difference": found, "peer": peer, "ratio": ratio, "passed": all(held)})


if __name__ == "__main__":
    if len(sys.argv) > 1:
        from sightline.train import manifest
        from sightline.train.run import train

        place = Path(sys.argv[1])
        train(spec_of(every_steps=3), manifest.load(place), place)
    else:
        main()
