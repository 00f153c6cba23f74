from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import pytest

from fakes.pets import write_pets
from sightline.core.errors import ConflictError, InvalidInputError, UnknownProjectError
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


def names(bench: Workbench, **which: Any) -> list[str]:
    return [one["name"] for one in bench.projects.all(**which)]


def test_a_project_is_a_folder_with_pictures_and_settings(bench: Workbench) -> None:
    project = bench.projects.create("pets")
    folder = bench.projects.folder(project)
    assert folder == bench.workspace / "projects" / "pets"
    assert sorted(one.name for one in folder.iterdir()) == ["images", "project.json"]
    assert bench.projects.ensure("pets") == project


@pytest.mark.parametrize("name", ["pets", "PETS", unicodedata.normalize("NFD", "pets")])
def test_a_name_is_given_once_whatever_its_case(bench: Workbench, name: str) -> None:
    bench.projects.create("pets")
    with pytest.raises(ConflictError, match="already"):
        bench.projects.create(name)


@pytest.mark.parametrize("name", [".", "..", "a/b", "CON", "x" * 300, ""])
def test_a_bad_name_makes_no_folder(bench: Workbench, name: str) -> None:
    with pytest.raises(InvalidInputError):
        bench.projects.create(name)
    assert list((bench.workspace / "projects").iterdir()) == []


def test_a_name_is_found_however_its_letters_are_written(bench: Workbench) -> None:
    made = bench.projects.create(unicodedata.normalize("NFD", "Café 🐈"))
    assert bench.projects.get("Café 🐈") == made
    assert bench.projects.get(unicodedata.normalize("NFD", "Café 🐈")) == made


def test_an_unknown_project_names_the_nearest(bench: Workbench) -> None:
    bench.projects.create("pets")
    with pytest.raises(UnknownProjectError, match="'pest'") as caught:
        bench.projects.get("pest")
    assert caught.value.hint == "did you mean 'pets'?"


def test_an_archived_project_is_put_away_and_fetched_back(bench: Workbench) -> None:
    bench.projects.create("pets")
    assert bench.projects.archive("pets")["archived"]
    assert names(bench) == []
    assert names(bench, archived=True) == ["pets"]
    assert not bench.projects.restore("pets")["archived"]
    assert names(bench) == ["pets"]


def test_a_deleted_project_comes_back_whole(bench: Workbench, pets: Project) -> None:
    given = label_by_folder(bench, pets)
    before = bench.projects.summary(pets)
    trashed = bench.projects.delete("pets")["trashed"]
    assert names(bench) == []
    assert names(bench, archived=None, trashed=True) == ["pets"]
    assert not bench.store.project_dir("pets").exists()
    assert trashed.startswith(str(bench.workspace / "trash"))
    assert bench.projects.restore("pets") == before
    assert before["labelled"] == given
    assert (bench.store.project_dir("pets") / "project.json").is_file()


def test_what_lies_in_the_trash_is_in_nobodys_reach(bench: Workbench, pets: Project) -> None:
    bench.projects.delete("pets")
    hidden = f".trash-{pets.id}"
    for call in (bench.projects.get, bench.projects.archive, bench.projects.delete):
        with pytest.raises(UnknownProjectError):
            call(hidden)


def test_the_name_of_a_deleted_project_is_free_and_the_newest_comes_back(bench: Workbench) -> None:
    first = bench.projects.create("pets")
    bench.projects.delete("pets")
    second = bench.projects.create("pets")
    with pytest.raises(ConflictError):
        bench.store.projects.from_trash(first.id, "pets")
    bench.projects.delete("pets")
    assert bench.projects.restore("pets")["id"] == second.id


def test_nothing_to_restore_is_told(bench: Workbench) -> None:
    with pytest.raises(UnknownProjectError, match="none"):
        bench.projects.restore("none")


def test_a_folder_in_the_way_of_a_restore_is_named_and_nothing_moves(bench: Workbench) -> None:
    bench.projects.create("pets")
    bench.projects.delete("pets")
    bench.store.project_dir("pets").mkdir()
    with pytest.raises(ConflictError, match="in the way"):
        bench.projects.restore("pets")
    assert names(bench, archived=None, trashed=True) == ["pets"]


