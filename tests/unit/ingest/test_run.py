from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from sightline.core.labels import LabelChange
from sightline.core.progress import Silent
from sightline.ingest import run
from sightline.ingest.run import IngestOptions, ingest
from unit.imaging.pictures import encode
from unit.ingest.bench import Bench, Rule, picture

if TYPE_CHECKING:
    import pytest


def test_pictures_are_registered_with_what_the_header_says(bench: Bench) -> None:
    bench.put("a.png", "b/c.png")
    report = bench.ingest()
    assert (report["found"], report["added"], report["known"]) == (2, 2, 0)
    row = bench.rows()["a.png"]
    assert (row.width, row.height, row.format, row.status) == (8, 6, "PNG", "unlabelled")
    assert {row.ordinal for row in bench.rows().values()} == {0, 1}


def test_a_second_run_reads_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.put("cat/a.png", "dog/b.png")
    bench.ingest()
    seq = bench.store.projects.get("p").seq
    monkeypatch.setattr(run, "read_files", lambda files, **_: iter([files] if files else []))
    report = bench.ingest()
    assert (report["added"], report["known"]) == (0, 2)
    assert bench.store.projects.get("p").seq == seq


def test_class_folders_become_labels_in_one_journal_entry(bench: Bench) -> None:
    bench.put("cat/a.png", "cat/b.png", "dog/c.png", "d.png")
    report = bench.ingest()
    assert report["labels"] == {
        "kind": "folders",
        "classes": ["cat", "dog"],
        "labelled": 3,
        "conflicts": 0,
        "refused": [],
        "rule": "no picture has a .txt",
    }
    assert bench.labels() == {
        "cat/a.png": "cat",
        "cat/b.png": "cat",
        "dog/c.png": "dog",
        "d.png": None,
    }
    entries = bench.store.labels.history(bench.project)
    assert [one.description for one in entries if one.kind == "labels"] == [
        "Label 3 images from folders"
    ]
    assert {one.actor for one in entries} == {"import"}


def test_labels_none_reads_no_meaning_into_folders(bench: Bench) -> None:
    bench.put("train/cat/a.png", "test/dog/b.png")
    report = bench.ingest(labels="none")
    assert report["labels"]["kind"] == "none"
    assert set(bench.labels().values()) == {None}
    assert not any(row.split_fixed for row in bench.rows().values())


def test_labels_may_come_later_and_leave_what_a_person_said(bench: Bench) -> None:
    bench.put("cat/a.png", "dog/b.png", "train/cat/c.png")
    bench.ingest(labels="none")
    mine = bench.store.labels.add_class(bench.project, "mine", actor="me")
    row = bench.rows()["cat/a.png"]
    bench.store.labels.set(bench.project, [LabelChange(row.id, mine.id, "labelled")], actor="me")
    report = bench.ingest()
    assert report["labels"]["labelled"] == 2
    assert bench.labels() == {"cat/a.png": "mine", "dog/b.png": "dog", "train/cat/c.png": "cat"}
    assert bench.rows()["train/cat/c.png"].split == "train"
    assert bench.ingest()["labels"]["labelled"] == 0


def test_undone_labels_stay_undone(bench: Bench) -> None:
    bench.put("cat/a.png", "dog/b.png")
    bench.ingest()
    bench.store.labels.undo(bench.project, actor="import")
    bench.ingest()
    assert set(bench.labels().values()) == {None}


def test_split_folders_are_kept(bench: Bench) -> None:
    bench.put("train/cat/a.png", "val/dog/b.png", "test/cat/c.png")
    bench.ingest()
    splits = {name: (row.split, row.split_fixed) for name, row in bench.rows().items()}
    assert splits == {
        "train/cat/a.png": ("train", True),
        "val/dog/b.png": ("val", True),
        "test/cat/c.png": ("test", True),
    }


def test_without_split_folders_the_hash_decides(bench: Bench) -> None:
    bench.put(*(f"{number}.png" for number in range(60)))
    bench.ingest()
    assert {row.split for row in bench.rows().values()} == {"train", "val", "test"}


def test_text_files_become_tags(bench: Bench) -> None:
    bench.put("a.png", "b.png")
    (bench.source / "a.txt").write_text("cat, red sofa")
    (bench.source / "b.txt").write_text("cat")
    report = bench.ingest()
    assert report["labels"]["kind"] == "tags"
    names = {row.id: row.name for row in bench.store.classes.list(bench.project.id)}
    tags = {name: {names[tag] for tag in row.tags} for name, row in bench.rows().items()}
    assert tags == {"a.png": {"cat", "red sofa"}, "b.png": {"cat"}}
    assert {row.status for row in bench.rows().values()} == {"labelled"}


def test_the_same_bytes_under_two_labels_are_a_conflict(bench: Bench) -> None:
    bench.put("cat/a.png", "dog/a.png", seed=5)
    bench.put("dog/b.png")
    report = bench.ingest()
    assert (report["added"], report["known"], report["labels"]["conflicts"]) == (2, 1, 1)
    (row,) = (row for row in bench.rows().values() if row.status == "conflict")
    assert row.class_id is None
    assert len(bench.store.images.places(row.asset_id)) == 2
    assert bench.ingest()["added"] == 0


