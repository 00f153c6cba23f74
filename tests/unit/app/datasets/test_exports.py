from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sightline.app import Workbench, open_workbench
from sightline.app.datasets.exports import asked
from sightline.core.errors import (
    CancelledError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    StorageError,
)
from sightline.core.labels import LabelChange
from sightline.core.progress import Silent
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from sightline.store.projects import Project

FORMATS = ("zip", "csv", "imagefolder", "hf", "parquet")


def table(zipped: Path) -> list[dict[str, str]]:
    import csv

    with zipfile.ZipFile(zipped) as packed:
        return list(csv.DictReader(packed.read("labels.csv").decode().splitlines()))


def test_the_same_labels_give_the_same_bytes_twice_and_in_another_process(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    label_by_folder(bench, pets, every=2)
    reports = [bench.export_labels("pets", tmp_path / f"{n}.zip", images="copy") for n in "ab"]
    code = (
        "import sys, sightline\n"
        "with sightline.open(sys.argv[1]) as bench:\n"
        "    bench.export_labels('pets', sys.argv[2], images='copy')\n"
    )
    bench.export_labels("pets", tmp_path / "p.parquet", form="parquet")
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "w"), str(tmp_path / "c.zip")], check=True
    )
    assert reports[0]["sha256"] == reports[1]["sha256"]
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "c.zip").read_bytes()


def test_what_was_undone_leaves_no_trace(bench: Workbench, pets: Project, tmp_path: Path) -> None:
    label_by_folder(bench, pets)
    before = bench.export_labels("pets", tmp_path / "a.zip")["sha256"]
    bench.labels.label(pets, [LabelChange(rows(bench, pets)[0].id, None, "unsure")])
    changed = bench.export_labels("pets", tmp_path / "b.zip")["sha256"]
    bench.labels.undo(pets)
    assert changed != before
    assert bench.export_labels("pets", tmp_path / "c.zip")["sha256"] == before


def test_another_workspace_with_the_same_labels_differs_in_times_only(
    bench: Workbench, pets: Project, pictures: Path, tmp_path: Path
) -> None:
    label_by_folder(bench, pets)
    bench.export_labels("pets", tmp_path / "a.zip", images="copy")
    moved = tmp_path / "elsewhere" / "deep"
    shutil.copytree(pictures, moved)
    with open_workbench(tmp_path / "w2", person="bob") as other:
        other.ingest(moved, "pets", labels="none")
        label_by_folder(other, other.projects.get("pets"))
        other.export_labels("pets", tmp_path / "b.zip", images="copy")
    with zipfile.ZipFile(tmp_path / "a.zip") as a, zipfile.ZipFile(tmp_path / "b.zip") as b:
        assert a.namelist() == b.namelist()
        differ = {name for name in a.namelist() if a.read(name) != b.read(name)}
        manifests = [json.loads(one.read("manifest.json")) for one in (a, b)]
    assert differ <= {"labels.csv", "manifest.json"}
    times = {"first_labelled_at", "labelled_at"}
    pairs = zip(table(tmp_path / "a.zip"), table(tmp_path / "b.zip"), strict=True)
    assert all({k for k in x if x[k] != y[k]} <= times for x, y in pairs)
    for one in manifests:
        del one["files"]["labels.csv"]
    assert manifests[0] == manifests[1]


