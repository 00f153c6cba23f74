from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakes.pets import write_pets
from sightline.core.errors import InvalidInputError, UnknownViewError
from sightline.core.labels import LabelChange
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project


def seen(bench: Workbench, project: Project, **filters: Any) -> list[dict[str, Any]]:
    view = bench.queues.make_view(project, "all", filters=filters)
    items: list[dict[str, Any]] = bench.queues.window(view["id"], 0, 1000)["items"]
    assert len(items) == view["size"]
    return items


def test_a_view_is_read_by_position_and_does_not_change_under_the_reader(
    bench: Workbench, pets: Project
) -> None:
    view = bench.queues.make_view(pets, "random", seed=3)
    first = bench.queues.window(view["id"], 0, 60)["items"]
    label_by_folder(bench, pets)
    again = bench.queues.window(view["id"], 20, 10)
    assert [one["id"] for one in again["items"]] == [one["id"] for one in first[20:30]]
    assert (again["size"], again["offset"]) == (view["size"], 20)
    assert {one["status"] for one in again["items"]} == {"labelled"}
    assert bench.queues.window(view["id"], view["size"], 10)["items"] == []


def test_an_image_that_went_leaves_its_place_empty_and_moves_no_other(
    bench: Workbench, pets: Project, pictures: Path
) -> None:
    view = bench.queues.make_view(pets, "all")
    before = bench.queues.window(view["id"], 0, 60)
    assert before["gone"] == []
    changed = pictures / Path(*Path(before["items"][12]["path"]).parts[-2:])
    other = write_pets(pictures.parent / "other", 1, seed=9)
    changed.write_bytes((other / "cat" / "000.png").read_bytes())
    bench.ingest(pictures, "pets", labels="none")
    after = bench.queues.window(view["id"], 10, 10)
    assert after["gone"] == [12]
    kept = [one["id"] for one in before["items"][10:20] if one["id"] != before["items"][12]["id"]]
    assert [one["id"] for one in after["items"]] == kept


@pytest.mark.parametrize(("offset", "limit"), [(-1, 10), (0, 0), (0, -1), (0, 1001)])
def test_a_window_out_of_range_is_refused(
    bench: Workbench, pets: Project, offset: int, limit: int
) -> None:
    view = bench.queues.make_view(pets)
    with pytest.raises(InvalidInputError, match="limit"):
        bench.queues.window(view["id"], offset, limit)


@pytest.mark.parametrize("view", ["", "nothing", "../../sightline.db", "a/b"])
def test_an_unknown_view_is_told(bench: Workbench, view: str) -> None:
    with pytest.raises(UnknownViewError):
        bench.queues.window(view, 0, 10)


def test_filters_keep_what_they_name_and_are_joined_by_and(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets, every=2)
    cat = bench.labels.classes(pets)[0]["id"]
    cats = seen(bench, pets, class_ids=[cat])
    assert {(one["class_id"], Path(one["path"]).parent.name) for one in cats} == {(cat, "cat")}
    assert len(cats) == 15
    assert len(seen(bench, pets, statuses=["unlabelled"])) == 30
    assert len(seen(bench, pets, statuses=["unlabelled", "labelled"])) == 60
    splits = {name: seen(bench, pets, splits=[name]) for name in ("train", "val", "test")}
    assert sum(map(len, splits.values())) == 60
    assert all({one["split"] for one in found} <= {name} for name, found in splits.items())
    both = seen(bench, pets, class_ids=[cat], splits=["train"])
    assert {one["id"] for one in both} == {one["id"] for one in cats if one["split"] == "train"}
    assert len(seen(bench, pets, text="dog/01")) == 10
    assert seen(bench, pets, text="no such name") == []
    assert len(seen(bench, pets, text="", class_ids=[], splits=[])) == 60


@pytest.mark.parametrize("text", ["%", "_", "'", '"', "\\", "DOG/000"])
def test_text_is_looked_for_as_it_is_written(bench: Workbench, pets: Project, text: str) -> None:
    expected = (
        1 if text == "DOG/000" else len([row for row in rows(bench, pets) if text in row.path])
    )
    assert len(seen(bench, pets, text=text)) == expected


