from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from fakes.pets import write_pets
from sightline.core.errors import ConflictError, InvalidInputError
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


def split_by_id(bench: Workbench, project: Project) -> dict[int, str]:
    return {row.id: row.split for row in rows(bench, project)}


@pytest.fixture
def patients(bench: Workbench, tmp_path: Path) -> Project:
    """Ninety pictures in thirty folders, one for each patient."""
    folder = write_pets(tmp_path / "raw", 45)
    for number, path in enumerate(sorted(folder.glob("*/*.png"))):
        target = tmp_path / "clinic" / f"p{number % 30}" / f"{number:03d}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    bench.ingest(tmp_path / "clinic", "clinic", labels="none")
    project = bench.projects.get("clinic")
    cat = bench.labels.add_class(project, "cat")["id"]
    dog = bench.labels.add_class(project, "dog")["id"]
    for class_id, part in ((cat, rows(bench, project)[::2]), (dog, rows(bench, project)[1::2])):
        bench.bulk.change(project, image_ids=[row.id for row in part], class_id=class_id)
    return project


def folders_in(bench: Workbench, project: Project) -> dict[str, set[str]]:
    """Folder to the splits its pictures are in."""
    found = defaultdict(set)
    for row in rows(bench, project):
        found[row.path.split("/")[-2]].add(row.split)
    return found


def test_a_dry_run_counts_classes_before_and_after_and_moves_nothing(
    bench: Workbench, patients: Project
) -> None:
    before = split_by_id(bench, patients)
    told = bench.splits.change(patients, method="group", group_by="folder", dry_run=True)
    assert split_by_id(bench, patients) == before
    assert (told["dry_run"], told["seq"]) == (True, None)
    assert told["moved"] > 0
    assert sum(told["before"].values()) == sum(told["after"].values()) == told["images"] == 90
    assert [one["name"] for one in told["classes"]] == ["cat", "dog"]
    assert sum(told["classes"][0]["after"].values()) == 45
    assert told["groups"] == 30
    assert bench.projects.settings(patients).settings.split_by == "image"


def test_no_folder_is_in_two_splits_and_one_undo_brings_all_back(
    bench: Workbench, patients: Project
) -> None:
    before = split_by_id(bench, patients)
    told = bench.splits.change(patients, method="group", group_by="folder", val=0.3, test=0.2)
    assert {len(one) for one in folders_in(bench, patients).values()} == {1}
    assert told["after"] == bench.splits.change(patients, method="group", dry_run=True)["before"]
    bench.labels.undo(patients)
    assert split_by_id(bench, patients) == before


def test_pictures_that_come_later_follow_the_rule_and_move_none_that_were_there(
    bench: Workbench, patients: Project, tmp_path: Path
) -> None:
    bench.splits.change(patients, method="group", group_by="folder", val=0.3, test=0.3, seed=5)
    before = split_by_id(bench, patients)
    for number in range(30):
        Image.new("RGB", (9, 9), (number, 3, 200)).save(
            tmp_path / "clinic" / f"p{number}" / "later.png"
        )
    assert bench.ingest(tmp_path / "clinic", "clinic", labels="none")["added"] == 30
    assert split_by_id(bench, patients).items() >= before.items()
    assert {len(one) for one in folders_in(bench, patients).values()} == {1}
    assert bench.splits.change(patients, method="group", dry_run=True)["moved"] == 0


def test_dealing_keeps_the_shares_of_each_class_and_groups_together(
    bench: Workbench, patients: Project
) -> None:
    told = bench.splits.change(patients, method="stratified", group_by="folder", val=0.2, test=0.2)
    for one in told["classes"]:
        assert 7 <= one["after"]["val"] <= 11
        assert 7 <= one["after"]["test"] <= 11
    assert {len(one) for one in folders_in(bench, patients).values()} == {1}
    again = bench.splits.change(patients, method="stratified", seed=99, dry_run=True)
    assert again["moved"] == 0
    anew = bench.splits.change(patients, method="stratified", seed=99, keep=False, dry_run=True)
    assert anew["moved"] > 0


def test_folds_partition_what_can_be_learned_from_and_leave_test_alone(
    bench: Workbench, patients: Project
) -> None:
    now = split_by_id(bench, patients)
    folds = bench.splits.folds(patients, 3, "folder")
    vals = [{key for key, split in one.items() if split == "val"} for one in folds]
    assert set.union(*vals) == {key for key, split in now.items() if split != "test"}
    assert sum(map(len, vals)) == len(set.union(*vals))
    told = bench.splits.change(patients, method="kfold", folds=3, fold=1, group_by="folder")
    assert {key for key, one in split_by_id(bench, patients).items() if one == "val"} == vals[1]
    assert told["after"]["test"] == told["before"]["test"]


