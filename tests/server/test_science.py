"""Deep pictures over HTTP: what they hold, and a look through another stretch."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from server.conftest import Shop


@pytest.fixture
def deep(shop: Shop, tmp_path: Path) -> int:
    """A 16-bit stack of two pages."""
    pages = [
        Image.fromarray((np.arange(600, dtype=np.uint16) * step).reshape(20, 30))
        for step in (100, 1)
    ]
    path = tmp_path / "pictures" / "deep.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    shop.bench.ingest(path, "birds", labels="none", pages="first")
    project = shop.bench.projects.get("birds")
    size = shop.bench.store.state.get(project.id).size
    return shop.bench.store.images.by_ordinals(project.id, [size - 1])[0].id


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("L")).astype(int)


def test_an_image_says_what_there_is_to_choose(shop: Shop, deep: int) -> None:
    science = shop.get(f"/api/images/{deep}")["science"]
    assert (science["bits"], science["kind"], science["channels"]) == (16, "uint", 1)
    assert (science["pages"], science["hdus"]) == (2, [])
    assert science["tone"]["stretch"] == "auto"
    assert shop.get(f"/api/images/{shop.images[0]}")["science"] is None


def test_a_view_is_looked_at_through_another_stretch_and_has_another_tag(
    shop: Shop, deep: int
) -> None:
    plain = shop.client.get(f"/api/view/{deep}?px=64")
    log = shop.client.get(f"/api/view/{deep}?px=64&stretch=log")
    assert log.status_code == 200
    assert log.headers["etag"] != plain.headers["etag"]
    assert pixels(log.content).mean() > pixels(plain.content).mean() + 20
    second = shop.client.get(f"/api/view/{deep}?px=64&stretch=linear&low=0&high=59900&slice=1")
    assert pixels(second.content).max() <= 3
    again = shop.client.get(
        f"/api/view/{deep}?px=64", headers={"if-none-match": plain.headers["etag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    "query",
    ["stretch=gamma", "low=nan&stretch=linear", "low=9&high=2", "channel=red", "slice=-1", "hdu=x"],
)
def test_a_look_that_cannot_be_is_refused(shop: Shop, deep: int, query: str) -> None:
    assert shop.client.get(f"/api/view/{deep}?{query}").status_code == 422


def test_the_projects_tone_is_a_setting_and_a_wrong_one_is_refused(shop: Shop, deep: int) -> None:
    before = shop.client.get(f"/api/thumb/{deep}?px=64")
    url = "/api/projects/birds/settings"
    saved = shop.client.put(url, json={"values": {"tone": "asinh"}})
    assert saved.json()["values"]["tone"] == "asinh"
    after = shop.client.get(f"/api/thumb/{deep}?px=64")
    assert after.headers["etag"] != before.headers["etag"]
    assert shop.get(f"/api/images/{deep}")["science"]["tone"]["text"] == "asinh"
    assert shop.client.put(url, json={"values": {"tone": "gamma"}}).status_code == 422


def test_pages_are_asked_for_when_a_folder_is_taken_in(shop: Shop, tmp_path: Path) -> None:
    frames = [Image.new("L", (9, 7), 30 * at) for at in range(4)]
    path = tmp_path / "pictures" / "moving.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    body = {"source": str(path), "dry_run": True, "pages": "all"}
    assert shop.post("/api/projects/birds/ingest", body)["added"] == 1
    shop.post("/api/projects/birds/ingest", {**body, "pages": "some"}, status=422)
    shop.bench.ingest(path, "birds", pages="all")
    assert shop.get("/api/projects/birds")["images"] == 10
