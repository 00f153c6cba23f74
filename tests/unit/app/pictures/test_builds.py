from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from fakes.pets import write_pets
from sightline.core.errors import (
    CancelledError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    StorageError,
)
from sightline.core.progress import Silent
from sightline.export import build_write
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project

SPEC = {"size": 64}


@pytest.fixture
def labelled(bench: Workbench, pets: Project) -> Project:
    label_by_folder(bench, pets)
    return pets


def build(bench: Workbench, project: Project, name: str = "b", **spec: Any) -> dict[str, Any]:
    return bench.builds.perform(project, name, SPEC | spec, progress=Silent())


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a build by its path."""
    files = [one for one in sorted(folder.rglob("*")) if one.is_file()]
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in files}


class StopAfter(Silent):
    """Stops the work after so many pictures."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._done = 0

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        del total, note
        self._done = done

    def check(self) -> None:
        if self._done >= self._count:
            raise CancelledError("stopped")


def test_a_build_is_folders_of_splits_and_classes_with_a_manifest(
    bench: Workbench, labelled: Project
) -> None:
    report = build(bench, labelled, fit="stretch")
    folder = bench.builds.path(labelled, "b")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert report["pictures"] == len(manifest["pictures"]) == 60
    for row in manifest["pictures"]:
        split, name, _ = row["file"].split("/")
        assert (split, name) == (row["split"], row["class"])
        with Image.open(folder / row["file"]) as image:
            assert (image.size, image.format) == ((64, 64), "JPEG")
    assert sum(sum(one.values()) for one in manifest["counts"].values()) == 60
    assert not list(folder.parent.glob(".b.part"))


def test_the_same_inputs_give_the_same_bytes_and_another_size_another_hash(
    bench: Workbench, labelled: Project
) -> None:
    one, other = build(bench, labelled, "one"), build(bench, labelled, "two")
    folder = bench.builds.folder(labelled)
    assert one["hash"] == other["hash"]
    assert tree(folder / "one") == tree(folder / "two")
    assert build(bench, labelled, "three", size=65)["hash"] != one["hash"]


@pytest.mark.parametrize("what", ["edit", "name", "label", "split"])
def test_the_hash_covers_edits_names_labels_and_splits(
    bench: Workbench, labelled: Project, what: str
) -> None:
    before = build(bench, labelled)
    assert bench.builds.all(labelled)[0]["stale"] is False
    row = rows(bench, labelled)[0]
    dog = next(one["id"] for one in bench.labels.classes(labelled) if one["name"] == "dog")
    if what == "edit":
        bench.edits.put(row.id, {"flip": True})
    elif what == "name":
        bench.edits.rename(labelled, "other", image_ids=[row.id])
    elif what == "label":
        bench.bulk.change(labelled, image_ids=[row.id], class_id=dog)
    else:
        to = "val" if row.split != "val" else "test"
        bench.store.labels.set_splits(labelled, {row.id: to}, actor="ann")
    assert bench.builds.all(labelled)[0]["stale"] is True
    after = build(bench, labelled)
    assert after["hash"] != before["hash"]
    assert after["made"] == (1 if what == "edit" else 0)
    bench.labels.undo(labelled)
    assert build(bench, labelled)["hash"] == before["hash"]


def test_edits_reach_the_pictures_and_the_originals_stay(
    bench: Workbench, labelled: Project, pictures: Path
) -> None:
    row = rows(bench, labelled)[0]
    originals = tree(pictures)
    build(bench, labelled, format="png", fit="stretch")
    before = tree(bench.builds.path(labelled, "b"))
    bench.edits.put(row.id, {"rotate": 180})
    build(bench, labelled, format="png", fit="stretch")
    after = tree(bench.builds.path(labelled, "b"))
    changed = [name for name in before if after[name] != before[name] and name != "manifest.json"]
    assert changed == [f"{row.split}/cat/000.png"]
    assert tree(pictures) == originals


def test_a_stopped_build_goes_on_and_makes_no_picture_twice(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CancelledError):
        bench.builds.perform(labelled, "b", SPEC, progress=StopAfter(10))
    with pytest.raises(NotFoundError):
        bench.builds.path(labelled, "b")
    kept = list((bench.builds.folder(labelled) / ".b.part" / "pictures").glob("*.jpg"))
    asked: list[Path] = []
    save = build_write._save

    def noted(image: Any, path: Path, spec: Any) -> None:
        asked.append(path)
        save(image, path, spec)

    monkeypatch.setattr(build_write, "_save", noted)
    report = build(bench, labelled)
    assert report["made"] == len(asked) == 60 - len(kept)
    assert len(kept) >= 10
    assert {one.stem for one in asked}.isdisjoint(one.stem for one in kept)
    assert build(bench, labelled)["made"] == 0


KILLED = """
import os, signal, sys
from sightline.app import open_workbench
from sightline.core.progress import Silent

class Killed(Silent):
    def advance(self, done, total, note=""):
        if done >= 10:
            os.kill(os.getpid(), signal.SIGKILL)

with open_workbench(sys.argv[1], job_threads=1) as bench:
    bench.builds.perform(bench.projects.get("pets"), "b", {"size": 64}, progress=Killed())
"""


def test_a_killed_build_goes_on_where_it_was(bench: Workbench, labelled: Project) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(bench.workspace)], check=False, capture_output=True
    )
    assert done.returncode == -9
    kept = len(list((bench.builds.folder(labelled) / ".b.part" / "pictures").glob("*.jpg")))
    assert kept >= 10
    report = build(bench, labelled)
    assert (report["made"], report["pictures"]) == (60 - kept, 60)
    build(bench, labelled, "whole")
    folder = bench.builds.folder(labelled)
    assert tree(folder / "b") == tree(folder / "whole")


