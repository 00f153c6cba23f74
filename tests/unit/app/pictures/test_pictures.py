from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from fakes.pets import write_pets
from sightline.core.errors import InvalidInputError, UnknownImageError, UnreadableImageError
from unit.app.conftest import rows

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project


def first(bench: Workbench, project: Project) -> tuple[int, Path]:
    row = rows(bench, project)[0]
    return row.id, Path(row.path)


def size(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as image:
        return image.size


def test_an_ingest_counts_every_file_and_knows_them_again(bench: Workbench, pictures: Path) -> None:
    (pictures / "cat" / "broken.png").write_bytes(b"")
    (pictures / "notes.md").write_text("no picture")
    report = bench.ingest(pictures, "pets")
    assert report["found"] == report["added"] + report["known"] + len(report["skipped"])
    assert report["added"] == 60
    assert [Path(one["path"]).name for one in report["skipped"]] == ["broken.png"]
    assert {one["name"] for one in bench.labels.classes(bench.projects.get("pets"))} == {
        "cat",
        "dog",
    }
    again = bench.ingest(pictures, "pets")
    assert (again["added"], again["known"]) == (0, 60)


def test_a_dry_run_makes_nothing(bench: Workbench, pictures: Path) -> None:
    assert bench.ingest(pictures, "pets", dry_run=True)["added"] == 60
    assert bench.projects.all() == []
    assert list((bench.workspace / "projects").iterdir()) == []


def test_only_the_extensions_that_are_asked_for_come_in(bench: Workbench, pictures: Path) -> None:
    Image.new("RGB", (9, 9)).save(pictures / "cat" / "one.jpg")
    assert bench.ingest(pictures, "pets", extensions=[".jpg"])["added"] == 1


def test_copies_lie_in_the_project(bench: Workbench, pictures: Path) -> None:
    bench.ingest(pictures, "pets", copy=True)
    project = bench.projects.get("pets")
    folder = bench.projects.folder(project)
    assert all(Path(row.path).is_relative_to(folder) for row in rows(bench, project))


def test_what_is_not_there_or_not_meant_is_refused_and_makes_no_project(
    bench: Workbench, pictures: Path, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match="there is no"):
        bench.ingest(tmp_path / "nowhere", "pets")
    with pytest.raises(InvalidInputError, match="there is no"):
        bench.pictures.start_ingest("pets", tmp_path / "nowhere")
    with pytest.raises(InvalidInputError, match="names"):
        bench.ingest(pictures, "pets", labels="names")
    with pytest.raises(InvalidInputError, match="name of a project"):
        bench.ingest(pictures, "a/b")
    assert bench.projects.all() == []


def test_a_thumbnail_is_small_and_kept(bench: Workbench, pets: Project) -> None:
    image_id, path = first(bench, pets)
    made = bench.pictures.thumb(image_id, 256).result()
    assert len(made.data) <= 10_000
    assert max(size(made.data)) <= 256
    path.unlink()
    kept = bench.pictures.thumb(image_id, 256)
    assert kept.done()
    assert kept.result().etag == made.etag
    assert bench.pictures.thumb(image_id, 250).result().etag == made.etag, (
        "the nearest size is taken"
    )


def test_a_view_fits_its_size_and_has_a_tag_of_its_own(bench: Workbench, tmp_path: Path) -> None:
    Image.new("I;16", (300, 200), 40_000).save(tmp_path / "deep.tif")
    bench.ingest(tmp_path / "deep.tif", "deep")
    image_id, _ = first(bench, bench.projects.get("deep"))
    found = bench.pictures.view(image_id, 128)
    assert found.media_type in {"image/jpeg", "image/png", "image/webp"}
    assert max(size(found.data)) == 128
    assert found.etag == bench.pictures.view_etag(image_id, 128)
    assert found.etag != bench.pictures.view_etag(image_id, 256)


def test_the_original_is_the_file_itself(bench: Workbench, pets: Project) -> None:
    image_id, path = first(bench, pets)
    found = bench.pictures.original(image_id)
    assert (found.path, found.media_type) == (path, "image/png")


def test_a_file_that_is_gone_is_told_and_the_image_stays(bench: Workbench, pets: Project) -> None:
    image_id, path = first(bench, pets)
    path.unlink()
    for call in (
        lambda: bench.pictures.original(image_id),
        lambda: bench.pictures.view(image_id, 256),
        lambda: bench.pictures.thumb(image_id, 256).result(),
    ):
        with pytest.raises(UnreadableImageError) as caught:
            call()
        assert caught.value.reason
    assert bench.store.images.get(image_id).id == image_id


def test_an_unknown_image_is_told(bench: Workbench) -> None:
    for call in (bench.pictures.original, bench.store.images.get):
        with pytest.raises(UnknownImageError):
            call(999)
    for view in (bench.pictures.view, bench.pictures.thumb, bench.pictures.view_etag):
        with pytest.raises(UnknownImageError):
            view(999, 256)


def test_uploads_are_copied_and_each_bad_one_is_named(bench: Workbench, tmp_path: Path) -> None:
    project = bench.projects.create("inbox")
    folder = write_pets(tmp_path / "sent", 1)
    bad = tmp_path / "sent" / "bad.png"
    bad.write_bytes(b"nothing")
    files = [
        ("a.png", folder / "cat" / "000.png"),
        ("again.png", folder / "cat" / "000.png"),
        ("bad.png", bad),
        ("gone.png", tmp_path / "gone.png"),
    ]
    report = bench.pictures.upload(project, files)
    assert (report["added"], report["known"]) == (1, 1)
    assert [one["path"] for one in report["skipped"]] == ["bad.png", "gone.png"]
    assert all(one["reason"] for one in report["skipped"])
    (row,) = rows(bench, project)
    assert Path(row.path).is_relative_to(bench.projects.folder(project))


def test_a_picture_over_the_limit_is_skipped_with_its_reason(
    tmp_path: Path, pictures: Path
) -> None:
    from sightline.app import open_workbench

    Image.new("L", (1200, 1200)).save(pictures / "cat" / "huge.png")
    with open_workbench(tmp_path / "w2", max_image_mp=1) as bench:
        report = bench.ingest(pictures, "pets")
    assert report["added"] == 60
    assert [Path(one["path"]).name for one in report["skipped"]] == ["huge.png"]
