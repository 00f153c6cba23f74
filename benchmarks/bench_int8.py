"""int8 of ResNet-18 and MobileNetV2: at least 4 x torch at one thread, at most .5 point lost.

Both are trained on photographs of six kinds of rubbish, MobileNetV2 from published weights,
ResNet-18 from nothing; 30 % are held out by groups of neighbouring numbers, and judge. Each network
is exported by the verb that a person would use, with its gate: a graph that loses more is refused
and written down as such. What is timed starts at the fitted picture, uint8, and ends at the
probabilities, on both sides; the sides take turns. Trained networks are kept in the folder for
temporary files.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.bench_finetune import DATA, WEIGHTS, held_out, number
from benchmarks.harness import ROOT, bar, compare, cpu_s, save, show

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.core.cards import ModelCard

FASTER, LOST = 4.0, 0.5
HELD, GROUP, THREADS, ROUNDS, ASKED = 0.3, 10, 2, 15, 4
SPECS: dict[str, dict[str, Any]] = {
    "mobilenet_v2": {"epochs": 4, "model": {"name": "mobilenet_v2", "weights": str(WEIGHTS)}},
    "resnet18": {"epochs": 8, "model": {"name": "resnet18"}},
}
SAME = {"image_size": 224, "threads": THREADS, "seed": 0}


def split(into: Path) -> Path:
    """Link the photographs as train/CLASS and val/CLASS, and return the folder."""
    source = DATA / "cls_trashnet_train"
    if not source.is_dir() or not WEIGHTS.is_file():
        raise SystemExit(f"no weights or pictures at {DATA}: set SIGHTLINE_TEST_DATA")
    for folder in sorted(one for one in source.iterdir() if one.is_dir()):
        files = sorted(folder.glob("*.jpg"), key=number)
        held = held_out([number(one) // GROUP for one in files], folder.name, HELD)
        for file in files:
            part = "val" if number(file) // GROUP in held else "train"
            target = into / part / folder.name / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                target.symlink_to(file)
    return into


def train_here(name: str, data: Path, workspace: Path) -> None:
    """Train a network and add it to a workspace."""
    import sightline
    from sightline.core.samples import Sample, SampleSet
    from sightline.train.run import train
    from sightline.train.suggest import plan_spec

    classes = tuple(sorted(one.name for one in (data / "train").iterdir()))
    files = [(part, file) for part in ("train", "val") for file in sorted(data.glob(f"{part}/*/*"))]
    found: list[Sample] = []
    for part, file in files:
        kind: Any = part
        label = classes.index(file.parent.name)
        found.append(Sample(len(found), file.resolve(), 0, label, kind, str(len(found))))
    samples = SampleSet(tuple(found), classes)
    spec = plan_spec(SAME | SPECS[name], samples, [(288, 384)])
    with tempfile.TemporaryDirectory() as folder, sightline.open(workspace) as bench:
        result = train(spec, samples, Path(folder))
        bench.store.models.add(
            result.weights_path,
            name=name,
            kind="classifier",
            format="torch",
            preprocess=result.preprocess,
            network=result.network,
            classes=result.classes,
            temperature=result.temperature,
            metrics=result.metrics,
        )


def trained(bench: Workbench, name: str, data: Path) -> ModelCard:
    """Return a network's card, trained in a process of its own when it is not kept."""
    from sightline.app.tasks import TRAIN_ENV

    kept = [one.card for one in bench.store.models.list() if one.card and one.card.name == name]
    if not kept:
        command = [sys.executable, "-m", "benchmarks.bench_int8", name, str(data)]
        subprocess.run(
            [*command, str(bench.workspace)], cwd=ROOT, env=os.environ | TRAIN_ENV, check=True
        )
    return bench.store.models.get(name)


def exported(bench: Workbench, card: ModelCard, data: Path) -> dict[str, Any]:
    """Return the report of its int8 form, and the file where it was not refused."""
    from sightline.app.forms.wish import FormWish
    from sightline.core.errors import AccuracyLossError

    try:
        wish = FormWish(quantize="int8", data=str(data), max_drop=LOST)
        found = bench.forms.export(card.id, wish)
    except AccuracyLossError as error:
        return {"refused": True, "report": error.report}
    return {"refused": False, "report": found["report"], "path": found["path"]}


def faster(bench: Workbench, card: ModelCard, file: Path) -> Any:
    """Time the int8 file and the network in torch, at one thread each."""
    import torch

    from sightline.app.forms.work import Eager
    from sightline.export.onnx import load_net
    from sightline.predict.session import open_classifier

    torch.set_num_threads(1)
    side = card.preprocess.size
    picture = np.random.default_rng(0).integers(0, 256, (1, side, side, 3), dtype=np.uint8)
    small = open_classifier(file)
    eager = Eager(load_net(card, bench.store.models.path_of(card)), card)

    def several(answer: Any) -> Any:
        return lambda: [answer(picture) for _ in range(ASKED)]

    result = compare(
        card.name,
        ours=several(small.classify),
        peer=several(eager.classify),
        rounds=ROUNDS,
        warm_up=3,
        clock=cpu_s,
    )
    show(result)
    return result


def once(bench: Workbench, name: str, data: Path) -> tuple[dict[str, Any], bool]:
    """Return what was measured of a network, and whether it holds."""
    card = trained(bench, name, data)
    found = exported(bench, card, data)
    judged = found["report"]["judged"]
    row = {"name": name, **found, "accuracy": judged["before"]["top1"], "lost": judged["lost"]}
    tries = ", ".join(f"{one['method']} {one['lost']:+.2f}" for one in found["report"]["trials"])
    print(f"{name}: top-1 {judged['before']['top1']:.4f} on {judged['images']}; tried {tries}")
    if found["refused"]:
        print(f"{name}: refused, {judged['lost']:.2f} points")
        return row, True
    result = faster(bench, card, Path(found.pop("path")))
    row["comparison"] = result.as_dict()
    row["faster"] = 1 / result.ratio
    held = [
        bar(f"{name}, times as fast as torch", 1 / result.ratio, FASTER, at_most=False),
        bar(f"{name}, points lost", judged["lost"], LOST),
    ]
    return row, all(held)


def main() -> dict[str, Any]:
    """Train, export and time each network."""
    import sightline

    digest = hashlib.sha256(json.dumps([SPECS, SAME, HELD]).encode()).hexdigest()[:12]
    place = Path(tempfile.gettempdir()) / f"sightline-int8-{digest}"
    data = split(place / "data")
    with sightline.open(place / "w") as bench:
        found = [once(bench, name, data) for name in SPECS]
    rows = [row for row, _ in found]
    return save("int8", {"rows": rows, "passed": all(held for _, held in found)})


if __name__ == "__main__":
    if len(sys.argv) == 4:
        train_here(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
