from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fakes.pets import write_table
from sightline.core.errors import ConflictError, InvalidInputError, NotFoundError
from sightline.core.labels import LabelChange
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project


def table(folder: Path, *lines: str) -> Path:
    file = folder / "labels.csv"
    file.write_text("\n".join(["path,label", *lines]) + "\n", "utf-8")
    return file


def classes(bench: Workbench, project: Project) -> dict[str, int]:
    return {one["name"]: one["count"] for one in bench.labels.classes(project)}


def statuses(bench: Workbench, project: Project) -> dict[str, str]:
    """Return the status of each picture by `folder/name`."""
    return {"/".join(Path(row.path).parts[-2:]): row.status for row in rows(bench, project)}


def test_a_table_makes_classes_and_labels_in_one_undo_step(
    bench: Workbench, pets: Project, pictures: Path, tmp_path: Path
) -> None:
    result = bench.set_labels("pets", write_table(pictures, tmp_path / "labels.csv"))
    assert result == {"written": 60, "unmatched": []}
    assert classes(bench, pets) == {"cat": 30, "dog": 30}
    assert bench.labels.undo_state(pets).undo == "Labels of 60 images from labels.csv"
    bench.labels.undo(pets)
    assert classes(bench, pets) == {}
    bench.labels.redo(pets)
    assert classes(bench, pets) == {"cat": 30, "dog": 30}


def test_marks_words_and_empty_labels_mean_what_they_say(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    label_by_folder(bench, pets)
    file = table(tmp_path, "cat/000.png,unsure", "cat/001.png,skipped", "cat/002.png,")
    assert bench.set_labels("pets", file)["written"] == 3
    found = statuses(bench, pets)
    assert [found[f"cat/00{at}.png"] for at in range(4)] == [
        "unsure",
        "skipped",
        "unlabelled",
        "labelled",
    ]


def test_a_class_named_as_a_mark_comes_first(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    bench.labels.add_class(pets, "unsure")
    bench.set_labels("pets", table(tmp_path, "cat/000.png,unsure"))
    assert classes(bench, pets) == {"unsure": 1}


def test_paths_that_name_no_picture_or_several_are_listed_and_stop_nothing(
    bench: Workbench, pets: Project, pictures: Path, tmp_path: Path
) -> None:
    lines = (
        f"{pictures}/cat/000.png,cat",  # absolute
        "pictures/cat/001.png,cat",  # relative to the table
        "cat\\002.png,cat",  # by its end, as Windows writes it
        "000.png,dog",  # two pictures bear this name
        "nowhere/9.png,bird",
    )
    result = bench.set_labels("pets", table(tmp_path, *lines))
    assert result == {"written": 3, "unmatched": ["000.png", "nowhere/9.png"]}
    assert classes(bench, pets) == {"cat": 3}


def test_paths_relative_to_the_project_are_found(
    bench: Workbench, pictures: Path, tmp_path: Path
) -> None:
    bench.ingest(pictures, "copies", labels="none", copy=True)
    project = bench.projects.get("copies")
    inside = Path(rows(bench, project)[0].path).relative_to(bench.projects.folder(project))
    file = table(tmp_path, f"{inside},cat")
    assert bench.set_labels("copies", file) == {"written": 1, "unmatched": []}


def test_a_table_of_strangers_changes_nothing(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    before = bench.labels.history(pets)
    assert bench.set_labels("pets", table(tmp_path, "x.png,bird"))["written"] == 0
    assert bench.labels.history(pets) == before
    assert classes(bench, pets) == {}


def test_a_table_with_a_label_that_cannot_be_a_class_changes_nothing(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    before = bench.labels.history(pets)
    with pytest.raises(InvalidInputError, match="a/b"):
        bench.set_labels("pets", table(tmp_path, "cat/000.png,Zebra", "cat/001.png,a/b"))
    assert bench.labels.history(pets) == before
    assert classes(bench, pets) == {}


def test_classes_that_differ_only_in_case_are_one(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    bench.labels.add_class(pets, "Cat")
    bench.set_labels("pets", table(tmp_path, "cat/000.png,cat", "cat/001.png,CAT"))
    assert classes(bench, pets) == {"Cat": 2}


def test_a_class_is_edited_and_deleted_by_its_id(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    cat = bench.labels.classes(pets)[0]
    edited = bench.labels.edit_class(cat["id"], name="tiger", colour="#112233", hotkey="7")
    assert (edited["name"], edited["hotkey"], edited["count"]) == ("tiger", "7", 30)
    assert bench.labels.delete_class(cat["id"])["count"] == 30
    assert classes(bench, pets) == {"dog": 30}
    bench.labels.undo(pets)
    assert classes(bench, pets) == {"tiger": 30, "dog": 30}


def test_a_snapshot_is_restored_by_id_or_name(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    made = bench.labels.snapshot(pets, "first")
    for ref in (made["id"], "first"):
        row = rows(bench, pets)[0]
        bench.labels.label(pets, [LabelChange(row.id, None, "skipped")])
        bench.labels.restore(pets, ref)
        assert statuses(bench, pets)["cat/000.png"] == "labelled"
    with pytest.raises(NotFoundError, match="second"):
        bench.labels.restore(pets, "second")


def test_a_stale_label_is_refused_with_what_is_there_now(bench: Workbench, pets: Project) -> None:
    row = rows(bench, pets)[0]
    bench.labels.label(pets, [LabelChange(row.id, None, "skipped", row.version)])
    with pytest.raises(ConflictError) as caught:
        bench.labels.label(pets, [LabelChange(row.id, None, "unsure", row.version)])
    assert caught.value.current == [
        {
            "id": row.id,
            "version": row.version + 1,
            "status": "skipped",
            "class_id": None,
            "tags": [],
        }
    ]


def test_labels_handed_in_are_there_once_their_future_is_done(
    bench: Workbench, pets: Project
) -> None:
    row = rows(bench, pets)[0]
    done = bench.labels.submit(pets, [LabelChange(row.id, None, "unsure")]).result()
    assert done.count == 1
    assert rows(bench, pets)[0].status == "unsure"
