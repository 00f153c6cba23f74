from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import ConflictError, InvalidInputError
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


@pytest.fixture
def first(bench: Workbench, pets: Project) -> int:
    found: int = rows(bench, pets)[0].id
    return found


def test_an_edit_is_kept_undone_and_done_again(bench: Workbench, pets: Project, first: int) -> None:
    before = bench.edits.get(first)
    assert (before["edited"], before["corners"][2]) == (False, [1.0, 1.0])
    put = bench.edits.put(first, {"crop": [0.25, 0.25, 0.5, 0.5], "rotate": 90})
    assert put["edited"]
    assert put["result"] == {"width": 12, "height": 12}
    assert put["corners"][0] == [0.25, 0.25]
    assert put["v"] != before["v"]
    bench.labels.undo(pets)
    assert bench.edits.get(first)["edit"] == before["edit"]
    bench.labels.redo(pets)
    assert bench.edits.get(first)["edit"] == put["edit"]
    assert bench.labels.image_history(first)[0].description == "Edit 1 picture: crop, turn"


def test_labels_and_edits_do_not_take_each_other_back(
    bench: Workbench, pets: Project, first: int
) -> None:
    bench.edits.put(first, {"flip": True})
    label_by_folder(bench, pets)
    for _ in ("labels", "dog", "cat"):
        bench.labels.undo(pets)
        assert bench.edits.get(first)["edit"]["flip"]
    bench.labels.undo(pets)
    assert not bench.edits.get(first)["edited"]


def test_a_stale_version_is_refused(bench: Workbench, first: int) -> None:
    version = bench.edits.get(first)["version"]
    bench.edits.put(first, {"flip": True}, version=version)
    with pytest.raises(ConflictError):
        bench.edits.put(first, {"flip": False}, version=version)
    with pytest.raises(InvalidInputError):
        bench.edits.put(first, {"crop": [0, 0, 0, 0]})


def test_many_are_edited_at_once_and_keep_what_is_not_spoken_of(
    bench: Workbench, pets: Project, first: int
) -> None:
    ids = [row.id for row in rows(bench, pets)[:5]]
    bench.edits.put(first, {"rotate": 80, "zoom": 2})
    looked = bench.edits.change(pets, image_ids=ids, turn=90, edit={"flip": True}, dry_run=True)
    assert looked["changed"] == 5
    done = bench.edits.change(
        pets, image_ids=ids, turn=90, edit={"flip": True}, expect=looked["changed"]
    )
    assert done["seq"]
    one, other = bench.edits.get(first)["edit"], bench.edits.get(ids[1])["edit"]
    assert (one["rotate"], one["zoom"], one["flip"]) == (170, 2, True)
    assert (other["rotate"], other["zoom"], other["flip"]) == (90, 1, True)
    assert bench.edits.change(pets, image_ids=ids, edit={"flip": True})["changed"] == 0
    assert bench.edits.change(pets, image_ids=ids, reset=True)["changed"] == 5
    assert not bench.edits.get(first)["edited"]
    with pytest.raises(InvalidInputError, match="nothing to change"):
        bench.edits.change(pets, image_ids=ids)


def test_pictures_are_renamed_for_builds_and_exports_and_files_stay(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    label_by_folder(bench, pets)
    ids = [row.id for row in rows(bench, pets)]
    files = sorted(tmp_path.glob("pictures/*/*"))
    with pytest.raises(ConflictError, match="twice"):
        bench.edits.rename(pets, "{class}", image_ids=ids)
    looked = bench.edits.rename(pets, "{class}_{k:3}", image_ids=ids, dry_run=True)
    assert (looked["changed"], looked["collisions"]) == (60, [])
    assert looked["names"][0] == {"image_id": ids[0], "before": "000", "after": "cat_001"}
    bench.edits.rename(pets, "{class}_{k:3}", image_ids=ids)
    assert bench.edits.get(ids[0])["name"] == "cat_001"
    assert sorted(tmp_path.glob("pictures/*/*")) == files
    bench.export_labels("pets", tmp_path / "labels.csv", form="csv")
    assert "cat/cat_001.png" in (tmp_path / "labels.csv").read_text("utf-8")
    bench.edits.rename(pets, "", image_ids=ids)
    assert not bench.edits.get(ids[0])["renamed"]
    bench.labels.undo(pets)
    assert bench.edits.get(ids[0])["name"] == "cat_001"


def test_a_name_that_another_picture_has_is_refused(bench: Workbench, pets: Project) -> None:
    ids = [row.id for row in rows(bench, pets)]
    bench.edits.rename(pets, "mine", image_ids=ids[:1])
    looked = bench.edits.rename(pets, "MINE", image_ids=ids[1:2], dry_run=True)
    assert looked["collisions"] == ["MINE"]
    with pytest.raises(ConflictError) as caught:
        bench.edits.rename(pets, "MINE", image_ids=ids[1:2])
    assert "{n:4}" in caught.value.hint


def test_the_preview_is_what_a_build_cuts_also_of_a_picture_turned_by_exif(
    bench: Workbench, tmp_path: Path
) -> None:
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:20, :30] = (255, 0, 0)
    folder = tmp_path / "turned"
    folder.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(folder / "a.jpg", quality=95, exif=exif)
    bench.ingest(folder, "turned", labels="none")
    row = rows(bench, bench.projects.get("turned"))[0]
    assert (row.width, row.height) == (40, 60)
    bench.edits.put(row.id, {"crop": [0.5, 0, 0.5, 0.5]})
    etag = bench.edits.picture_etag(row.id, 64)
    shown = Image.open(io.BytesIO(bench.edits.picture(row.id, 64).data))
    assert shown.size == (20, 30)
    assert np.asarray(shown)[5:-5, 5:-5].reshape(-1, 3).mean(axis=0)[0] > 240
    bench.edits.put(row.id, {})
    assert bench.edits.picture_etag(row.id, 64) != etag