def test_the_journal_tells_who_was_unsure_and_when(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    cat = bench.labels.add_class(pets, "cat")["id"]
    first, second, third = rows(bench, pets)[:3]
    bench.labels.label(pets, [LabelChange(one.id, None, "unsure") for one in (first, second)])
    bench.labels.label(pets, [LabelChange(one.id, cat, "labelled") for one in (first, third)])
    bench.labels.label(pets, [LabelChange(third.id, None, "unsure")])
    bench.labels.undo(pets)
    bench.export_labels("pets", tmp_path / "a.zip")
    found = {one["item_id"]: one for one in table(tmp_path / "a.zip")}
    told = [found[one.digest[:16]] for one in (first, second, third)]
    assert [one["was_unsure"] for one in told] == ["true", "true", "false"]
    assert told[0]["first_labelled_at"] < told[0]["labelled_at"]
    assert [one["labelled_at"] for one in found.values() if one["status"] == "unlabelled"] == [
        ""
    ] * 57


def test_the_manifest_tells_the_encoder_the_head_and_the_versions(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    label_by_folder(bench, pets)
    bench.train_head("pets")
    bench.export_labels("pets", tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        manifest = json.loads(packed.read("manifest.json"))
    assert manifest["encoder"]["name"] == "hog"
    assert manifest["encoder"]["key"]
    assert manifest["head"]["method"] in {"none", "temperature", "platt", "isotonic"}
    assert manifest["versions"]["numpy"]
    assert manifest["counts"]["label"] == {"cat": 30, "dog": 30}
    assert set(manifest["files"]) == {"labels.csv", "classes.json", "splits.json"}


def test_splits_and_statuses_can_be_chosen(bench: Workbench, pets: Project, tmp_path: Path) -> None:
    count = label_by_folder(bench, pets, every=3)
    only = bench.export_labels("pets", tmp_path / "a.csv", form="csv", statuses=["labelled"])
    assert only["items"] == count
    parts = [
        bench.export_labels("pets", tmp_path / f"{one}.csv", form="csv", splits=[one])["items"]
        for one in ("train", "val", "test")
    ]
    assert sum(parts) == 60


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_is_left_when_it_is_stopped_or_the_disk_is_full(
    bench: Workbench, pets: Project, tmp_path: Path, form: str
) -> None:
    label_by_folder(bench, pets)
    out = tmp_path / "out"
    out.mkdir()

    class Bad(Silent):
        def __init__(self, error: Exception) -> None:
            self.error = error

        def advance(self, done: int, _total: int | None, note: str = "") -> None:
            if note == "writing" and done > 5:
                raise self.error

    with pytest.raises(CancelledError):
        bench.export_labels("pets", out / "x", form=form, progress=Bad(CancelledError("stop")))
    full = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(StorageError, match="disk is full"):
        bench.export_labels("pets", out / "x", form=form, progress=Bad(full))
    assert list(out.iterdir()) == []


def test_nothing_of_worth_is_overwritten(
    bench: Workbench, pets: Project, pictures: Path, tmp_path: Path
) -> None:
    assert pets.name == "pets"
    picture = pictures / "cat" / "000.png"
    before = picture.read_bytes()
    with pytest.raises(ConflictError, match=r"no \.zip file"):
        bench.export_labels("pets", picture)
    with pytest.raises(ConflictError, match="there already"):
        bench.export_labels("pets", pictures, form="hf")
    with pytest.raises(InvalidInputError, match="in the workspace"):
        bench.export_labels("pets", tmp_path / "w" / "models" / "x.zip")
    assert picture.read_bytes() == before
    assert Path(bench.export_labels("pets", pictures.parent)["path"]).name == "pets.zip"
    assert bench.export_labels("pets", pictures.parent)["items"] == 60


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"form": "xml"}, "no format"),
        ({"images": "some"}, "images cannot be"),
        ({"splits": ["north"]}, "no split"),
        ({"statuses": ["lost"]}, "no status"),
        ({"form": "csv", "images": "copy"}, "holds no pictures"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(
    bench: Workbench, pets: Project, tmp_path: Path, wish: dict[str, Any], why: str
) -> None:
    with pytest.raises(InvalidInputError, match=why) as caught:
        bench.export_labels("pets", tmp_path / "x", **wish)
    assert caught.value.hint
    assert pets.name == "pets"


def test_a_job_leaves_one_file_of_each_format_to_fetch(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    job = bench.exports.start(pets, asked("imagefolder", None))
    result = bench.wait(job["id"])
    assert result["file"] == "pets-imagefolder.zip"
    path = bench.exports.file(pets, result["file"])
    assert zipfile.ZipFile(path).testzip() is None
    assert bench.exports.files(pets) == [{"file": path.name, "bytes": path.stat().st_size}]
    for name in ("../project.json", "nothing.zip"):
        with pytest.raises(NotFoundError):
            bench.exports.file(pets, name)


def test_an_empty_project_is_exported_too(bench: Workbench, tmp_path: Path) -> None:
    bench.projects.create("empty")
    for form in FORMATS:
        assert bench.export_labels("empty", tmp_path / form, form=form)["items"] == 0
