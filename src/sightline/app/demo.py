"""The whole loop on the handwritten digits, with nobody at the keyboard.

The pictures come in without labels. The queue asks, the folder names answer as a person would, in
batches. 500 pictures are set aside as the test split before the first question: the queue never
offers them, nothing learns from them, and both accuracies are measured on them.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import ConflictError
from sightline.core.labels import LabelChange
from sightline.flows.samples import write_sample

if TYPE_CHECKING:
    from sightline.app.workbench import Workbench
    from sightline.core.progress import Progress
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project

NAME: Final = "digits-demo"
TEST_PICTURES: Final = 500
BATCH: Final = 10
LABELS: Final = 120
SHOWN: Final = 3
"""Pictures that the exported model is asked about at the end."""


def demo(bench: Workbench, progress: Progress) -> dict[str, Any]:
    """Run the loop and return images, labels_given, accuracies, parity, seconds, artifacts."""
    began = time.monotonic()
    project = bench.projects.create(_free_name(bench))
    folder = bench.projects.folder(project)
    progress.log("1/7 ingest the digits, without their labels")
    pictures = folder / "images"
    write_sample("digits", pictures)
    bench.pictures.ingest(project.name, pictures, labels="none", progress=progress)
    truth = _truth(bench, project)
    _set_test_apart(bench, project, truth)
    progress.log("2/7 embed with the built-in encoder")
    bench.encoders.embed(project, progress=progress)
    progress.log(f"3/7 label what the queue asks for, {BATCH} at a time")
    given = _label(bench, project, truth, progress)
    progress.log("4/7 fit and calibrate the head")
    bench.heads.train(project, progress=progress)
    head_accuracy = _head_accuracy(bench, project, truth)
    progress.log("5/7 train a network on the same labels")
    run = bench.train(project.name, progress=progress)
    progress.log("6/7 export to ONNX and compare with the network")
    export = bench.models.export(run["model"], progress=progress)
    progress.log("7/7 ask the ONNX file about pictures it has never seen")
    answers = _ask(bench, run["model"], truth)
    return {
        "images": len(truth),
        "labels_given": given,
        "head_accuracy": head_accuracy,
        "model_accuracy": run["metrics"]["accuracy"],
        "parity_max_abs": export["parity_max_abs"],
        "seconds": round(time.monotonic() - began, 1),
        "artifacts": {
            "project": str(folder),
            "pictures": str(pictures),
            "run": str(folder / "runs" / run["run"]),
            "report": str(folder / "runs" / run["run"] / "report.json"),
            "model": str(bench.store.models.root / run["model"]),
            "onnx": export["path"],
        },
        "answers": answers,
    }


def _free_name(bench: Workbench) -> str:
    """Return the demo's name, numbered when earlier demos are still there."""
    for number in range(1, 1000):
        name = NAME if number == 1 else f"{NAME}-{number}"
        if bench.store.projects.find(name) is None and not bench.store.project_dir(name).exists():
            return name
    raise ConflictError("there are a thousand demos already", hint="erase some projects")


def _truth(bench: Workbench, project: Project) -> dict[ImageRow, str]:
    """Return every image with the name of its folder, which is what is written on it."""
    state = bench.store.state.get(project.id)
    rows = bench.store.images.by_ordinals(project.id, list(range(state.size)))
    return {row: Path(row.path).parent.name for row in rows}


def _set_test_apart(bench: Workbench, project: Project, truth: dict[ImageRow, str]) -> None:
    """Put 500 pictures, by the order of their hashes, into the test split, and label them there."""
    apart = sorted(truth, key=lambda row: row.digest)
    splits = {row.id: "test" if at < TEST_PICTURES else "train" for at, row in enumerate(apart)}
    bench.labels.set_splits(project, splits)
    classes = {
        name: bench.labels.add_class(project, name)["id"] for name in sorted(set(truth.values()))
    }
    changes = [
        LabelChange(row.id, classes[truth[row]], "labelled") for row in apart[:TEST_PICTURES]
    ]
    bench.labels.label(project, changes)


def _label(
    bench: Workbench, project: Project, truth: dict[ImageRow, str], progress: Progress
) -> int:
    """Answer the queue's questions, batch by batch, and return how many were answered."""
    classes = {one["name"]: one["id"] for one in bench.labels.classes(project)}
    by_id = {row.id: name for row, name in truth.items()}
    given = 0
    while given < LABELS:
        asked = bench.queues.pull(project, "auto", limit=min(BATCH, LABELS - given))
        changes = [LabelChange(one["id"], classes[by_id[one["id"]]], "labelled") for one in asked]
        bench.labels.label(project, changes)
        given += len(changes)
        progress.advance(given, LABELS, "labels")
    return given


def _head_accuracy(bench: Workbench, project: Project, truth: dict[ImageRow, str]) -> float:
    """Return how often the head's likeliest class is right on the test split."""
    names = {one["id"]: one["name"] for one in bench.labels.classes(project)}
    rows = [
        row for row in bench.store.images.by_ids([row.id for row in truth]) if row.split == "test"
    ]
    guesses = bench.heads.guesses(project, [row.ordinal for row in rows])
    right = [names[guesses[row.ordinal][0] or 0] == Path(row.path).parent.name for row in rows]
    return float(sum(right) / len(right))


def _ask(bench: Workbench, model: str, truth: dict[ImageRow, str]) -> list[dict[str, Any]]:
    """Return what the exported model says of some pictures of the test split."""
    ids = sorted(truth, key=lambda row: row.digest)[:SHOWN]
    answers = bench.models.predict(model, [Path(row.path) for row in ids])
    return [
        {"path": one["path"], "label": one["label"], "probability": one["probability"]}
        for one in answers
    ]