@pytest.mark.parametrize(
    ("filters", "hint"),
    [
        ({"clas_ids": [1]}, "class_ids"),
        ({"statuses": ["labeled"]}, "labelled"),
        ({"splits": ["training"]}, "train"),
    ],
)
def test_a_wrong_filter_names_the_nearest(
    bench: Workbench, pets: Project, filters: dict[str, Any], hint: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        bench.queues.make_view(pets, "all", filters=filters)
    assert hint in caught.value.hint


def test_scripts_read_every_image_once_by_cursor(bench: Workbench, pets: Project) -> None:
    ids: list[int] = []
    cursor: str | None = None
    while True:
        page = bench.queues.page(pets, cursor, 25)
        ids += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert ids == [row.id for row in rows(bench, pets)]
    for bad, limit in (("x", 10), ("1.5", 10), (None, 0), (None, 1001)):
        with pytest.raises(InvalidInputError):
            bench.queues.page(pets, bad, limit)


def test_a_queue_asks_for_nothing_that_is_labelled_or_in_the_test_split(
    bench: Workbench, pets: Project
) -> None:
    label_by_folder(bench, pets, every=3)
    open_ = {
        row.id for row in rows(bench, pets) if row.status != "labelled" and row.split != "test"
    }
    for strategy in ("auto", "uncertain", "random"):
        asked = bench.queue("pets", strategy, limit=1000)
        assert {one["id"] for one in asked} == open_
        assert len(asked) == len(open_)
        assert all(set(one) == {"id", "path", "score", "why"} for one in asked)
        assert all(Path(one["path"]).is_file() for one in asked)


def test_a_skipped_image_comes_last(bench: Workbench, pets: Project) -> None:
    first = bench.queue("pets", "random", limit=1, seed=1)[0]["id"]
    bench.labels.label(pets, [LabelChange(first, None, "skipped")])
    assert bench.queue("pets", "random", limit=1000, seed=1)[-1]["id"] == first


def test_a_queue_makes_head_and_embeddings_itself_and_says_why(
    bench: Workbench, pets: Project
) -> None:
    label_by_folder(bench, pets, every=4)
    assert bench.heads.get(pets) is None
    asked = bench.queue("pets", "uncertain", limit=3)
    assert bench.heads.get(pets) is not None
    assert all("cat" in one["why"] and "dog" in one["why"] for one in asked)
    scores = [one["score"] for one in asked]
    assert scores == sorted(scores), "the smallest margin comes first"


@pytest.mark.usefixtures("pets")
def test_a_queue_without_any_label_still_asks(bench: Workbench) -> None:
    assert len(bench.queue("pets", "auto", limit=5)) == 5


def test_pictures_that_came_after_the_head_are_scored_too(
    bench: Workbench, pets: Project, tmp_path: Path
) -> None:
    label_by_folder(bench, pets)
    bench.train_head("pets")
    bench.ingest(write_pets(tmp_path / "more", 10, seed=5), "pets", labels="none")
    asked = bench.queue("pets", "uncertain", limit=100)
    assert asked
    assert all("cat" in one["why"] and "dog" in one["why"] for one in asked)


def test_an_unknown_queue_names_the_nearest(bench: Workbench, pets: Project) -> None:
    with pytest.raises(InvalidInputError, match="uncertian") as caught:
        bench.queue("pets", "uncertian")
    assert "'uncertain'" in caught.value.hint
    with pytest.raises(InvalidInputError, match="uncertian"):
        bench.queues.make_view(pets, "uncertian")


def test_the_table_tells_what_can_be_asked_for(bench: Workbench) -> None:
    assert {"all", "auto", "uncertain", "random"} <= {one["name"] for one in bench.queues.table()}
    assert all(one["description"] for one in bench.queues.table())


def test_lists_show_what_the_head_thinks(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets)
    bench.train_head("pets")
    items = seen(bench, pets)
    names = {one["id"]: one["name"] for one in bench.labels.classes(pets)}
    right = [names[one["predicted"]] == Path(one["path"]).parent.name for one in items]
    assert sum(right) > 50
    assert all(0.5 <= one["probability"] <= 1 for one in items)
    assert bench.queues.shown(rows(bench, pets)[0])["predicted"] == items[0]["predicted"]