@pytest.mark.parametrize("confirm", ["", "Pets", "pet"])
def test_nothing_is_erased_without_the_name_once_more(bench: Workbench, confirm: str) -> None:
    bench.projects.create("pets")
    with pytest.raises(InvalidInputError, match="confirmation"):
        bench.projects.erase("pets", confirm=confirm)
    assert names(bench) == ["pets"]


def test_erasing_takes_rows_journal_arrays_and_folder_but_no_picture_of_yours(
    bench: Workbench, pets: Project, pictures: Path
) -> None:
    label_by_folder(bench, pets)
    bench.train_head("pets")
    copied = write_pets(bench.workspace / "other", 2, seed=9)
    bench.ingest(copied, "pets", labels="none", copy=True)
    view = bench.queues.make_view(pets)["id"]
    arrays = bench.workspace / "cache" / "arrays"
    held = [one for one in arrays.rglob("*") if one.is_file()]
    assert held
    bench.projects.erase("pets", confirm="pets")
    assert [one for one in arrays.rglob("*") if one.is_file()] == []
    assert not bench.store.project_dir("pets").exists()
    assert len(list(pictures.rglob("*.png"))) == 60
    assert len(list(copied.rglob("*.png"))) == 4
    assert bench.labels.history(pets) == []
    assert bench.store.images.page_after(pets.id, -1, 10) == []
    with pytest.raises(UnknownProjectError):
        bench.projects.get("pets")
    with pytest.raises(Exception, match=r"view|project"):
        bench.queues.window(view, 0, 10)


def test_a_project_in_the_trash_can_be_erased(bench: Workbench) -> None:
    bench.projects.create("pets")
    bench.projects.delete("pets")
    bench.projects.erase("pets", confirm="pets")
    assert names(bench, archived=None, trashed=True) == []
    assert list((bench.workspace / "trash").iterdir()) == []
    with pytest.raises(UnknownProjectError):
        bench.projects.erase("pets", confirm="pets")


def test_folders_dropped_by_hand_become_projects_with_their_pictures(bench: Workbench) -> None:
    root = bench.workspace / "projects"
    write_pets(root / "plain", 2)
    write_pets(root / "with images" / "images", 3, seed=1)
    (root / ".hidden").mkdir()
    (root / "CON").mkdir()
    (root / "a file").write_text("")
    assert bench.pictures.discover() == ["plain", "with images"]
    assert [one["images"] for one in bench.projects.all()] == [4, 6]
    assert bench.pictures.discover() == []


def test_folders_whose_names_are_one_name_are_found_once(bench: Workbench) -> None:
    root = bench.workspace / "projects"
    decomposed = unicodedata.normalize("NFD", "café")
    write_pets(root / decomposed, 1)
    (root / "Pets").mkdir()
    (root / "pets").mkdir(exist_ok=True)
    assert sorted(bench.pictures.discover()) == ["Pets", "café"]
    found = bench.projects.get("café")
    assert bench.projects.folder(found).is_dir()
    assert bench.pictures.discover() == []


def test_a_summary_counts_and_shows_a_cover(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets, every=2)
    found = bench.projects.summary(pets)
    assert (found["images"], found["labelled"], found["classes"]) == (60, 30, 2)
    every = [row.id for row in rows(bench, pets)]
    assert found["cover"] == [every[0], every[19], every[39], every[59]]
    assert (found["task"], found["queue_ready"], found["runs"]) == ("single", False, 0)


def test_a_projects_settings_are_its_own(bench: Workbench, pets: Project) -> None:
    other = bench.projects.create("birds")
    form = bench.projects.save_settings(pets, {"split_seed": 7, "title": "My pets"})
    assert (form["values"]["split_seed"], form["origins"]["split_seed"]) == (7, "project.json")
    assert bench.projects.settings(other).settings.split_seed == 42
    assert bench.projects.summary(pets)["title"] == "My pets"
    with pytest.raises(InvalidInputError, match="split_sed") as caught:
        bench.projects.save_settings(pets, {"split_sed": 7})
    assert "split_seed" in caught.value.hint
