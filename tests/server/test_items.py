"""The paths, names and variables of HOSHINA's scripts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from server.conftest import add_pictures, is_problem
from sightline.app import open_workbench
from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from pathlib import Path

    from server.conftest import Shop


def test_items_of_the_only_project_come_with_names(shop: Shop) -> None:
    shop.label({"image_id": shop.images[0], "class_id": shop.cat})
    found = shop.get("/api/items")
    assert (found["total"], found["page"], found["page_size"], found["next"]) == (6, 1, 50, None)
    first = found["items"][0]
    assert first["item_id"] == first["id"] == shop.images[0]
    assert (first["label"], first["status"], first["predicted"]) == ("cat", "labelled", None)
    assert {"path", "probability", "split", "unsure", "skipped"} <= first.keys()
    assert [one["id"] for one in shop.get("/api/items?status=labelled")["items"]] == [first["id"]]
    assert shop.get(f"/api/items?class_id={shop.dog}")["total"] == 0


def test_pages_by_number_and_by_cursor_go_on_in_one_order(shop: Shop) -> None:
    url = "/api/items?queue=random&page_size=4"
    first = shop.get(url)
    second = shop.get(f"{url}&page=2")
    by_cursor = shop.get(f"{url}&cursor={first['next']}")
    assert second == by_cursor
    ids = [one["id"] for page in (first, second) for one in page["items"]]
    assert sorted(ids) == list(shop.images)
    assert (second["page"], second["pages"], second["next"]) == (2, 2, None)
    assert shop.get("/api/items?page=9")["items"] == []


def test_a_page_whose_order_is_gone_is_made_anew(shop: Shop) -> None:
    shop.get("/api/items?page_size=4")
    shop.bench.face._views = type(shop.bench.face._views)(
        dict.fromkeys(shop.bench.face._views, "gone")
    )
    assert len(shop.get("/api/items?page_size=4&page=2")["items"]) == 2


@pytest.mark.parametrize(
    "query",
    ["page=0", "page_size=301", "queue=none", "cursor=x", "cursor=gone-4", "low=.3", "page=x"],
)
def test_what_makes_no_sense_is_a_problem(shop: Shop, query: str) -> None:
    assert is_problem(shop.client.get(f"/api/items?{query}"))


def test_with_several_projects_one_is_named(shop: Shop, tmp_path: Path) -> None:
    shop.bench.projects.create("more")
    add_pictures(shop.bench, "more", tmp_path / "pictures" / "more", 2)
    refused = shop.client.get("/api/items")
    assert refused.status_code == 422
    assert "birds" in refused.json()["message"]
    assert shop.get("/api/items?project=more")["total"] == 2
    assert shop.client.get("/api/items?project=none").status_code == 404


def test_without_a_project_the_next_step_is_told(bench: object, shop: Shop) -> None:
    shop.bench.projects.delete("birds")
    assert shop.client.get("/api/items").json()["hint"] == "ingest a folder first"
    assert bench is shop.bench


def test_sizes_are_taken_and_bounded(shop: Shop) -> None:
    image = shop.images[0]
    small = shop.client.get(f"/api/thumb/{image}?size=64")
    assert small.content == shop.client.get(f"/api/thumb/{image}?px=64").content
    assert is_problem(shop.client.get(f"/api/thumb/{image}?size=60000"))
    led = shop.client.get(f"/api/file/{image}?size=500")
    assert (led.status_code, led.headers["location"]) == (307, f"/api/view/{image}?px=500")
    assert is_problem(shop.client.get(f"/api/file/{image}?size=60000"))


@pytest.mark.parametrize("name", ["plain.db", "deep/plain.db", "{tmp}/elsewhere/app.db"])
def test_the_variables_of_hoshina_are_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    database = name.format(tmp=tmp_path)
    monkeypatch.setenv("AL_STORE_DIR", str(tmp_path / "store"))
    monkeypatch.setenv("AL_DB_PATH", database)
    monkeypatch.setenv("AL_DATA_DIR", str(tmp_path / "pictures"))
    monkeypatch.setenv("AL_EMBEDDING_BACKEND", "hog")
    with open_workbench() as bench:
        assert bench.workspace == tmp_path / "store"
        assert bench.settings.data_dir == str(tmp_path / "pictures")
        assert bench.settings.encoder == "hog"
        bench.projects.create("pets")
    assert (tmp_path / database).is_file()
    with open_workbench() as again:
        assert again.projects.get("pets").name == "pets"


def test_a_database_of_another_program_is_never_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "app.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, path TEXT)")
    before = file.read_bytes()
    monkeypatch.setenv("AL_DB_PATH", str(file))
    with pytest.raises(InvalidInputError, match="another program") as caught:
        open_workbench(tmp_path / "w")
    assert "--format hoshina" in caught.value.hint
    assert file.read_bytes() == before
