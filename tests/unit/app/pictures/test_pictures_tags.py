from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.pets import write_pets
from unit.app.conftest import rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench


def tagged(folder: Path, every: int = 1) -> Path:
    """Cats and dogs in folders, every so many with tags beside them."""
    write_pets(folder, 10)
    for path in sorted(folder.glob("*/*.png"))[::every]:
        path.with_suffix(".txt").write_text("furry, at home", "utf-8")
    return folder


def labels_of(bench: Workbench, name: str, folder: Path, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = bench.ingest(folder, name, **options)["labels"]
    return found


def test_sidecars_switch_the_project_to_tags_for_real(bench: Workbench, tmp_path: Path) -> None:
    """HootSight announces multi-label and then trains one class for each picture."""
    folder = tagged(tmp_path / "pictures")
    assert labels_of(bench, "pets", folder, dry_run=True)["task"] == "multi"
    told = labels_of(bench, "pets", folder)
    assert (told["kind"], told["task"]) == ("tags", "multi")
    assert "20 of 20 pictures have a .txt" in told["rule"]
    project = bench.projects.get("pets")
    assert bench.projects.task(project) == "multi"
    assert {len(row.tags) for row in rows(bench, project)} == {2}
    assert {row.class_id for row in rows(bench, project)} == {None}


def test_too_few_sidecars_leave_class_folders(bench: Workbench, tmp_path: Path) -> None:
    told = labels_of(bench, "pets", tagged(tmp_path / "pictures", every=2))
    assert (told["kind"], told["task"]) == ("folders", "single")
    assert "less than 80%" in told["rule"]


@pytest.mark.parametrize(("want", "task"), [("tags", "multi"), ("folders", "single")])
def test_a_person_may_say_which(bench: Workbench, tmp_path: Path, want: str, task: str) -> None:
    told = labels_of(bench, "pets", tagged(tmp_path / "pictures", every=2), labels=want)
    assert (told["kind"], told["task"]) == (want, task)


@pytest.mark.parametrize(("task", "kind"), [("single", "folders"), ("multi", "tags")])
def test_the_task_that_is_set_rules_over_the_threshold(
    bench: Workbench, tmp_path: Path, task: str, kind: str
) -> None:
    project = bench.projects.create("pets")
    bench.projects.save_settings(project, {"task": task})
    every = 1 if task == "single" else 2
    told = labels_of(bench, "pets", tagged(tmp_path / "pictures", every=every))
    assert (told["kind"], told["task"]) == (kind, task)


def test_a_project_of_tags_goes_on_with_tags(bench: Workbench, tmp_path: Path) -> None:
    labels_of(bench, "pets", tagged(tmp_path / "first"))
    more = write_pets(tmp_path / "more", 5, seed=9)
    (more / "cat" / "000.txt").write_text("asleep", "utf-8")
    told = labels_of(bench, "pets", more)
    assert (told["kind"], told["labelled"]) == ("tags", 1)
    assert {row.class_id for row in rows(bench, bench.projects.get("pets"))} == {None}
