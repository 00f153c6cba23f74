"""A project of boxes becomes one of polygons; the source stays, and nothing is done twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from sightline.app.segments.shapes import SegmentWish
from sightline.core.errors import (
    ConflictError,
    InvalidInputError,
    UnknownEngineError,
)
from sightline.core.geometry.shapes import Box, Point
from sightline.core.labels import LabelChange
from sightline.core.objects import ObjectChange
from unit.app.conftest import draw_boxes, label_by_folder, rows
from unit.app.segments.conftest import OUT, WISH, build, drawn

if TYPE_CHECKING:
    from fakes.segmenter import SquareSegmenter
    from sightline.app import Workbench
    from sightline.store.projects import Project


def test_a_build_is_a_project_of_polygons_and_the_source_stays(
    bench: Workbench, boxed: Project, squares: SquareSegmenter
) -> None:
    before = list(bench.store.objects.stream(boxed))
    report = build(bench, boxed)
    assert (report["pictures"], report["made"], report["objects"]) == (6, 6, 10)
    assert (report["polygons"], report["fallbacks"], report["linked"]) == (10, 0, 6)
    assert squares.encoded == 5  # what holds no box is not looked at
    assert list(bench.store.objects.stream(boxed)) == before
    out = bench.projects.get(OUT)
    sources = {row.digest: row.path for row in rows(bench, boxed)}
    assert all(Path(row.path).samefile(sources[row.digest]) for row in rows(bench, out))
    found = [objects for _, objects in bench.store.objects.stream(out)]
    assert sorted(map(len, found)) == [0] + [2] * 5
    shapes = [one.shape for objects in found for one in objects]
    assert {one.kind for one in shapes} == {"polygon"}
    assert {one.bounds() for one in shapes} == {(3, 3, 11, 19), (7, 5, 21, 15)}
    names = [one["name"] for one in bench.labels.classes(out)]
    assert names == [one["name"] for one in bench.labels.classes(boxed)]


def test_splits_classes_tags_and_reviews_of_pictures_come_along(
    bench: Workbench, boxed: Project, squares: SquareSegmenter
) -> None:
    del squares
    first = rows(bench, boxed)[0]
    tag = bench.labels.add_class(boxed, "wet")["id"]
    bench.labels.label(boxed, [LabelChange(first.id, first.class_id, "labelled", tags=(tag,))])
    bench.objects.change(boxed, [ObjectChange(image_id=first.id, review="reviewed")])
    build(bench, boxed)
    out = bench.projects.get(OUT)
    mine = {row.digest: row for row in rows(bench, out)}
    assert len(mine) == 6
    for row in rows(bench, boxed)[:6]:
        assert (mine[row.digest].split, mine[row.digest].status) == (row.split, row.status)
        assert mine[row.digest].path.split("/")[-3] == row.split
    names = {one["id"]: one["name"] for one in bench.labels.classes(out)}
    copy = mine[first.digest]
    assert names[copy.class_id or 0] == "cat"
    assert [names[one] for one in copy.tags] == ["wet"]
    assert copy.review == "reviewed"


def test_a_project_that_is_no_build_of_it_is_never_touched(
    bench: Workbench, boxed: Project, squares: SquareSegmenter
) -> None:
    del squares
    bench.projects.create("Taken")
    folder = bench.store.project_dir("dropped")
    folder.mkdir()
    for name in ("taken", "dropped"):
        with pytest.raises(ConflictError, match="no build of pets"):
            bench.segments.start(boxed, WISH, out=name)
    assert list(folder.iterdir()) == []
    with pytest.raises(InvalidInputError):
        bench.segments.start(boxed, WISH, out="../x")


def test_a_project_without_classes_or_boxes_fails_at_once(
    bench: Workbench, pets: Project, squares: SquareSegmenter
) -> None:
    with pytest.raises(InvalidInputError, match="no classes"):
        bench.segments.start(pets, WISH)
    label_by_folder(bench, pets)
    with pytest.raises(InvalidInputError, match="no boxes"):
        bench.segments.start(pets, WISH)
    with pytest.raises(InvalidInputError, match="no boxes"):
        build(bench, pets)
    draw_boxes(bench, pets, rows(bench, pets)[0].id, Point(3, 3))
    with pytest.raises(InvalidInputError, match="no boxes"):
        bench.segments.start(pets, WISH)
    draw_boxes(bench, pets, rows(bench, pets)[0].id, Box(1, 1, 9, 9))
    with pytest.raises(UnknownEngineError):
        bench.segments.start(pets, SegmentWish(engine="nobody"))
    assert squares.encoded == 0
    assert not bench.jobs.list()


def test_a_picture_that_cannot_be_read_is_left_out_and_told(
    bench: Workbench, boxed: Project, squares: SquareSegmenter, tmp_path: Path
) -> None:
    del squares
    (tmp_path / "boxed" / "cat" / "003.png").write_bytes(b"\x89PNG broken")
    report = build(bench, boxed)
    assert report["pictures"] == 5
    (skipped,) = report["skipped"]
    assert skipped["path"].endswith("003.png")
    assert skipped["reason"]
    assert "003.png" not in drawn(bench, OUT)


def test_a_page_of_a_file_becomes_a_picture_of_its_own(
    bench: Workbench, squares: SquareSegmenter, tmp_path: Path
) -> None:
    del squares
    pages = [Image.fromarray(np.full((30, 40, 3), 60 * at, np.uint8)) for at in range(1, 4)]
    (tmp_path / "stack").mkdir()
    pages[0].save(tmp_path / "stack" / "a.tif", save_all=True, append_images=pages[1:])
    bench.ingest(tmp_path / "stack", "stack", labels="none", pages="all")
    stack = bench.projects.get("stack")
    bench.labels.add_class(stack, "cell")
    for row in rows(bench, stack):
        draw_boxes(bench, stack, row.id, Box(2, 2, 20, 20 + row.page))
    report = build(bench, stack, "stack_seg")
    assert (report["pictures"], report["polygons"]) == (3, 3)
    found = drawn(bench, "stack_seg")
    assert set(found) == {"a_page1.png", "a_page2.png", "a_page3.png"}
    assert found["a_page3.png"][0].shape.bounds() == (3, 3, 19, 21)


def test_a_build_leaves_the_encodings_that_others_keep_alone(
    bench: Workbench, boxed: Project, squares: SquareSegmenter
) -> None:
    del squares
    kept = bench.assist.encodings.cache.state()
    build(bench, boxed)
    assert bench.assist.encodings.cache.state() == kept
    bench.segments.preview(boxed, rows(bench, boxed)[0].id, WISH)
    assert bench.assist.encodings.cache.state() != kept


def test_a_preview_changes_nothing_and_says_why_boxes_stay(
    bench: Workbench, boxed: Project, squares: SquareSegmenter
) -> None:
    del squares
    overview = bench.segments.overview(boxed)
    assert (overview["boxes"], overview["pictures"], overview["out"]) == (10, 5, OUT)
    first = overview["first"][0]
    draw_boxes(bench, boxed, first, Box(2, 2, 12, 20), Box(3, 3, 7, 7))
    seq = bench.store.projects.by_id(boxed.id).seq
    shown = bench.segments.preview(boxed, first, WISH)
    assert (shown["polygons"], shown["fallbacks"], shown["more"]) == (1, 1, 0)
    assert [one["kind"] for one in shown["objects"]] == ["polygon", "box"]
    assert shown["objects"][0]["said"] == pytest.approx(0.9)
    assert "something else" in shown["objects"][1]["reason"]
    assert bench.store.projects.by_id(boxed.id).seq == seq
    bench.projects.create(OUT)
    assert bench.segments.free_name(boxed) == "pets_seg2"
    other = bench.projects.create("other")
    with pytest.raises(InvalidInputError):
        bench.segments.preview(other, first, WISH)


def test_a_job_does_it_and_tells_each_picture(
    bench: Workbench, boxed: Project, squares: SquareSegmenter
) -> None:
    del squares
    arguments = {"project": boxed.name, "out": OUT, "workers": 2, "wish": WISH.to_dict()}
    report = bench.jobs.run_here(bench, "segment", arguments, project=boxed.name)
    assert report["pictures"] == 6
    (job,) = bench.jobs.list()
    log = bench.jobs.log(job.id).text
    assert "6 pictures, 6 to do" in log
    assert "004.png: 2 outlined" in log
    assert "10 outlined, 0 boxes left" in log


def test_the_folders_can_be_imported_again(
    bench: Workbench, boxed: Project, squares: SquareSegmenter, tmp_path: Path
) -> None:
    del squares
    report = build(bench, boxed)
    folder = shutil.copytree(report["path"], tmp_path / "copy")
    assert (folder / "labelmap.txt").read_text() == "cat\ndog\n"
    for split in ("train", "val"):
        coco = json.loads((folder / split / "_annotations.coco.json").read_text())
        assert [one["name"] for one in coco["categories"]] == ["cat", "dog"]
        files = {one["file_name"] for one in coco["images"]}
        assert files == {f"images/{one.name}" for one in (folder / split / "images").iterdir()}
    (folder / "segment.json").unlink()
    bench.ingest(folder, "back", labels="none")
    found = bench.import_labels("back", folder, add_images=False)
    assert found["objects"]["by_kind"] == {"polygon": 10}
