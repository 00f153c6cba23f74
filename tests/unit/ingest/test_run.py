from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import CancelledError, StorageError
from sightline.core.labels import LabelChange
from sightline.core.progress import Silent
from sightline.ingest import run
from sightline.ingest.run import IngestOptions, ingest
from sightline.ingest.scan import scan
from sightline.store.store import Store
from unit.imaging.pictures import encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.core.progress import Progress
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project


@dataclass(frozen=True)
class Rule:
    split_seed: int = 1
    val_share: float = 0.2
    test_share: float = 0.2


class Bench:
    """A store with one project, and a folder of pictures."""

    def __init__(self, root: Path) -> None:
        self.source = root / "source"
        self.source.mkdir()
        self.store = Store(root / "workspace")
        self.project: Project = self.store.projects.create("p")

    @property
    def folder(self) -> Path:
        return self.store.project_dir("p")

    def put(self, *names: str, seed: int | None = None) -> None:
        """Write a picture for each name; with the same seed, the same bytes."""
        for name in names:
            path = self.source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture(hash(name) % 2**32 if seed is None else seed))

    def ingest(self, progress: Progress | None = None, **options: Any) -> dict[str, Any]:
        report = ingest(
            self.store,
            self.project,
            self.source,
            IngestOptions(**options),
            folder=self.folder,
            split_rule=Rule(),
            progress=progress or Silent(),
        )
        assert report["found"] == report["added"] + report["known"] + len(report["skipped"])
        return report

    def rows(self) -> dict[str, ImageRow]:
        """Return images by the name of their first place."""
        images = self.store.images.page_after(self.project.id, -1, 10_000)
        return {os.path.relpath(row.path, self.source): row for row in images if row.path}

    def labels(self) -> dict[str, str | None]:
        names = {row.id: row.name for row in self.store.classes.list(self.project.id)}
        return {name: names.get(row.class_id or 0) for name, row in self.rows().items()}


def picture(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8)
    return encode(pixels, "PNG")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.store.close()


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


def test_copies_lie_in_the_project_and_outlive_the_source(bench: Bench) -> None:
    bench.put("cat/a.png", "dog/b.png")
    bench.ingest(copy=True)
    assert (bench.folder / "images" / "cat" / "a.png").read_bytes()
    report = bench.ingest(copy=True)
    assert (report["added"], report["known"]) == (0, 2)
    shutil.rmtree(bench.source)
    for row in bench.rows().values():
        assert Path(row.path).exists()
    assert not [path for path in bench.folder.rglob("*") if path.suffix == ".part"]


def test_a_copy_never_replaces_other_bytes_of_its_name(bench: Bench) -> None:
    bench.put("a.png", seed=1)
    bench.ingest(copy=True)
    bench.put("a.png", seed=2)
    report = bench.ingest(copy=True)
    assert report["added"] == 1
    copies = sorted((bench.folder / "images").iterdir())
    assert [path.read_bytes() for path in copies] == [picture(2), picture(1)]
    assert bench.ingest(copy=True)["known"] == 1


def test_a_project_found_in_place_is_not_copied_onto_itself(bench: Bench) -> None:
    images = bench.folder / "images"
    images.mkdir(parents=True)
    (images / "a.png").write_bytes(picture(1))
    bench.source = images
    assert bench.ingest(copy=True)["added"] == 1
    assert len(list(images.iterdir())) == 1


class StopAfter:
    """A progress that asks to stop at a chunk."""

    def __init__(self, chunks: int) -> None:
        self.left = chunks
        self.seen: list[tuple[int, int | None]] = []

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        self.seen.append((done, total))
        self.note = note

    def tell(self, kind: str, **data: Any) -> None: ...

    def log(self, text: str) -> None: ...

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise CancelledError("stopped")


def test_a_stopped_ingest_goes_on_where_it_stopped(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHUNK", 10)
    bench.put(*(f"{'cat' if number % 2 else 'dog'}/{number}.png" for number in range(35)))
    progress = StopAfter(2)
    with pytest.raises(CancelledError):
        bench.ingest(progress)
    assert len(bench.rows()) == 20
    assert progress.seen[-1] == (20, 35)
    report = bench.ingest()
    assert (report["added"], report["known"], report["labels"]["labelled"]) == (15, 20, 15)
    assert None not in bench.labels().values()


def test_labels_lost_between_two_transactions_are_made_good(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.put("cat/a.png", "dog/b.png")

    def fail(*_: object, **__: object) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(bench.store.labels, "set", fail)
        with pytest.raises(StorageError):
            bench.ingest()
    assert set(bench.labels().values()) == {None}
    bench.ingest()
    assert bench.labels() == {"cat/a.png": "cat", "dog/b.png": "dog"}


def test_a_file_that_vanishes_meanwhile_is_listed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.put("a.png", "b.png")

    def scan_then_delete(*args: Any, **options: Any) -> Any:
        found = scan(*args, **options)
        (bench.source / "a.png").unlink()
        return found

    monkeypatch.setattr(run, "scan", scan_then_delete)
    report = bench.ingest()
    assert [one["reason"] for one in report["skipped"]] == ["missing"]
    assert report["added"] == 1


def test_many_odd_files_are_all_accounted_for(bench: Bench, shared_data: Path) -> None:
    bench.source = shared_data / "robust_pillow" / "images"
    report = bench.ingest()
    assert report["added"] > 300
    assert len(report["skipped"]) > 20
    again = bench.ingest()
    assert (again["added"], again["known"]) == (0, report["added"] + report["known"])


def test_real_class_folders_are_labelled(bench: Bench, shared_data: Path) -> None:
    bench.source = shared_data / "cls_sign_digits"
    report = bench.ingest()
    assert report["labels"]["classes"] == [str(digit) for digit in range(10)]
    assert report["labels"]["labelled"] == report["added"] == 2062


def test_yolo_sidecars_give_no_tags(bench: Bench, shared_data: Path) -> None:
    for path in sorted((shared_data / "det_coco128" / "images").iterdir())[:30]:
        shutil.copy(path, bench.source)
        text = shared_data / "det_coco128" / "boxes_yolo" / f"{path.stem}.txt"
        if text.exists():
            shutil.copy(text, bench.source)
    report = bench.ingest()
    assert (report["added"], report["labels"]["kind"]) == (30, "none")
