from __future__ import annotations

import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from fakes.datasets import bare, data_set, data_sets
from sightline.core.errors import CancelledError
from sightline.core.progress import Silent
from sightline.formats.archive import FolderContainer, ZipContainer
from sightline.formats.bundle import read_bundle, read_hf
from sightline.formats.layout import Images, Layout, Written, write
from sightline.formats.records import Record
from sightline.formats.sinks import FolderSink, ZipSink

Made = tuple[list[Record], list[str]]
CAT = Record("cat/1.png", label="cat", tags=(), status="labelled", split="train", page=0)
TAGGED = Record("2.png", tags=("big", "cat"), status="labelled", split="val", page=0)
BARE = Record("3.png", tags=(), status="unlabelled", split="test", page=0)
CLASSES = ["cat", "big"]


def zipped(
    records: list[Record], classes: list[str], folder: Path, images: Images = "copy"
) -> bytes:
    out = io.BytesIO()
    with ZipSink(out) as sink:
        made = data_set(records, classes, folder)
        write(sink, made, layout="zip", images=images, progress=Silent())
    return out.getvalue()


def in_folder(
    layout: Layout, folder: Path, *, links: bool = False, images: Images = "copy"
) -> Written:
    (folder / "source").mkdir(exist_ok=True)
    made = data_set([CAT, TAGGED, BARE], CLASSES, folder / "source")
    sink = FolderSink(folder / "out", links=links)
    return write(sink, made, layout=layout, images=images, progress=Silent())


@settings(max_examples=40)
@given(data_sets())
def test_a_zip_comes_back_and_the_same_records_give_the_same_bytes(made: Made) -> None:
    records, classes = made
    with tempfile.TemporaryDirectory() as temp:
        first, again = (zipped(records, classes, Path(temp)) for _ in range(2))
        assert first == again
        found = read_bundle(ZipContainer(io.BytesIO(first)))
        wanted = data_set(records, classes, Path(temp))
        assert [bare(one) for one in found.records] == [bare(one) for one in wanted.records]
        assert found.classes == list(wanted.classes)
        assert all(one.file and one.sha256 for one in found.records)


@settings(max_examples=40)
@given(data_sets())
def test_a_hugging_face_folder_comes_back(made: Made) -> None:
    records, classes = made
    with tempfile.TemporaryDirectory() as temp:
        data = data_set(records, classes, Path(temp))
        sink = FolderSink(Path(temp, "out"))
        Path(temp, "out").mkdir()
        write(sink, data, layout="hf", images="copy", progress=Silent())
        if not records:
            return
        found = read_hf(FolderContainer(Path(temp, "out")))
        read = sorted((bare(one) for one in found.records), key=lambda one: one.path)
        assert read == [bare(one) for one in data.records]
        assert found.classes == list(data.classes)


@settings(max_examples=40)
@given(data_sets())
def test_an_image_folder_comes_back_but_for_what_has_no_class(made: Made) -> None:
    records, classes = made
    with tempfile.TemporaryDirectory() as temp:
        data = data_set(records, classes, Path(temp))
        Path(temp, "out").mkdir()
        sink = FolderSink(Path(temp, "out"))
        done = write(sink, data, layout="imagefolder", images="copy", progress=Silent())
        found = read_bundle(FolderContainer(Path(temp, "out")))
        wanted = [bare(one) for one in data.records if one.label or one.tags]
        assert [bare(one) for one in found.records] == wanted
        assert done.left_out == len(records) - len(wanted)


def test_a_hugging_face_reader_finds_a_file_for_each_line(tmp_path: Path) -> None:
    """As `datasets` does it: file_name is relative to the metadata file, keys are the same."""
    in_folder("hf", tmp_path)
    keys = set()
    for split in ("train", "validation", "test"):
        folder = tmp_path / "out" / split
        for line in (folder / "metadata.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            assert (folder / row["file_name"]).is_file()
            keys.add(tuple(sorted(row)))
    assert len(keys) == 1


def test_class_folders_are_as_torchvision_reads_them_and_tags_lie_beside(tmp_path: Path) -> None:
    done = in_folder("imagefolder", tmp_path)
    out = tmp_path / "out"
    files = sorted(one.relative_to(out).as_posix() for one in out.rglob("*") if one.is_file())
    tables = ["classes.json", "labels.csv", "manifest.json", "splits.json"]
    assert files == [*tables, "train/cat/1.png", "val/2.png", "val/2.txt"]
    assert (out / "val/2.txt").read_text("utf-8") == "big, cat\n"
    assert (done.items, done.images, done.left_out) == (2, 2, 1)


def test_links_share_the_bytes(tmp_path: Path) -> None:
    in_folder("imagefolder", tmp_path, links=True, images="link")
    assert (tmp_path / "out/train/cat/1.png").stat().st_nlink == 2


def test_a_zip_can_hold_a_list_of_places_instead_of_pictures(tmp_path: Path) -> None:
    data = zipped([CAT], CLASSES, tmp_path, images="link")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert "links.csv" in packed.namelist()
        assert str(tmp_path / "0.png") in packed.read("links.csv").decode()
        assert not [one for one in packed.namelist() if one.startswith("images/")]


def test_pictures_that_are_gone_or_changed_are_told_and_never_taken(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    made = data_set([CAT, TAGGED, BARE], CLASSES, source)
    (source / "0.png").unlink()
    (source / "1.png").write_bytes(b"other bytes")
    out = io.BytesIO()
    with ZipSink(out) as sink:
        done = write(sink, made, layout="zip", images="copy", progress=Silent())
    told = {one.where: one.reason for one in done.missing}
    assert told == {"cat/1.png": "missing", "2.png": "changed since it was added"}
    files = [one.file for one in read_bundle(ZipContainer(out)).records]
    assert files == ["", "images/3.png", ""]


def test_pages_of_one_file_share_its_bytes(tmp_path: Path) -> None:
    from dataclasses import replace

    made = data_set([CAT], CLASSES, tmp_path)
    one = next(iter(made.records))
    pages = replace(made, records=[one, replace(one, page=1)], count=2)
    out = io.BytesIO()
    with ZipSink(out) as sink:
        done = write(sink, pages, layout="zip", images="copy", progress=Silent())
    assert (done.items, done.images) == (2, 1)
    assert {one.file for one in read_bundle(ZipContainer(out)).records} == {"images/cat/1.png"}


def test_it_stops_when_asked_to(tmp_path: Path) -> None:
    class Stop(Silent):
        def check(self) -> None:
            raise CancelledError("stop")

    made = data_set([CAT], CLASSES, tmp_path)
    with pytest.raises(CancelledError):
        write(FolderSink(tmp_path), made, layout="zip", images="copy", progress=Stop())


def test_rows_are_never_all_in_memory(tmp_path: Path) -> None:
    import tracemalloc
    from dataclasses import replace

    taken = 0

    def many() -> Any:
        nonlocal taken
        for number in range(20_000):
            taken += 1
            yield replace(CAT, path=f"{number:06d}.png", item_id=f"{number:016x}", digest="a" * 64)

    data = replace(data_set([], CLASSES, tmp_path), records=many(), count=20_000)
    tracemalloc.start()
    with (tmp_path / "big.zip").open("wb") as out, ZipSink(out) as sink:
        write(sink, data, layout="zip", images="none", progress=Silent())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken == 20_000
    assert peak < 20_000 * 700
