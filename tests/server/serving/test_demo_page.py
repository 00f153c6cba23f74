"""The page of one model, as `serve` gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.http import Client
from fakes.serving import add_colours, desk_of
from sightline.server.security import Door
from sightline.server.serving.app import create_serving_app
from sightline.server.serving.gate import Rules
from sightline.server.static import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[Client]:
    add_colours(tmp_path)
    desk = desk_of(tmp_path, "colours")
    rules = Rules(Door(), ("the-key",))
    with Client(create_serving_app(desk, max_bytes=10_000, rules=rules)) as one:
        yield one
    desk.serving.close()


def test_the_page_needs_no_key_and_what_it_asks_does(keyed: Client) -> None:
    page = keyed.get("/demo/colours")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert keyed.get("/v1/models/colours").status_code == 401
    told = keyed.get("/v1/models/colours", headers={"X-API-Key": "the-key"}).json()
    assert (told["name"], told["kind"]) == ("colours", "classifier")


def test_its_files_are_there_and_nothing_else_of_the_page(keyed: Client) -> None:
    if not (FOLDER / "demo.html").is_file():
        pytest.skip("the page is not built")
    html = keyed.get("/demo/colours").text
    assert 'data-server="serve"' in html
    script = html.partition('src="')[2].partition('"')[0]
    assert script.startswith("/assets/")
    assert keyed.get(script).status_code == 200
    key = {"X-API-Key": "the-key"}
    assert keyed.get("/index.html", headers=key).status_code == 404
    assert keyed.get("/assets/../index.html", headers=key).status_code == 404
