"""The analysis of a real project: what it finds, what it keeps, and what it looks at again."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import CancelledError, ConflictError, InvalidInputError
from sightline.core.progress import Silent
from sightline.curate.analysis_findings import MARKS
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


def picture(path: Path, seed: int, px: int = 40) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    Image.fromarray(rng.integers(0, 255, (px, px, 3), dtype=np.uint8)).save(path)
    return path


def kinds(bench: Workbench, project: Project) -> dict[str, int]:
    found: dict[str, int] = bench.analysis.get(project)["summary"]
    return found


def seen(bench: Workbench, project: Project, kind: str) -> list[str]:
    """The names of the pictures that a finding opens."""
    one = bench.analysis.one(project, kind)
    view = bench.queues.make_view(project, one["queue"], filters=one["filter"])
    items = bench.queues.window(view["id"], 0, 100)["items"]
    return sorted(item["path"].rpartition("/")[2] for item in items)


def test_before_the_first_analysis_counts_are_there_and_the_rest_is_missing(
    bench: Workbench, pets: Project
) -> None:
    label_by_folder(bench, pets, every=2)
    shown = bench.analysis.get(pets)
    assert (shown["state"], shown["stale"], shown["new"], shown["job"]) == (
        "missing",
        False,
        60,
        None,
    )
    assert (shown["counts"]["labelled"], shown["looked_at"], shown["near"]) == (30, 0, None)
    assert [one["total"] for one in shown["classes"]] == [15, 15]
    assert shown["at"] is None
    with pytest.raises(ConflictError, match="never analysed"):
        bench.queues.make_view(pets, filters={"finding": "dark"})


def test_an_analysis_looks_at_each_picture_once(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    assert bench.analysis.make(pets, near=False)["looked_at"] == 60
    assert bench.analysis.make(pets, near=False)["looked_at"] == 0
    for seed in range(3):
        picture(tmp_path / "more" / f"{seed}.png", 100 + seed)
    bench.ingest(tmp_path / "more", "pets", labels="none")
    shown = bench.analysis.get(pets)
    assert (shown["state"], shown["stale"], shown["new"]) == ("ready", True, 3)
    assert bench.analysis.make(pets, near=False)["looked_at"] == 3
    assert bench.analysis.get(pets)["stale"] is False
    assert bench.analysis.make(pets, near=False, refresh=True)["looked_at"] == 63


def test_a_stopped_analysis_goes_on_where_it_was(bench: Workbench, pets: Project) -> None:
    class Stop(Silent):
        calls = 0

        def check(self) -> None:
            self.calls += 1
            if self.calls > 3:
                raise CancelledError("stop", hint="")

    with pytest.raises(CancelledError):
        bench.analysis.make(pets, near=False, progress=Stop())
    assert bench.analysis.get(pets)["state"] == "missing"
    left = bench.analysis.get(pets)["new"]
    assert 0 < left < 60
    assert bench.analysis.make(pets, near=False)["looked_at"] == left


def test_a_label_shows_at_once_without_another_look(bench: Workbench, pets: Project) -> None:
    bench.analysis.make(pets, near=False)
    assert kinds(bench, pets) == {"unlabelled": 60}
    label_by_folder(bench, pets)
    assert "unlabelled" not in kinds(bench, pets)
    assert bench.analysis.get(pets)["counts"]["labelled"] == 60


def test_damage_on_the_disk_is_found_and_forgotten_once_it_is_mended(
    bench: Workbench, pets: Project, pictures: Path
) -> None:
    bench.analysis.make(pets, near=False)
    gone, changed = pictures / "cat" / "001.png", pictures / "dog" / "002.png"
    kept = gone.read_bytes()
    gone.unlink()
    before = changed.read_bytes()
    changed.write_bytes(before[:-30])
    bench.analysis.make(pets, near=False, refresh=True)
    assert (kinds(bench, pets)["missing"], kinds(bench, pets)["changed"]) == (1, 1)
    assert seen(bench, pets, "missing") == ["001.png"]
    gone.write_bytes(kept)
    changed.write_bytes(before)
    assert bench.analysis.make(pets, near=False)["looked_at"] == 2
    assert not {"missing", "changed"} & kinds(bench, pets).keys()


def test_a_file_that_goes_later_is_found_without_looking_at_all(
    bench: Workbench, pets: Project, pictures: Path
) -> None:
    bench.analysis.make(pets, near=False)
    (pictures / "cat" / "003.png").unlink()
    assert bench.analysis.make(pets, near=False)["looked_at"] == 1
    assert seen(bench, pets, "missing") == ["003.png"]


def test_doubles_leaks_conflicts_and_files_left_out_are_found(
    bench: Workbench, tmp_path: Path
) -> None:
    root = tmp_path / "data"
    places = [f"{split}/{name}/{split}" for split in ("train", "val") for name in ("cat", "dog")]
    for at, place in enumerate(places):
        for n in range(6):
            picture(root / f"{place}{n}.png", 10 * at + n)
    same = root / "train" / "cat" / "train0.png"
    shutil.copy(same, root / "val" / "cat" / "copy.png")
    shutil.copy(root / "train" / "dog" / "train1.png", root / "train" / "cat" / "torn.png")
    with Image.open(root / "train" / "dog" / "train2.png") as image:
        image.save(root / "val" / "cat" / "again.bmp")
    (root / "train" / "cat" / "bad.jpg").write_bytes(b"\xff\xd8\xff nothing")
    bench.ingest(root, "mixed")
    project = bench.projects.get("mixed")
    bench.analysis.make(project)
    found = kinds(bench, project)
    assert (found["double"], found["double-split"], found["label-conflict"]) == (2, 1, 1)
    assert (found["leak"], found["near-conflict"], found["left-out"]) == (2, 2, 1)
    assert seen(bench, project, "leak") == ["again.bmp", "train2.png"]
    assert seen(bench, project, "double-split") == ["train0.png"]
    assert bench.analysis.get(project)["near"] == 1
    left = bench.analysis.get(project)["findings"]
    assert any("bad.jpg" in one["examples"][0] for one in left if one["kind"] == "left-out")


@pytest.mark.parametrize("layout", ["{split}/{name}/{n}.png", "{name}/{n}.png"])
def test_counts_are_right_for_both_layouts_of_folders(
    bench: Workbench, tmp_path: Path, layout: str
) -> None:
    sizes = {("train", "cat"): 5, ("train", "dog"): 3, ("val", "cat"): 2, ("val", "dog"): 4}
    seed = 0
    for (split, name), count in sizes.items():
        for n in range(count):
            seed += 1
            place = layout.format(split=split, name=name, n=f"{split}{n}")
            picture(tmp_path / "data" / place, seed, px=8)
    bench.ingest(tmp_path / "data", "p")
    shown = bench.analysis.get(bench.projects.get("p"))
    assert {one["name"]: one["total"] for one in shown["classes"]} == {"cat": 7, "dog": 7}
    if layout.startswith("{split}"):
        assert [(one["train"], one["val"]) for one in shown["classes"]] == [(5, 2), (3, 4)]
    assert shown["counts"]["images"] == 14


def test_the_split_without_split_folders_is_the_same_every_time(
    bench: Workbench, pictures: Path
) -> None:
    for name in ("one", "two"):
        bench.ingest(pictures, name)
    splits = [
        {row.path: row.split for row in rows(bench, bench.projects.get(name))}
        for name in ("one", "two")
    ]
    assert splits[0] == splits[1]
    assert set(splits[0].values()) == {"train", "val", "test"}


def test_tags_from_sidecars_are_counted_and_the_rule_is_told(
    bench: Workbench, tmp_path: Path
) -> None:
    for n in range(10):
        path = picture(tmp_path / "data" / f"{n}.png", n)
        if n < 8:
            path.with_suffix(".txt").write_text("red, round" if n % 2 else "red")
    bench.ingest(tmp_path / "data", "p")
    project = bench.projects.get("p")
    bench.analysis.make(project, near=False)
    shown = bench.analysis.get(project)
    assert shown["task"] == "multi"
    assert shown["together"]["names"] == ["red", "round"]
    assert shown["together"]["matrix"] == [[8, 4], [4, 4]]
    told = {one["kind"]: one["text"] for one in shown["findings"]}
    assert "80%" in told["sidecars"]
    assert "read as tags" in told["sidecars"]


def test_without_a_picture_there_is_a_report_too(bench: Workbench) -> None:
    project = bench.projects.create("empty")
    assert bench.analysis.make(project, near=False)["images"] == 0
    shown = bench.analysis.get(project)
    assert (shown["state"], shown["images"], shown["findings"]) == ("ready", 0, [])


def test_an_encoder_that_is_gone_leaves_near_duplicates_out_and_says_so(
    bench: Workbench, pets: Project
) -> None:
    bench.projects.save_settings(pets, {"encoder": "vanished"})
    bench.analysis.make(pets)
    shown = bench.analysis.get(pets)
    assert shown["state"] == "ready"
    assert "vanished" in shown["near_fault"]
    assert shown["near"] is None


def test_only_one_job_analyses_a_project(bench: Workbench, pets: Project) -> None:
    job = bench.analysis.start(pets, near=False)
    assert bench.analysis.start(pets)["id"] == job["id"]
    bench.wait(job["id"])
    shown = bench.analysis.get(pets)
    assert (shown["state"], shown["looked_at"], shown["job"]) == ("ready", 60, None)
    assert shown["near_fault"] == "not asked for"


def test_a_finding_that_there_is_not_is_refused_with_those_there_are(
    bench: Workbench, pets: Project
) -> None:
    bench.analysis.make(pets, near=False)
    with pytest.raises(InvalidInputError) as caught:
        bench.pictures_of("pets", "leek")
    assert "unlabelled" in caught.value.hint
    with pytest.raises(InvalidInputError, match="no finding"):
        bench.queues.make_view(pets, filters={"finding": "leek"})
    shown: list[Any] = bench.pictures_of("pets", "unlabelled", limit=5)
    assert len(shown) == 5
    assert bench.queues.make_view(pets, filters={"finding": MARKS[0]})["size"] == 0
