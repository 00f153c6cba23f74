"""What earlier trainers got wrong about modes, run ids and what is read of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sightline.app import open_workbench
from sightline.app.runs.rows import run_id
from sightline.core.errors import ConflictError
from sightline.core.progress import Silent
from sightline.train.board import read_curves
from sightline.train.control import Wish, read_wish, write_wish
from unit.app.conftest import TRAINED_SMALL, label_by_folder

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project

pytestmark = pytest.mark.usefixtures("one_thread")
TINY: dict[str, Any] = TRAINED_SMALL | {"epochs": 2}


@pytest.fixture
def labelled(bench: Workbench, pets: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project with every picture labelled; jobs stay in their queue."""
    label_by_folder(bench, pets)
    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    return pets


def trained(bench: Workbench, project: Project, **more: Any) -> str:
    """Train a run in this process and return its id."""
    made = bench.training.start(project, TINY, **more)["run"]
    bench.training.perform(made, Silent())
    return str(made)


def test_run_ids_never_collide() -> None:
    ids = [run_id() for _ in range(5_000)]
    assert len(set(ids)) == len(ids), "all of one second"
    assert all(one.replace("-", "").isalnum() for one in ids)


def test_two_runs_of_one_moment_have_folders_of_their_own(
    bench: Workbench, labelled: Project
) -> None:
    made = [bench.training.start(labelled, TINY)["run"] for _ in range(2)]
    folders = {bench.training.folder(one) for one in made}
    assert len(folders) == 2


def test_finetune_begins_at_epoch_one_and_never_touches_its_parents_best(
    bench: Workbench, labelled: Project
) -> None:
    parent = trained(bench, labelled)
    best = bench.training.folder(parent) / "checkpoints" / "best.safetensors"
    before = best.read_bytes()
    child = trained(bench, labelled, mode="finetune", parent=parent)
    assert best.read_bytes() == before
    assert [row["epoch"] for row in read_curves(bench.training.folder(child))["epochs"]] == [1, 2]
    assert bench.training.get(child)["parent"] == parent
    own = bench.training.folder(child) / "checkpoints" / "best.safetensors"
    assert own.read_bytes() != before


def test_the_validation_loss_of_a_run_is_real_and_falls(
    bench: Workbench, labelled: Project
) -> None:
    rows = read_curves(bench.training.folder(trained(bench, labelled)))["epochs"]
    losses = [row["val_loss"] for row in rows]
    assert all(loss > 0 for loss in losses)
    assert len(set(losses)) == len(losses)


def test_what_was_asked_of_an_earlier_session_does_not_stop_the_next(
    bench: Workbench, labelled: Project
) -> None:
    run = bench.training.start(labelled, TINY)["run"]
    folder = bench.training.folder(run)
    folder.mkdir(parents=True)
    write_wish(folder, Wish(pause=True, stop_after_epoch=True, lr_factor=0.5))
    assert bench.training.perform(run, Silent())["epochs"] == 2
    assert read_wish(folder) == Wish(lr_factor=0.5)


def test_a_run_of_a_project_in_the_trash_comes_back_after_its_project(
    bench: Workbench, labelled: Project
) -> None:
    run = trained(bench, labelled)
    bench.shelf.delete(run)
    bench.projects.delete(labelled.name)
    with pytest.raises(ConflictError, match="in the trash"):
        bench.shelf.restore(run)
    bench.projects.restore(labelled.name)
    assert bench.shelf.restore(run)["checkpoint"] is True


class SeenError(Exception):
    """What was waited for has been told."""


class Until(Silent):
    """Waits until a fact is told, and leaves the job running."""

    def __init__(self, kind: str, what: str | None = None) -> None:
        self._wanted = kind, what

    def tell(self, kind: str, **data: Any) -> None:
        """Stop waiting when it is told."""
        if (kind, data.get("what")) == self._wanted:
            raise SeenError


@pytest.mark.nightly
@pytest.mark.timeout(240)
def test_a_pause_outlives_the_server_that_was_asked_for_it(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    with open_workbench(bench.workspace, person="bob", job_threads=1) as asked:
        made = asked.training.start(asked.projects.get("pets"), TINY | {"epochs": 400})
        run, job = made["run"], made["job"]["id"]
        with pytest.raises(SeenError):
            asked.wait(job, progress=Until("epoch"))
        asked.control.ask(run, pause=True)
        with pytest.raises(SeenError):
            asked.wait(job, progress=Until("fact", "paused"))
    assert [one.id for one in bench.jobs.adopt()] == [job]
    found = bench.training.get(run)
    assert (found["state"], found["control"]["pause"]) == ("running", True)
    bench.control.ask(run, pause=False, stop_after_epoch=True)
    bench.wait(job)
    assert bench.training.result(run)["epochs"] < 400
    kinds = [one["kind"] for one in bench.training.curves(run)["facts"]]
    assert kinds[:2] == ["paused", "continued"]
