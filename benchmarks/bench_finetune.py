"""Trashnet fine-tuned from a real MobileNetV2: at least 4 points over a probe of the same file.

1,285 photographs of six kinds of rubbish. A fifth is held out by groups: ten neighbouring numbers
of a class, which often show one thing, stay together. Ours: the spec that the data themselves
suggest when weights are given, nothing set but the threads. Beside it a logistic regression on the
pooled features of the same file, with the same pictures, preprocessing and split; its penalty is
chosen by cross-validation over the groups of the training part. Neither sees the held-out pictures
before the end: the last epoch counts. Each split has a process of its own, with the environment
that a training's process gets.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.harness import ROOT, Spread, bar, save

if TYPE_CHECKING:
    from sightline.core.samples import SampleSet
    from sightline.train.spec import TrainSpec

SPLITS, THREADS, GROUP = (0, 1, 2), 2, 10
GAIN, SECONDS = 4.0, 600.0
NETWORK = "mobilenet_v2_same"
PENALTIES = (0.001, 0.01, 0.1, 1.0, 10.0)
DATA = Path(os.environ.get("SIGHTLINE_TEST_DATA", ROOT.parent / "shared" / "data"))
WEIGHTS = DATA / "weights_mobilenet_v2" / "mobilenet_v2_imagenet.safetensors"


@dataclass(frozen=True)
class Problem:
    """The photographs, split, and the group of each."""

    samples: SampleSet
    groups: np.ndarray


def problem(split: int) -> Problem:
    """Return the photographs with a fifth of each class held out by groups."""
    from sightline.core.samples import Sample, SampleSet

    folder = DATA / "cls_trashnet_train"
    if not folder.is_dir() or not WEIGHTS.is_file():
        raise SystemExit(f"no weights or pictures at {DATA}: set SIGHTLINE_TEST_DATA")
    classes = tuple(sorted(one.name for one in folder.iterdir() if one.is_dir()))
    samples: list[Sample] = []
    groups: list[str] = []
    for label, name in enumerate(classes):
        files = sorted(folder.glob(f"{name}/*.jpg"), key=number)
        held = held_out([number(file) // GROUP for file in files], f"{split}/{name}")
        for file in files:
            group = number(file) // GROUP
            kind: Any = "test" if group in held else "train"
            samples.append(Sample(len(samples), file, 0, label, kind, f"{name}/{file.stem}"))
            groups.append(f"{name}/{group}")
    return Problem(SampleSet(tuple(samples), classes), np.array(groups))


def number(file: Path) -> int:
    """Return the number in a file's name."""
    found = re.search(r"\d+", file.stem)
    return int(found[0]) if found else 0


def held_out(groups: list[int], seed: str, share: float = 0.2) -> set[int]:
    """Return the groups, drawn by a seed, that make up a share of the pictures.

    Args:
        groups: Of each picture.
        seed: The same seed, the same groups.
        share: 0..1.
    """
    order = sorted(set(groups), key=lambda g: hashlib.blake2b(f"{seed}/{g}".encode()).digest())
    held: set[int] = set()
    for group in order:
        if sum(one in held for one in groups) >= share * len(groups):
            break
        held.add(group)
    return held


def asked(here: Problem, split: int) -> TrainSpec:
    """Return the spec that is suggested for the pictures and the file."""
    from sightline.train.suggest import plan_spec

    model = {"name": NETWORK, "weights": str(WEIGHTS)}
    values: dict[str, Any] = {"model": model, "threads": THREADS, "seed": split}
    return plan_spec(values, here.samples, [(288, 384)])


def tuned(here: Problem, spec: TrainSpec) -> dict[str, float]:
    """Train, and return the accuracy on the held-out pictures with what it took."""
    from sightline.train.run import train

    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        result = train(spec, here.samples, Path(folder))
        return {
            "accuracy": float(result.metrics["accuracy"]),
            "wall_s": time.perf_counter() - wall,
            "cpu_s": time.process_time() - cpu,
        }


def probed(here: Problem, spec: TrainSpec) -> float:
    """Return the accuracy of a logistic regression on the frozen features."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, GroupKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows = embedded(here, spec)
    y = np.array([one.label for one in here.samples.samples])
    test = np.array([one.split == "test" for one in here.samples.samples])
    search = GridSearchCV(
        make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)),
        {"logisticregression__C": PENALTIES},
        cv=GroupKFold(4),
    )
    search.fit(rows[~test], y[~test], groups=here.groups[~test])
    return float(search.score(rows[test], y[test]))


def embedded(here: Problem, spec: TrainSpec) -> np.ndarray:
    """Return (N, D) pooled features, by the spec's own preprocessing."""
    import torch

    from sightline.imaging.preprocess import load, normalise
    from sightline.nets.backbones import features
    from sightline.nets.weights import load_state
    from sightline.train.start import preprocess_of

    torch.set_num_threads(THREADS)
    net: Any = features(NETWORK, load_state(WEIGHTS)[0])
    net, rule = net.to(memory_format=torch.channels_last), preprocess_of(spec)
    rows = []
    with torch.inference_mode():
        for start in range(0, len(here.samples.samples), 32):
            group = here.samples.samples[start : start + 32]
            pictures = np.stack([load(one.path, rule) for one in group])
            x = torch.from_numpy(normalise(pictures, rule))
            rows.append(net(x.contiguous(memory_format=torch.channels_last)).numpy())
    return np.concatenate(rows)


def once(split: int) -> dict[str, Any]:
    """Measure both sides on a split."""
    here = problem(split)
    spec = asked(here, split)
    frozen, ours = probed(here, spec), tuned(here, spec)
    return {"split": split, "probe": frozen, **ours, "gain": 100 * (ours["accuracy"] - frozen)}


def apart(split: int) -> dict[str, Any]:
    """Run `once` in a process with the environment of a training's."""
    from sightline.app.tasks import TRAIN_ENV

    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.bench_finetune", str(split)],
        cwd=ROOT, env=os.environ | TRAIN_ENV, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(
        "  ".join(f"{key} {value:.4g}" for key, value in row.items()),
        flush=True,
    )
    return row


def main() -> dict[str, Any]:
    """Compare both sides on each split."""
    rows = [apart(split) for split in SPLITS]
    gain = Spread.of([row["gain"] for row in rows])
    wall, cpu = (Spread.of([row[key] for row in rows]) for key in ("wall_s", "cpu_s"))
    print(f"by the clock {wall.median:.0f} s, of the processor {cpu.median:.0f} s")
    mean = float(np.mean([row["gain"] for row in rows]))
    held = [
        bar("points over the probe, mean", mean, GAIN, at_most=False),
        bar(f"seconds on {THREADS} free cores", cpu.median / THREADS, SECONDS, unit="s"),
    ]
    return save("finetune", {"rows": rows, "gain": gain.as_dict(), "passed": all(held)})


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(once(int(sys.argv[1]))))
    else:
        main()
