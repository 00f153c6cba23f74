from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sightline.core.errors import InvalidInputError, NotFoundError
from sightline.core.files import write_json
from unit.app.conftest import label_by_folder

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project

TINY: dict[str, Any] = {"epochs": 1, "image_size": 16, "model": {"name": "small_cnn"}}


@pytest.fixture
def labelled(bench: Workbench, pets: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose jobs nobody starts."""
    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    label_by_folder(bench, pets)
    return pets


def finish(bench: Workbench, run: str, accuracy: float) -> None:
    """Leave behind what a training leaves."""
    bench.store.runs.change(run, state="done")
    folder = bench.training.run_dir(bench.store.runs.get(run))
    folder.mkdir(parents=True, exist_ok=True)
    splits = {"val": {"accuracy": accuracy, "per_class": []}, "test": {"accuracy": 0.5}}
    write_json(folder / "report.json", {"splits": splits})


def test_one_run_is_queued_for_each_fold_and_their_vals_partition_the_pictures(
    bench: Workbench, labelled: Project
) -> None:
    made = bench.folds.start(labelled, TINY, folds=3)
    specs = [bench.training.get(row["run"])["spec"] for row in made["runs"]]
    assert [(one["folds"], one["fold"]) for one in specs] == [(3, 0), (3, 1), (3, 2)]
    assert {one["data"]["fold_seed"] for one in specs} == {made["seed"]}
    seen = [of_spec(bench, labelled, one) for one in specs]
    vals = [{one.image_id for one in samples if one.split == "val"} for samples in seen]
    tests = [{one.image_id for one in samples if one.split == "test"} for samples in seen]
    assert tests[0] == tests[1] == tests[2] != set()
    assert sum(map(len, vals)) == len(set.union(*vals)) == 60 - len(tests[0])


def of_spec(bench: Workbench, project: Project, spec: dict[str, Any]) -> tuple[Any, ...]:
    from sightline.app.training.data import samples
    from sightline.train.spec import TrainSpec

    assert bench.training.shape is not None
    full = TrainSpec.model_validate(spec)
    return bench.training.shape(project, samples(bench.store, project), full).samples


def test_groups_are_not_parted_in_a_fold(bench: Workbench, labelled: Project) -> None:
    by = r"name:^(\d\d)"
    made = bench.folds.start(labelled, TINY, folds=2, group_by=by)
    spec = bench.training.get(made["runs"][1]["run"])["spec"]
    assert spec["data"]["group_by"] == by
    found: dict[str, set[str]] = {}
    for one in of_spec(bench, labelled, spec):
        if one.split != "test":
            found.setdefault(one.group, set()).add(one.split)
    assert {len(splits) for splits in found.values()} == {1}


def test_mean_and_spread_are_of_what_is_finished(bench: Workbench, labelled: Project) -> None:
    made = bench.folds.start(labelled, TINY, folds=3)
    assert (made["state"], made["finished"], made["mean"]) == ("running", 0, {})
    runs = [row["run"] for row in made["runs"]]
    finish(bench, runs[0], 0.8)
    one = bench.folds.get(labelled, made["id"])
    assert one["mean"] == {"test.accuracy": 0.5, "val.accuracy": 0.8}
    assert one["spread"]["val.accuracy"] is None
    finish(bench, runs[1], 0.9)
    finish(bench, runs[2], 1.0)
    every = bench.folds.get(labelled, "newest")
    assert every["state"] == "done"
    assert every["mean"]["val.accuracy"] == pytest.approx(0.9)
    assert every["spread"]["val.accuracy"] == pytest.approx(0.1)
    assert [row["figures"]["val.accuracy"] for row in every["runs"]] == [0.8, 0.9, 1.0]


def test_a_deleted_run_leaves_the_others_figures(bench: Workbench, labelled: Project) -> None:
    made = bench.folds.start(labelled, TINY, folds=2)
    for row in made["runs"]:
        finish(bench, row["run"], 0.7)
    bench.shelf.delete(made["runs"][0]["run"])
    found = bench.folds.all(labelled)[0]
    assert [row["state"] for row in found["runs"]] == ["gone", "done"]
    assert (found["state"], found["finished"]) == ("ended", 1)


def test_folds_that_cannot_be_are_refused_with_a_next_step(
    bench: Workbench, labelled: Project
) -> None:
    for folds, by in ((1, ""), (3, "folder"), (101, "")):
        with pytest.raises(InvalidInputError) as caught:
            bench.folds.start(labelled, TINY, folds=folds, group_by=by)
        assert caught.value.hint
    assert bench.training.all(labelled) == []
    for ref in ("newest", "20260101-000000-abcdef"):
        with pytest.raises(NotFoundError) as missing:
            bench.folds.get(labelled, ref)
        assert "--folds" in missing.value.hint
