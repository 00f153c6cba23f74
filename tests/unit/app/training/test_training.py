from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from sightline.app import open_workbench
from sightline.app.verbs import JobFailedError
from sightline.core.errors import (
    CancelledError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    UnknownModelError,
    UnknownRunError,
)
from sightline.core.progress import Silent
from unit.app.conftest import TRAINED_SMALL, label_by_folder

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project

pytestmark = pytest.mark.usefixtures("one_thread")
TINY = TRAINED_SMALL


class Stop(Silent):
    """Remembers what is told, and stops the work after so many epochs."""

    def __init__(self, after: int = 1 << 30) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self._after = after

    def tell(self, kind: str, **data: Any) -> None:
        self.told.append((kind, data))

    def check(self) -> None:
        if sum(kind == "epoch" for kind, _ in self.told) >= self._after:
            raise CancelledError("stopped")


@pytest.fixture
def labelled(bench: Workbench, pets: Project) -> Project:
    label_by_folder(bench, pets)
    return pets


def planned(
    bench: Workbench, project: Project, monkeypatch: pytest.MonkeyPatch, **spec: Any
) -> str:
    """Plan a run whose job nobody starts, and return its id."""
    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    run: str = bench.training.start(project, TINY | spec)["run"]
    return run


def tensors(bench: Workbench, model: str) -> dict[str, Any]:
    found: dict[str, Any] = load_file(bench.store.models.path_of(bench.store.models.get(model)))
    return found


