"""Edits and builds over HTTP."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from server.conftest import Shop


def test_an_edit_is_put_shown_and_reset(shop: Shop) -> None:
    url = f"/api/images/{shop.images[0]}/edit"
    before = shop.get(url)
    assert (before["edited"], before["width"], before["height"]) == (False, 60, 40)
    body = {"crop": [0, 0, 0.5, 1], "rotate": 90, "version": before["version"]}
    answer = shop.client.put(url, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["result"] == {"width": 40, "height": 30}
    assert shop.client.put(url, json=body).status_code == 409
    picture = shop.client.get(f"/api/edited/{shop.images[0]}?px=256&v={answer.json()['v']}")
    assert Image.open(io.BytesIO(picture.content)).size == (40, 30)
    assert "immutable" in picture.headers["cache-control"]
    tag = {"if-none-match": picture.headers["etag"]}
    small = shop.client.get(f"/api/edited/{shop.images[0]}?px=64", headers=tag)
    assert small.status_code == 200
    again = shop.client.get(f"/api/edited/{shop.images[0]}?px=256", headers=tag)
    assert again.status_code == 304
    assert not shop.client.delete(url).json()["edited"]


def test_an_edit_that_cannot_be_is_refused(shop: Shop) -> None:
    url = f"/api/images/{shop.images[0]}/edit"
    for body in ({"crop": [0, 0, 2, 1]}, {"crop": [0, 0]}, {"rotate": "left"}, {"colour": 3}):
        assert shop.client.put(url, json=body).status_code == 422
    assert shop.client.put("/api/images/999999/edit", json={}).status_code == 404


def test_many_are_edited_and_named_in_one_step_each(shop: Shop) -> None:
    many = {"image_ids": list(shop.images)}
    assert (
        shop.post("/api/projects/birds/edits", many | {"turn": 90, "dry_run": True})["seq"] is None
    )
    done = shop.post("/api/projects/birds/edits", many | {"turn": 90, "expect": 6})
    assert done["changed"] == 6
    named = shop.post("/api/projects/birds/names", many | {"pattern": "bird_{n:2}"})
    assert named["names"][0]["after"] == "bird_01"
    twice = shop.post("/api/projects/birds/names", many | {"pattern": "bird"}, status=409)
    assert "{n:4}" in twice["hint"]
    for text in ("Undo: Rename 6", "Undo: Edit 6"):
        assert shop.post("/api/projects/birds/undo")["description"].startswith(text)


def test_a_build_is_started_listed_and_needs_labels(shop: Shop) -> None:
    url = "/api/projects/birds/builds"
    assert shop.get(url) == []
    assert shop.post(url, {"size": 128}, status=422)["hint"].startswith("label some")
    shop.bench.jobs.pump = lambda: None  # type: ignore[method-assign]
    shop.label({"image_id": shop.images[0], "class_id": shop.cat})
    job = shop.post(url, {"size": 128}, status=202)
    assert (job["kind"], job["state"]) == ("build", "queued")
    assert [(one["name"], one["job"]) for one in shop.get(url)] == [("128px", job["id"])]
    shop.post(url, {"size": 128}, status=409)
    shop.post(url, {"size": 32}, status=422)
    assert shop.client.delete(f"{url}/none").status_code == 404
