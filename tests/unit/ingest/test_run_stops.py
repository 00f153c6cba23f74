from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from sightline.core.errors import CancelledError, StorageError
from sightline.ingest import run
from sightline.ingest.scan import scan
from unit.ingest.bench import Bench, picture


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