def test_what_cannot_be_read_is_told_and_counted(
    bench: Workbench, labelled: Project, pictures: Path
) -> None:
    (pictures / "cat" / "003.png").write_bytes(b"\x89PNG broken")
    (pictures / "dog" / "004.png").unlink()
    report = build(bench, labelled)
    assert report["pictures"] == 58
    reasons = sorted(one["reason"] for one in report["unreadable"])
    assert reasons == ["missing", "not an image"]
    assert bench.builds.all(labelled)[0]["unreadable"] == 2


def test_a_full_disk_is_told_before_the_work_and_keeps_the_build_that_is_there(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(bench, labelled)
    before = tree(bench.builds.path(labelled, "b"))
    usage = shutil.disk_usage(bench.workspace)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(StorageError) as caught:
        build(bench, labelled, size=128)
    assert caught.value.hint
    assert tree(bench.builds.path(labelled, "b")) == before


def test_a_disk_that_fills_up_keeps_what_is_finished(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def full(image: Any, path: Path, spec: Any) -> None:
        calls.append(path)
        if len(calls) > 5:
            raise OSError(28, "No space left on device")
        save(image, path, spec)

    save = build_write._save
    monkeypatch.setattr(build_write, "_save", full)
    with pytest.raises(StorageError, match="the disk is full"):
        build(bench, labelled)
    monkeypatch.setattr(build_write, "_save", save)
    assert build(bench, labelled)["made"] <= 56


def test_tags_lie_beside_the_pictures_as_an_ingest_reads_them(
    bench: Workbench, tmp_path: Path
) -> None:
    folder = write_pets(tmp_path / "tagged", 4)
    for number, path in enumerate(sorted(folder.glob("*/*.png"))):
        path.with_suffix(".txt").write_text("furry" if number % 2 else "furry, old dog", "utf-8")
    bench.ingest(folder, "tagged")
    project = bench.projects.get("tagged")
    bench.store.labels.set_splits(project, {r.id: "train" for r in rows(bench, project)}, actor="a")
    report = build(bench, project)
    assert report["counts"]["train"] == {"furry": 8, "old dog": 4}
    built = bench.builds.path(project, "b")
    assert sorted({one.parent.name for one in built.rglob("*.jpg")}) == ["train"]
    told = bench.ingest(built, "again", dry_run=True)
    assert told["labels"]["kind"] == "tags"
    assert told["added"] == 8


def test_two_pictures_of_one_name_both_have_a_place(bench: Workbench, tmp_path: Path) -> None:
    for part in ("a", "b"):
        write_pets(tmp_path / "double" / part, 2, seed=ord(part))
    bench.ingest(tmp_path / "double", "double")
    project = bench.projects.get("double")
    report = build(bench, project, layout="class")
    names = [one for one in tree(bench.builds.path(project, "b")) if one.endswith(".jpg")]
    assert report["pictures"] == len(names) == 8
    assert {one.split("/")[0] for one in names} == {"cat", "dog"}


def test_a_training_learns_from_the_files_of_a_build(bench: Workbench, labelled: Project) -> None:
    from sightline.app.training.data import samples
    from sightline.train.spec import TrainSpec

    build(bench, labelled)
    spec = TrainSpec.model_validate({"data": {"build": "b"}, "folds": 3, "fold": 0})
    assert bench.training.shape is not None
    found = bench.training.shape(labelled, samples(bench.store, labelled), spec)
    folder = bench.builds.path(labelled, "b")
    assert len(found.samples) == 60
    assert all(one.path.is_relative_to(folder) and one.path.is_file() for one in found.samples)
    assert {one.split for one in found.samples} == {"train", "val", "test"}
    with pytest.raises(NotFoundError) as caught:
        bench.training.start(labelled, {"data": {"build": "none"}})
    assert "sightline build pets" in caught.value.hint


def test_builds_are_listed_and_go_to_the_trash(
    bench: Workbench, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(bench, labelled)
    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    job = bench.builds.start(labelled, size=128, fit="crop")
    waiting, done = bench.builds.all(labelled)
    assert (waiting["name"], waiting["job"]) == ("128px-crop", job["id"])
    assert (done["name"], done["pictures"], done["job"]) == ("b", 60, None)
    with pytest.raises(ConflictError, match="already"):
        bench.builds.start(labelled, size=128, fit="crop")
    trashed = bench.builds.delete(labelled, "b")["trashed"]
    assert Path(trashed).is_dir()
    assert [one["name"] for one in bench.builds.all(labelled)] == ["128px-crop"]
    with pytest.raises(NotFoundError):
        bench.builds.delete(labelled, "b")


@pytest.mark.parametrize(
    "wish",
    [{"size": 63}, {"size": 1025}, {"format": "gif"}, {"fit": "fill"}, {"quality": 0},
     {"layout": "class/split"}, {"name": "../up"}, {"name": "."}],
)  # fmt: skip
def test_what_cannot_be_built_is_refused_with_a_next_step(
    bench: Workbench, labelled: Project, wish: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        bench.builds.start(labelled, **wish)
    assert caught.value.hint


def test_a_project_without_labels_has_nothing_to_build(bench: Workbench, pets: Project) -> None:
    with pytest.raises(InvalidInputError, match="no labelled"):
        bench.builds.start(pets)
