from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.http import Client
from fakes.served import answer, colours, png
from server.conftest import is_problem
from sightline.server.main import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.app import Workbench

URL = "/api/projects/colours/doubts"
MUD = (120, 118, 40)


@pytest.fixture
def client(bench: Workbench, tmp_path: Path) -> Iterator[Client]:
    """The application over a project with two doubts."""
    project, card = colours(bench, tmp_path, each=8)
    keeper = bench.doubts.keeper(project, card)
    for at in range(2):
        keeper.offer(png(MUD, at), answer(bench, card, png(MUD, at)))
    keeper.drain()
    keeper.close()
    with Client(create_app(bench, background=False)) as opened:
        yield opened


def test_doubts_are_shown_taken_and_looked_at_in_their_queue(client: Client) -> None:
    found = client.get(URL).json()
    assert [len(found["items"]), found["told"][0]["kept"]] == [2, 2]
    one, other = (item["id"] for item in found["items"])
    picture = client.get(f"{URL}/{one}/picture")
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content.startswith(b"\xff\xd8")
    taken = client.post(f"{URL}/take", json={"ids": [one]}).json()
    assert (taken["taken"], taken["left"]) == (1, 1)
    assert client.post(f"{URL}/clear", json={"ids": [other]}).json() == {"removed": 1}
    view = client.post("/api/projects/colours/views", json={"queue": "served"}).json()
    assert view["size"] == 1
    shown = client.get(f"/api/views/{view['id']}?offset=0&limit=5").json()["items"][0]
    assert shown["predicted"] is not None
    assert shown["why"].startswith("said ")


def test_names_that_are_no_doubts_are_refused(client: Client) -> None:
    for name in ("..%2F..%2Fproject", "a" * 24, "x", "%00"):
        found = client.get(f"{URL}/{name}/picture")
        assert found.status_code == 404
        assert is_problem(found)
    assert client.post(f"{URL}/take", json={"ids": ["../../x"]}).status_code == 422
    assert client.post(f"{URL}/take", json={"ids": ["f" * 24]}).status_code == 404
    assert client.post(f"{URL}/take", json={"limit": 0}).status_code == 422
