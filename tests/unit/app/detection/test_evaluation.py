"""Predictions judged by what is drawn: from suggestions and from files."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from sightline.app.detection.gather import Judging
from sightline.app.detection.shelf import Wanted, wanted
from sightline.app.detection.sources import Numbers
from sightline.core.errors import ConflictError, InvalidInputError, NotFoundError
from sightline.core.geometry.shapes import Box, Point, Polygon
from sightline.core.objects import ImageObject, ObjectChange
from sightline.core.suggested import suggestion
from unit.app.conftest import rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.core.geometry.shapes import Shape
    from sightline.store.projects import Project

HEAD, TAIL = Box(2, 2, 12, 12), Box(14, 14, 22, 20)
SOURCE = "engine:pets"


@pytest.fixture
def ids(bench: Workbench, pets: Project) -> dict[str, int]:
    return {name: int(bench.labels.add_class(pets, name)["id"]) for name in ("head", "tail")}


def draw(bench: Workbench, project: Project, *objects: tuple[int, int, Shape], **more: Any) -> None:
    """Draw (image, class, shape)."""
    found: dict[int, list[ImageObject]] = {}
    for at, (image, class_id, shape) in enumerate(objects):
        found.setdefault(image, []).append(
            ImageObject(uid=f"o{at}", class_id=class_id, shape=shape)
        )
    changes = [ObjectChange(image_id=image, put=tuple(put)) for image, put in found.items()]
    bench.objects.change(project, [replace(one, **more) for one in changes])


def say(bench: Workbench, project: Project, image: int, *said: tuple[str, Shape, float]) -> None:
    rows = [suggestion(SOURCE, label, shape, score) for label, shape, score in said]
    bench.store.suggestions.put(project, SOURCE, {image: rows})


@pytest.fixture
def drawn(bench: Workbench, pets: Project, ids: dict[str, int]) -> list[Any]:
    """Three pictures with a head each, the first with a tail; one that is truly empty."""
    images = rows(bench, pets)
    head, tail = ids["head"], ids["tail"]
    first, second, third, empty = (row.id for row in images[:4])
    draw(
        bench,
        pets,
        (first, head, HEAD),
        (first, tail, TAIL),
        (second, head, HEAD),
        (third, head, HEAD),
    )
    bench.objects.change(pets, [ObjectChange(image_id=empty, review="done")])
    return rows(bench, pets)


def judged(bench: Workbench, project: Project, source: Any = None, **more: Any) -> dict[str, Any]:
    source = f"suggestions:{SOURCE}" if source is None else str(source)
    return bench.evaluate_objects(project.name, source, wish=Judging(**more))


def test_suggestions_are_judged_and_each_error_is_told(
    bench: Workbench, pets: Project, drawn: list[Any], ids: dict[str, int]
) -> None:
    first, second, third, empty, blank = (row.id for row in drawn[:5])
    say(bench, pets, first, ("head", HEAD, 0.9), ("head", TAIL, 0.8))
    say(bench, pets, second, ("HEAD", Box(7, 2, 17, 12), 0.7))
    say(bench, pets, empty, ("tail", TAIL, 0.6), ("bird", HEAD, 0.5))
    say(bench, pets, blank, ("tail", TAIL, 0.6))
    found = judged(bench, pets, min_score=0.05)
    assert (found["images"], found["truth"], found["predicted"]) == (3, 3, 4)
    assert {k: v["objects"] for k, v in found["errors"].items()} == {
        "missed": 0, "extra": 1, "wrong_class": 1, "badly_placed": 1, "duplicate": 0,
    }  # fmt: skip
    assert found["left_out"]["other_classes"] == {"bird": 1}
    assert found["left_out"]["unlabelled"] == 1
    assert found["silent"] == {"images": 1, "counted": "skip"}
    assert found["precision"] == pytest.approx(1 / 4)
    cells = {(one["truth"], one["said"]): one["count"] for one in found["confusion"]}
    assert cells["tail", "head"] == 1
    assert {one["class_id"] for one in found["per_class"]} == set(ids.values())
    assert third not in {one["image_id"] for one in bench.detections.errors(pets)["items"]}


def test_errors_come_as_rows_and_as_a_queue_that_forgets_what_was_mended(
    bench: Workbench, pets: Project, drawn: list[Any], ids: dict[str, int]
) -> None:
    first, second = drawn[0].id, drawn[1].id
    say(bench, pets, first, ("head", HEAD, 0.9), ("head", TAIL, 0.8))
    say(bench, pets, second, ("head", Box(14, 0, 22, 6), 0.95))
    made = judged(bench, pets, min_score=0.0)
    mixed = f"wrong_class:{ids['tail']}:{ids['head']}"
    page = bench.detections.errors(pets, made["id"], mixed)
    assert page["total"] == 1
    assert page["items"][0]["truth_box"] == list(TAIL.bounds())
    assert page["items"][0]["score"] == pytest.approx(0.8)
    every = bench.detections.errors(pets)
    assert [one["error"] for one in every["items"]] == ["extra", "wrong_class", "missed"]
    assert bench.detections.errors(pets, start=1, limit=1)["items"] == every["items"][1:2]
    queue = bench.queue("pets", "detection-errors")
    assert [(one["id"], one["why"]) for one in queue] == [
        (second, "1 missed, 1 extra"), (first, "1 of a wrong class"),
    ]  # fmt: skip
    assert [one["id"] for one in bench.queue("pets", "detection-errors", error="extra")] == [second]
    draw(bench, pets, (second, ids["head"], Box(14, 0, 22, 6)))
    assert [one["id"] for one in bench.queue("pets", "detection-errors")] == [first]
    assert bench.detections.get(pets)["changed"] == 1


def test_a_file_of_results_is_judged_by_names_of_pictures_and_numbers_of_classes(
    bench: Workbench, pets: Project, drawn: list[Any], tmp_path: Path
) -> None:
    folder, name = drawn[0].path.split("/")[-2:]
    box = [2, 2, 10, 10]
    results = [
        {"image_id": f"{folder}/{name}", "category_id": 0, "bbox": box, "score": 0.9},
        {"image_id": "elsewhere", "category_id": 0, "bbox": box, "score": 0.9},
    ]
    file = tmp_path / "results.json"
    file.write_text(json.dumps(results))
    found = judged(bench, pets, file, classes=("head", "tail"))
    assert found["left_out"]["unmatched"] == 1
    assert found["skipped"][0]["where"] == "elsewhere"
    assert found["silent"] == {"images": 3, "counted": "missed"}
    assert (found["images"], found["errors"]["missed"]["objects"]) == (4, 3)
    assert judged(bench, pets, file, classes=("head",), silent="skip")["images"] == 1
    key = tmp_path / "key.json"
    key.write_text(
        json.dumps(
            {
                "images": [{"id": 7, "file_name": f"{folder}/{name}"}],
                "categories": [{"id": 3, "name": "head"}],
            }
        )
    )
    file.write_text(json.dumps([{"image_id": 7, "category_id": 3, "bbox": box, "score": 0.9}]))
    by_ids = judged(bench, pets, file, ids=str(key), silent="skip")
    assert (by_ids["recall"], by_ids["precision"]) == (0.5, 1)


def test_outlines_on_both_sides_are_compared_by_pixels(
    bench: Workbench, pets: Project, ids: dict[str, int]
) -> None:
    image = rows(bench, pets)[0].id
    corner = Polygon((((4, 4, 20, 4, 4, 20),),))
    draw(bench, pets, (image, ids["head"], corner), (image, ids["tail"], Point(9, 9)))
    say(bench, pets, image, ("head", Polygon((((20, 4, 20, 20, 4, 20),),)), 0.9))
    found = judged(bench, pets)
    assert (found["by"], found["map50"]) == ("mask", 0)
    assert found["left_out"]["no_area"] == 1
    assert judged(bench, pets, by="box")["map50"] == 1


def test_what_was_sure_enough_and_where_it_was_cut_off_is_told(
    bench: Workbench, pets: Project, drawn: list[Any]
) -> None:
    say(bench, pets, drawn[0].id, ("head", HEAD, 0.9), ("tail", HEAD, 0.3))
    found = judged(bench, pets)
    assert found["min_score"] == 0.9
    assert any("below 0.30" in note for note in found["notes"])


def test_only_pictures_of_a_split_are_judged(
    bench: Workbench, pets: Project, drawn: list[Any]
) -> None:
    say(bench, pets, drawn[0].id, ("head", HEAD, 0.9))
    say(bench, pets, drawn[1].id, ("head", HEAD, 0.9))
    wanted_split = drawn[0].split
    there = sum(row.split == wanted_split for row in drawn[:2])
    assert judged(bench, pets, splits=(wanted_split,))["images"] == there
    with pytest.raises(InvalidInputError, match="split"):
        Judging(splits=("nonsense",))


def test_evaluations_are_listed_newest_first_and_can_be_forgotten(
    bench: Workbench, pets: Project, drawn: list[Any]
) -> None:
    with pytest.raises(NotFoundError, match="no predictions"):
        bench.detections.get(pets)
    say(bench, pets, drawn[0].id, ("head", HEAD, 0.9))
    made = judged(bench, pets)
    (listed,) = bench.detections.list(pets)
    assert (listed["id"], listed["map"]) == (made["id"], made["map"])
    with pytest.raises(NotFoundError, match="no evaluation"):
        bench.detections.get(pets, "other")
    bench.detections.delete(pets, made["id"])
    assert bench.detections.list(pets) == []


@pytest.mark.parametrize("source", ["suggestions:nobody", "/nowhere/at/all.json"])
def test_a_source_that_is_not_there_is_refused_before_any_work(
    bench: Workbench, pets: Project, source: str
) -> None:
    with pytest.raises(InvalidInputError):
        bench.detections.start(pets, source, Judging())


def test_without_labels_nothing_can_be_judged(bench: Workbench, pets: Project) -> None:
    say(bench, pets, rows(bench, pets)[0].id, ("head", HEAD, 0.9))
    with pytest.raises(ConflictError, match="labels"):
        judged(bench, pets)


def test_a_key_that_is_no_coco_file_is_refused(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    file = tmp_path / "key.json"
    file.write_text("[]")
    results = tmp_path / "results.json"
    results.write_text("[]")
    with pytest.raises(InvalidInputError, match="no COCO file"):
        judged(bench, pets, results, ids=str(file))


def test_a_picture_is_found_by_the_number_that_it_is_named_by(
    bench: Workbench, tmp_path: Path
) -> None:
    folder = tmp_path / "numbered"
    for at, name in enumerate(("train/000000000139.png", "train/07.png", "val/7.png", "val/b.png")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (at, 0, 0)).save(folder / name)
    bench.ingest(folder, "numbered", labels="none")
    project = bench.projects.get("numbered")
    known = {row.path.removeprefix(f"{folder}/"): row.id for row in rows(bench, project)}
    find = Numbers(bench.store, project).find
    assert find("139") == find("0139") == known["train/000000000139.png"]
    assert find("7") == find("8") == find("b") == find("") == 0


def test_errors_are_named_by_kind_and_classes() -> None:
    assert wanted("") == Wanted()
    assert wanted("wrong_class:3:7") == Wanted(2, 3, 7)
    assert wanted(":3") == Wanted(None, 3, None)
    assert wanted("extra::7") == Wanted(1, None, 7)
    for text in ("mised", "missed:x", "missed:1:2:3"):
        with pytest.raises(InvalidInputError):
            wanted(text)


@pytest.mark.parametrize("values", [{"min_iou": 0}, {"min_score": 2}])
def test_limits_out_of_range_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        Judging(**values)
