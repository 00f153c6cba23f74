"""Searches of a workspace: kept, resumed, lengthened, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sightline.core.errors import ConflictError, InvalidInputError, NotFoundError
from sightline.core.progress import Silent
from unit.app.conftest import label_by_folder

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project

TINY: dict[str, Any] = {
    "epochs": 1,
    "image_size": 16,
    "threads": 1,
    "model": {"name": "small_cnn"},
    "augment": {"views": 1},
}
KNOBS = ("optimizer.lr=log:1e-4..1e-2",)


@pytest.fixture
def labelled(bench: Workbench, pets: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose jobs nobody starts."""
    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    label_by_folder(bench, pets)
    return pets


def test_a_search_is_queued_done_and_its_best_spec_can_be_trained(
    bench: Workbench, labelled: Project
) -> None:
    made = bench.sweeps.start(labelled, TINY, trials=2, knobs=KNOBS)
    assert (made["state"], made["finished"], made["best"]) == ("queued", 0, None)
    with pytest.raises(ConflictError):
        bench.sweeps.delete(labelled, made["id"])
    done = bench.sweeps.perform(labelled, made["id"], Silent())
    assert done["finished"] == 2
    best = done["best"]
    assert best["spec"]["optimizer"]["lr"] == best["values"]["optimizer.lr"]
    assert bench.training.planned(labelled, best["spec"], parent=None) == best["spec"]
    assert [one["id"] for one in bench.sweeps.all(labelled)] == [made["id"]]
    bench.jobs.cancel(made["job"])
    assert bench.sweeps.get(labelled, "newest")["state"] == "done"
    longer = bench.sweeps.go_on(labelled, "newest", trials=3)
    assert (longer["trials"], longer["finished"], longer["state"]) == (3, 2, "queued")
    bench.sweeps.stop(labelled, "newest")
    assert bench.sweeps.get(labelled, "newest")["state"] == "stopped"
    bench.sweeps.delete(labelled, made["id"])
    with pytest.raises(NotFoundError):
        bench.sweeps.get(labelled, "newest")


@pytest.mark.parametrize(
    ("trials", "knobs"), [(0, KNOBS), (10_001, KNOBS), (2, ("nothing=1..2",)), (2, ("ema=0..5",))]
)
def test_what_cannot_be_searched_is_refused_and_leaves_nothing(
    bench: Workbench, labelled: Project, trials: int, knobs: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInputError):
        bench.sweeps.start(labelled, TINY, trials=trials, knobs=knobs)
    assert bench.sweeps.all(labelled) == []


def test_a_learning_rate_is_found_by_a_job(bench: Workbench, labelled: Project) -> None:
    with pytest.raises(InvalidInputError):
        bench.lr_range.start(labelled, TINY, steps=30, low=1.0, high=0.1)
    job = bench.lr_range.start(labelled, TINY, steps=30, low=1e-5, high=1.0)
    assert (job["kind"], job["state"]) == ("lr-range", "queued")
    found = bench.lr_range.perform(
        labelled,
        bench.training.planned(labelled, TINY, parent=None),
        progress=Silent(),
        steps=20,
        low=1e-4,
        high=1.0,
    )
    assert 1e-4 <= found["suggested"] <= 1.0
    assert found["points"][0]["lr"] == pytest.approx(1e-4)


def test_without_val_pictures_nothing_is_queued(bench: Workbench, labelled: Project) -> None:
    bench.splits.change(labelled, method="hash", val=0.0)
    with pytest.raises(InvalidInputError, match="val"):
        bench.sweeps.start(labelled, TINY, trials=2, knobs=KNOBS)