def test_a_seed_is_found_that_fills_every_fold(bench: Workbench, patients: Project) -> None:
    from sightline.core.groups import parse_grouping

    by = parse_grouping("folder")
    seed = bench.splits.fold_seed(patients, 5, by)
    folds = bench.splits.folds(patients, 5, "folder", seed)
    sizes = [sum(split == "val" for split in one.values()) for one in folds]
    assert max(sizes) - min(sizes) < 14
    with pytest.raises(InvalidInputError, match="do not fill"):
        bench.splits.fold_seed(patients, 100, by)


def test_near_duplicates_stay_together(bench: Workbench, tmp_path: Path) -> None:
    folder = write_pets(tmp_path / "pets", 12)
    for path in sorted(folder.glob("*/*.png")):
        with Image.open(path) as image:
            image.resize((48, 48)).save(path.with_name(f"{path.stem}-large.png"))
    bench.ingest(folder, "pets", labels="none")
    project = bench.projects.get("pets")
    with pytest.raises(ConflictError, match="not embedded"):
        bench.splits.change(project, method="group", group_by="near")
    bench.encoders.embed(project, None, here=True)
    bench.splits.change(project, method="group", group_by="near", val=0.3, test=0.3)
    where = {
        row.path.split("/")[-1]: row.split for row in rows(bench, project) if "cat" in row.path
    }
    pairs = [(where[f"{n:03d}.png"], where[f"{n:03d}-large.png"]) for n in range(12)]
    assert sum(one == other for one, other in pairs) >= 11
    assert len({one for one, _ in pairs}) > 1


def test_days_come_from_exif(bench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "trip").mkdir()
    for number in range(40):
        exif = Image.Exif()
        exif[0x0132] = f"2024:05:{1 + number % 10:02d} 10:{number:02d}:00"
        path = tmp_path / "trip" / f"{number}.jpg"
        Image.new("RGB", (9, 9), (number * 5, 3, 200)).save(path, exif=exif)
    Image.new("RGB", (9, 9)).save(tmp_path / "trip" / "plain.png")
    bench.ingest(tmp_path / "trip", "trip", labels="none")
    project = bench.projects.get("trip")
    told = bench.splits.change(project, method="group", group_by="day", val=0.3, test=0.2)
    assert told["groups"] == 10
    assert told["alone"] == 1
    found = defaultdict(set)
    for row in rows(bench, project):
        if row.path.endswith(".jpg"):
            found[int(row.path.split("/")[-1][:-4]) % 10].add(row.split)
    assert {len(one) for one in found.values()} == {1}


def test_pictures_in_split_folders_stay_if_they_shall(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    chosen = rows(bench, pets)[:5]
    bench.store.labels.set_splits(pets, {row.id: "test" for row in chosen}, actor="ann")
    bench.splits.change(pets, method="hash", seed=7, keep=True)
    now = split_by_id(bench, pets)
    assert {now[row.id] for row in chosen} == {"test"}
    bench.splits.change(pets, method="hash", seed=7)
    assert {split_by_id(bench, pets)[row.id] for row in chosen} != {"test"}


@pytest.mark.parametrize(
    "wish",
    [
        {"method": "random"},
        {"method": "group"},
        {"method": "group", "group_by": "name:("},
        {"val": 0.6, "test": 0.4},
        {"val": -0.1},
        {"method": "kfold", "folds": 1},
        {"method": "kfold", "folds": 3, "fold": 3},
    ],
)
def test_what_cannot_be_is_refused_with_a_next_step(
    bench: Workbench, pets: Project, wish: dict[str, object]
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        bench.splits.change(pets, **wish)  # type: ignore[arg-type]
    assert caught.value.hint


def test_other_numbers_than_a_person_was_told_are_refused(
    bench: Workbench, patients: Project
) -> None:
    with pytest.raises(ConflictError):
        bench.splits.change(patients, method="hash", seed=1, expect=1)


def test_what_a_person_should_know_is_noted(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    told = bench.splits.change(pets, method="group", group_by="folder", dry_run=True)
    assert any("few for a hash" in one for one in told["notes"])
    assert any("the largest group holds 50%" in one for one in told["notes"])
    assert any("picture of" in one for one in told["notes"])
