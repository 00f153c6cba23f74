"""A training that has ended, without the training: a model with random weights, and its answers."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from fakes.explained import net_of
from sightline.core.preprocess import Preprocess
from sightline.jobs.wire import Message
from sightline.nets.weights import save_state
from sightline.train.findings import Answers
from sightline.train.judge_classes import ClassJudge
from sightline.train.report import write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.core.cards import ModelCard
    from sightline.core.samples import Split
    from sightline.store.projects import Project

PX = 32


class InThisProcess:
    """Stands for an engine's process: answers here, and counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._engine: Any = None

    def helper(self, _name: str, factory: str) -> InThisProcess:
        """Return itself, loaded."""
        module, _, function = factory.partition(":")
        if self._engine is None:
            self._engine = getattr(import_module(module), function)(threads=1)
        return self

    def call(self, method: str, arguments: dict[str, Any], arrays: Sequence[Any] = ()) -> Message:
        """Answer as over the pipe."""
        self.asked.append(method)
        return Message(*self._engine.answer(method, arguments, list(arrays)))


def answer_here(bench: Workbench) -> InThisProcess:
    """Let explanations be made in this process; return what counts them."""
    here = InThisProcess()
    bench.room.helper = here.helper  # type: ignore[method-assign, assignment]
    return here


def trained(
    bench: Workbench,
    project: Project,
    folder: Path,
    *,
    wrong: Sequence[int] = (),
    resize: Any = "stretch",
    name: str = "pets-small_cnn",
) -> ModelCard:
    """Add a run that has ended: it answered every labelled image rightly, save those in `wrong`.

    Args:
        bench: The workspace.
        project: With labels.
        folder: To write weights to.
        wrong: Ids of images that it answered with the next class, the first the surest.
        resize: Of its preprocessing.
        name: Of the model.
    """
    classes = bench.store.classes.list(project.id)
    net = net_of("small_cnn", classes=len(classes))
    weights = folder / "w.safetensors"
    save_state(weights, net.state_dict())
    run = bench.store.runs.create(
        project, f"run-{name}", mode="new", parent=None, network="small_cnn", spec={}, epochs=1
    )
    card = bench.store.models.add(
        weights,
        name=name,
        kind="classifier",
        format="torch",
        preprocess=Preprocess(size=PX, resize=resize),
        network="small_cnn",
        classes=tuple(one.name for one in classes),
        class_ids=tuple(one.id for one in classes),
        project=project.name,
        run=run.id,
    )
    bench.store.runs.change(run.id, state="done", epoch=1, metrics={}, model_id=card.id)
    write_answers(bench, project, bench.training.run_dir(run), list(wrong))
    return card


def write_answers(bench: Workbench, project: Project, run_dir: Path, wrong: list[int]) -> None:
    """Write the report over all labelled images, as if they were the val split."""
    ids = [one.id for one in bench.store.classes.list(project.id)]
    state = bench.store.state.get(project.id)
    rows = [
        row
        for row in bench.store.images.by_ordinals(project.id, list(range(state.size)))
        if row.class_id is not None
    ]
    labels = np.array([ids.index(int(row.class_id or 0)) for row in rows])
    answers = np.full((len(rows), len(ids)), 0.1 / (len(ids) - 1), np.float32)
    for at, row in enumerate(rows):
        place = labels[at]
        if row.id in wrong:
            place = (place + 1) % len(ids)
            sure = 0.99 - 0.05 * wrong.index(row.id)
            answers[at] = (1 - sure) / (len(ids) - 1)
            answers[at, place] = sure
        else:
            answers[at, place] = 0.9
    run_dir.mkdir(parents=True, exist_ok=True)
    ids_of = np.array([row.id for row in rows])
    found: dict[Split, Answers] = {"val": Answers(ids_of, labels, np.log(answers))}
    judge = ClassJudge()
    names = tuple(one.name for one in bench.store.classes.list(project.id))
    findings = replace(judge.judge(found, names), temperature=1.0)
    write(run_dir, findings, found, {"classes": list(names), "notes": []}, judge)