def test_a_run_is_planned_whole_before_anything_is_trained(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = bench.training.get(planned(bench, labelled, monkeypatch))
    assert (run["state"], run["mode"], run["epoch"], run["epochs"]) == ("queued", "new", 0, 1)
    assert run["spec"]["model"]["name"] == run["network"] == "small_cnn"
    assert run["spec"]["optimizer"]["name"]
    assert bench.jobs.get(run["job"]).arguments == {"run": run["id"]}
    with pytest.raises(ConflictError, match="queued"):
        bench.training.result(run["id"])
    with pytest.raises(NotFoundError, match="no report"):
        bench.training.report(run["id"])


def test_a_run_becomes_a_model_with_report_and_curves(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned(bench, labelled, monkeypatch, epochs=2)
    told = Stop()
    result = bench.training.perform(run, told)
    assert set(result) == {"run", "model", "epochs", "metrics", "seconds"}
    assert (result["run"], result["epochs"]) == (run, 2)
    assert 0 <= result["metrics"]["accuracy"] <= 1
    assert result["seconds"] > 0
    assert bench.training.get(run)["state"] == "done"
    card = bench.models.get(result["model"])
    assert (card["classes"], card["project"], card["run"]) == (["cat", "dog"], "pets", run)
    assert card["class_ids"] == [one["id"] for one in bench.labels.classes(labelled)]
    report = bench.report(run)
    assert report["metrics"]["accuracy"] == result["metrics"]["accuracy"]
    judged = report["splits"][report["metrics"]["accuracy_split"]]
    assert [one["name"] for one in judged["per_class"]] == ["cat", "dog"]
    curves = bench.training.curves(run)
    assert [one["epoch"] for one in curves["epochs"]] == [1, 2]
    assert all(one["step"] > 1 for one in bench.training.curves(run, after=1)["points"])
    assert bench.projects.summary(labelled)["runs"] == 1
    assert [one["id"] for one in bench.runs("pets")] == [run]
    changes = [e.payload["change"] for e in bench.store.events.since(0) if e.kind == "model"]
    assert changes == ["added"]


def test_a_stopped_run_goes_on_and_ends_as_if_it_had_not_been(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = bench.training.perform(planned(bench, labelled, monkeypatch, epochs=3), Silent())
    run = planned(bench, labelled, monkeypatch, epochs=3)
    with pytest.raises(CancelledError):
        bench.training.perform(run, Stop(after=2))
    assert bench.training.get(run)["state"] == "cancelled"
    bench.store.jobs.finish(bench.training.get(run)["job"], "cancelled")
    assert bench.training.start(labelled, {}, mode="resume")["run"] == run
    assert bench.training.get(run)["state"] == "queued"
    resumed = bench.training.perform(run, Silent())
    for key in ("accuracy", "log_loss"):
        assert resumed["metrics"][key] == whole["metrics"][key]
    first, second = (tensors(bench, one["model"]) for one in (whole, resumed))
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[key], second[key]) for key in first)


def test_a_finished_run_is_resumed_for_more_epochs(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned(bench, labelled, monkeypatch)
    bench.training.perform(run, Silent())
    with pytest.raises(InvalidInputError):
        bench.training.start(labelled, {"epochs": 0}, mode="resume")
    bench.training.start(labelled, {"epochs": 2}, mode="resume", parent=run)
    assert bench.training.perform(run, Silent())["epochs"] == 2


def test_finetune_starts_from_another_runs_weights(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = planned(bench, labelled, monkeypatch)
    bench.training.perform(first, Silent())
    made = bench.training.start(labelled, TINY | {"seed": 5}, mode="finetune")["run"]
    assert bench.training.get(made)["parent"] == first
    bench.training.perform(made, Silent())
    assert [one["state"] for one in bench.runs()] == ["done", "done"]


def test_finetune_takes_network_and_input_from_its_parent_which_must_have_finished(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = planned(bench, labelled, monkeypatch)
    with pytest.raises(ConflictError, match="queued"):
        bench.training.start(labelled, {}, mode="finetune", parent=first)
    with pytest.raises(UnknownRunError, match="no run"):
        bench.training.start(labelled, {}, mode="finetune")
    bench.training.perform(first, Silent())
    made = bench.training.start(labelled, {"epochs": 1}, mode="finetune")["run"]
    parent, child = (bench.training.get(run)["spec"] for run in (first, made))
    assert (child["image_size"], child["model"]["name"]) == (
        parent["image_size"],
        parent["model"]["name"],
    )
    assert child["epochs"] == 1


def test_a_new_run_takes_the_weights_of_a_model_by_name(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bench.training.perform(planned(bench, labelled, monkeypatch), Silent())
    spec = TINY | {"model": {"name": "small_cnn", "weights": "pets-small_cnn"}}
    run = bench.training.start(labelled, spec)["run"]
    weights = Path(bench.training.get(run)["spec"]["model"]["weights"])
    assert weights.is_file()
    assert weights.parent.name == first["model"]
    spec["model"] = {"name": "small_cnn", "weights": "nothing"}
    with pytest.raises(UnknownModelError, match="nothing"):
        bench.training.start(labelled, spec)


def test_what_cannot_be_trained_makes_no_run(bench: Workbench, pets: Project) -> None:
    start = bench.training.start
    with pytest.raises(InvalidInputError, match="no labelled images"):
        start(pets, TINY)
    label_by_folder(bench, pets)
    with pytest.raises(InvalidInputError, match="epocs") as caught:
        start(pets, {"epocs": 3})
    assert "epochs" in str(caught.value) + caught.value.hint
    with pytest.raises(InvalidInputError, match="sideways"):
        start(pets, TINY, mode="sideways")
    for mode in ("resume", "finetune"):
        with pytest.raises(UnknownRunError, match="no run with a checkpoint"):
            start(pets, {}, mode=mode)
        with pytest.raises(UnknownRunError, match="nothing"):
            start(pets, {}, mode=mode, parent="nothing")
    assert bench.runs() == []
    assert bench.jobs.list() == []


def test_a_run_of_another_project_is_not_resumed(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned(bench, labelled, monkeypatch)
    other = bench.projects.create("birds")
    with pytest.raises(UnknownRunError, match="another project"):
        bench.training.start(other, {}, mode="resume", parent=run)
    with pytest.raises(ConflictError, match="queued"):
        bench.training.start(labelled, {}, mode="resume", parent=run)


def test_a_training_that_fails_says_why_on_its_run(
    bench: Workbench, labelled: Project, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned(bench, labelled, monkeypatch)
    for file in pictures.rglob("*.png"):
        file.unlink()
    with pytest.raises(Exception, match=r"."):
        bench.training.perform(run, Silent())
    found = bench.training.get(run)
    assert found["state"] == "failed"
    assert found["error"]["message"]
    with pytest.raises(ConflictError, match="no result"):
        bench.training.result(run)


def test_a_queued_run_is_stopped_and_a_stopped_one_is_not_stopped_again(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned(bench, labelled, monkeypatch)
    assert bench.training.stop(run)["state"] == "cancelled"
    with pytest.raises(ConflictError, match=r"nothing to stop|is cancelled"):
        bench.training.stop(run)
    with pytest.raises(UnknownRunError):
        bench.training.stop("nothing")


def test_a_run_is_deleted_to_the_trash_and_its_model_stays(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned(bench, labelled, monkeypatch)
    with pytest.raises(ConflictError, match="going on"):
        bench.shelf.delete(run)
    model = bench.training.perform(run, Silent())["model"]
    trashed = Path(bench.shelf.delete(run)["trashed"])
    assert (trashed / "report.json").is_file()
    assert bench.runs() == []
    assert bench.models.get(model)["id"] == model
    with pytest.raises(UnknownRunError):
        bench.training.get(run)


def test_the_end_of_a_worker_that_died_is_the_end_of_its_run(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned(bench, labelled, monkeypatch)
    bench.store.runs.change(run, state="running")
    job = bench.store.jobs.get(bench.training.get(run)["job"])
    fault = {"code": "died", "message": "the process was killed", "hint": "resume it"}
    bench.training.note_end(replace(job, state="interrupted", error=fault))
    found = bench.training.get(run)
    assert (found["state"], found["error"]) == ("interrupted", fault)
    bench.training.note_end(replace(job, state="failed"))
    assert bench.training.get(run)["state"] == "interrupted", "an end is written once"


def test_ends_of_other_jobs_change_no_run(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = planned(bench, labelled, monkeypatch)
    job = bench.store.jobs.get(bench.training.get(run)["job"])
    for other in (
        replace(job, kind="embed", state="failed"),
        replace(job, id="another", state="failed"),
        replace(job, arguments={"run": "nothing"}, state="failed"),
        replace(job, arguments={}, state="failed"),
    ):
        bench.training.note_end(other)
    assert bench.training.get(run)["state"] == "queued"


@pytest.mark.usefixtures("labelled")
def test_a_training_in_a_process_of_its_own_is_waited_for(bench: Workbench) -> None:
    told = Stop()
    result = bench.train("pets", TINY, progress=told)
    assert result["model"]
    assert {kind for kind, _ in told.told} >= {"metric", "epoch"}
    assert bench.jobs.get(bench.training.get(result["run"])["job"]).state == "done"


@pytest.mark.nightly
def test_a_killed_training_is_noted_and_resumed_by_another_workbench(
    bench: Workbench, labelled: Project
) -> None:
    made = bench.training.start(labelled, TINY | {"epochs": 400})
    job_id = made["job"]["id"]
    seen = Stop()

    class Kill(Stop):
        def tell(self, kind: str, **data: Any) -> None:
            super().tell(kind, **data)
            if kind == "epoch" and data["epoch"] == 2:
                child = json.loads((bench.workspace / "jobs" / job_id / "child.json").read_text())
                os.kill(child["pid"], signal.SIGKILL)

    with pytest.raises(JobFailedError):
        bench.wait(job_id, progress=Kill())
    assert bench.training.get(made["run"])["state"] == "interrupted"
    with open_workbench(bench.workspace, person="bob", job_threads=1) as other:
        project = other.projects.get("pets")
        other.training.start(project, {"epochs": 4}, mode="resume")
        other.wait(other.training.get(made["run"])["job"], progress=seen)
        assert other.training.result(made["run"])["epochs"] == 4
    epochs = [data["epoch"] for kind, data in seen.told if kind == "epoch"]
    assert epochs[-1] == 4


def test_specs_come_from_a_file_and_overrides(bench: Workbench, tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text("epochs: 3\nmodel:\n  name: resnet18\n")
    values = bench.training.read_spec(file, ["epochs=5", "optimizer.lr=0.1"])
    assert values == {"epochs": 5, "model": {"name": "resnet18"}, "optimizer": {"lr": 0.1}}
    assert bench.training.read_spec(None, []) == {}
    with pytest.raises(InvalidInputError, match=r"none\.yaml"):
        bench.training.read_spec(tmp_path / "none.yaml", [])


def test_a_suggestion_fits_the_data(bench: Workbench, labelled: Project) -> None:
    spec = bench.training.suggest(labelled)
    assert spec["model"]["name"] == "small_cnn"
    assert set(spec) == set(bench.training.schema()["properties"])
    names = {one["name"] for one in bench.training.networks()}
    assert {"small_cnn", "resnet18", "mobilenet_v2", "mobilenet_v3_small"} <= names