def test_a_conflict_that_arises_later_takes_an_imported_label_back(bench: Bench) -> None:
    bench.put("cat/a.png", seed=5)
    bench.put("dog/b.png")
    bench.ingest()
    bench.put("dog/a.png", seed=5)
    assert bench.ingest()["labels"]["conflicts"] == 1
    assert bench.rows()["cat/a.png"].status == "conflict"


def test_a_conflict_that_arises_later_leaves_a_persons_label(bench: Bench) -> None:
    bench.put("cat/a.png", seed=5)
    bench.put("dog/b.png")
    bench.ingest()
    row = bench.rows()["cat/a.png"]
    bench.store.labels.set(
        bench.project, [LabelChange(row.id, row.class_id, "labelled")], actor="me"
    )
    bench.put("dog/a.png", seed=5)
    bench.ingest()
    assert bench.labels()["cat/a.png"] == "cat"


def test_a_moved_file_keeps_its_image_and_label(bench: Bench) -> None:
    bench.put("cat/a.png", "dog/b.png")
    bench.ingest()
    before = bench.rows()["cat/a.png"]
    (bench.source / "new").mkdir()
    shutil.move(bench.source / "cat" / "a.png", bench.source / "new" / "z.png")
    report = bench.ingest()
    assert (report["added"], report["known"], report["moved"]) == (0, 2, 1)
    after = bench.rows()["new/z.png"]
    assert (after.id, after.class_id) == (before.id, before.class_id)


def test_a_file_changed_in_place_is_a_new_image_without_the_old_label(bench: Bench) -> None:
    bench.put("a.png", "b.png")
    bench.ingest()
    old = bench.rows()["a.png"]
    label = bench.store.labels.add_class(bench.project, "cat", actor="me")
    bench.store.labels.set(bench.project, [LabelChange(old.id, label.id, "labelled")], actor="me")
    (bench.source / "a.png").write_bytes(picture(99))
    report = bench.ingest()
    assert (report["added"], report["changed"]) == (1, 1)
    new = bench.rows()["a.png"]
    assert new.id != old.id
    assert (new.status, new.class_id) == ("unlabelled", None)


def test_a_touched_file_is_read_once_more_and_then_known(bench: Bench) -> None:
    bench.put("a.png")
    bench.ingest()
    os.utime(bench.source / "a.png", (5, 5))
    assert bench.ingest()["known"] == 1
    (one,) = bench.store.images.locations(bench.project.id)
    assert one.mtime_ns == 5 * 10**9


def test_files_that_went_and_came_back_are_remembered(bench: Bench) -> None:
    bench.put("a.png", "b.png")
    bench.ingest()
    shutil.move(bench.source / "a.png", bench.source.parent / "a.png")

    def missing() -> dict[str, bool]:
        found = bench.store.images.locations(bench.project.id)
        return {Path(one.path).name: one.missing for one in found}

    bench.ingest()
    assert missing() == {"a.png": True, "b.png": False}
    shutil.move(bench.source.parent / "a.png", bench.source / "a.png")
    bench.ingest()
    assert missing() == {"a.png": False, "b.png": False}


def test_each_page_of_a_tiff_is_an_image(bench: Bench) -> None:
    pages = [Image.new("L", (5 + page, 4), page) for page in range(3)]
    data = encode(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    (bench.source / "stack.tif").write_bytes(data)
    report = bench.ingest()
    assert (report["found"], report["added"], report["images"]) == (1, 1, 3)
    images = bench.store.images.page_after(bench.project.id, -1, 10)
    assert [(row.page, row.width) for row in images] == [(0, 5), (1, 6), (2, 7)]


def test_unreadable_files_are_listed_and_stop_nothing(bench: Bench) -> None:
    bench.put("good.png", "other.jpg")
    (bench.source / "empty.png").touch()
    (bench.source / "text.jpg").write_text("hello")
    (bench.source / "cut.png").write_bytes(picture(1)[:50])
    (bench.source / "dead.png").symlink_to(bench.source / "nowhere")
    (bench.source / "notes.txt").write_text("no picture")
    report = bench.ingest()
    reasons = {Path(one["path"]).name: one["reason"] for one in report["skipped"]}
    assert reasons == {
        "empty.png": "empty file",
        "text.jpg": "not an image",
        "cut.png": "truncated",
        "dead.png": "dead link",
    }
    assert (report["found"], report["added"]) == (6, 2)
    assert [one["note"] for one in report["notes"]] == ["holds PNG"]


def test_a_dry_run_writes_nothing_and_tells_the_same(bench: Bench) -> None:
    bench.put("cat/a.png", "dog/b.png", "dog/c.png")
    bench.put("cat/x.png", "dog/x.png", seed=3)
    seq = bench.store.projects.get("p").seq
    foreseen = bench.ingest(dry_run=True, copy=True)
    assert bench.store.projects.get("p").seq == seq
    assert not list(bench.store.images.locations(bench.project.id))
    assert not bench.folder.exists() or not list(bench.folder.rglob("*.png"))
    real = bench.ingest(copy=True)
    assert {**foreseen, "seconds": 0} == {**real, "seconds": 0}


def test_a_dry_run_needs_no_project(bench: Bench) -> None:
    bench.put("a.png")
    report = ingest(
        bench.store,
        None,
        bench.source,
        IngestOptions(dry_run=True),
        folder=bench.folder,
        split_rule=Rule(),
        progress=Silent(),
    )
    assert report["added"] == 1
