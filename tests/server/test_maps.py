"""Maps over the API: how they stand, their points, their tiles, and regions as filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.conftest import is_problem
from sightline.curate.map_points import unpack

if TYPE_CHECKING:
    from server.conftest import Shop

MAP = "/api/projects/birds/map"


@pytest.fixture
def mapped(shop: Shop) -> Shop:
    """The shop with embedded pictures."""
    shop.bench.encoders.embed(shop.bench.projects.get("birds"))
    return shop


def test_before_the_embeddings_the_map_is_missing(shop: Shop) -> None:
    shown = shop.get(MAP)
    assert (shown["state"], shown["total"], shown["embedded"]) == ("missing", 6, 0)
    assert (shown["clusters"], shown["bounds"], shown["job"]) == ([], None, None)
    answer = shop.client.get(f"{MAP}/points")
    assert answer.status_code == 409
    assert is_problem(answer)


def test_the_first_map_needs_no_job(mapped: Shop) -> None:
    shown = mapped.get(MAP)
    assert (shown["state"], shown["shown"], shown["job"]) == ("ready", 6, None)
    assert {one["name"] for one in shown["methods"]} == {"pca", "umap", "pacmap", "tsne"}
    assert len(shown["bounds"]) == 4
    assert shown["clusters"][0]["count"] == 6


def test_points_are_columns_and_are_sent_once(mapped: Shop) -> None:
    mapped.get(MAP)
    answer = mapped.client.get(f"{MAP}/points")
    assert answer.headers["content-type"] == "application/octet-stream"
    header, columns = unpack(answer.content)
    assert header["count"] == 6
    assert columns["image_id"].tolist() == list(mapped.images)
    tag = {"if-none-match": answer.headers["etag"]}
    assert mapped.client.get(f"{MAP}/points", headers=tag).status_code == 304
    mapped.label({"image_id": mapped.images[0], "class_id": mapped.cat})
    fresh = mapped.client.get(f"{MAP}/points", headers=tag)
    assert fresh.status_code == 200
    assert unpack(fresh.content)[1]["class_id"][0] == mapped.cat


def test_a_tile_is_a_picture_that_may_be_kept(mapped: Shop) -> None:
    key = mapped.get(MAP)["key"]
    answer = mapped.client.get(f"{MAP}/tile/0/0/0.png?v={key}")
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    tag = {"if-none-match": answer.headers["etag"]}
    assert mapped.client.get(f"{MAP}/tile/0/0/0.png", headers=tag).status_code == 304
    assert is_problem(mapped.client.get(f"{MAP}/tile/0/0/1.png"))


def test_a_region_filters_a_view(mapped: Shop) -> None:
    x0, y0, x1, y1 = mapped.get(MAP)["bounds"]
    whole = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
    region: dict[str, Any] = {"method": "pca", "polygon": whole}
    view = mapped.post("/api/projects/birds/views", {"filter": {"region": region}}, status=201)
    assert view["size"] == 6
    beside = {"method": "pca", "polygon": [[x1, y1], [x1 + 1, y1], [x1, y1 + 1]]}
    view = mapped.post("/api/projects/birds/views", {"filter": {"region": beside}}, status=201)
    assert view["size"] == 0
    cluster = {"filter": {"region": {"method": "pca", "cluster": 0}}}
    assert mapped.post("/api/projects/birds/views", cluster, status=201)["size"] == 6
    wrong = {"filter": {"region": {"method": "pca"}}}
    assert mapped.post("/api/projects/birds/views", wrong, status=422)["hint"]


def test_a_map_is_made_by_a_job_and_asking_twice_makes_one(mapped: Shop) -> None:
    job = mapped.post(MAP, {"method": "pca", "mode": "new"}, status=202)
    assert (job["kind"], job["project"]) == ("map", "birds")
    again = mapped.post(MAP, {"method": "pca"}, status=202)
    ended = mapped.bench.jobs.wait(job["id"], timeout_s=60)
    assert again["id"] == job["id"] or ended.state == "done"
    assert ended.state == "done"
    assert mapped.get(MAP)["key"] == (ended.result or {})["key"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"method": "cube"}, 422),
        ({"method": "pca", "neighbours": 1}, 422),
        ({"method": "pca", "mode": "often"}, 422),
        ({"method": "pca", "colour": 1}, 422),
    ],
)
def test_what_cannot_be_asked_is_refused(mapped: Shop, body: dict[str, Any], status: int) -> None:
    answer = mapped.client.post(MAP, json=body)
    assert answer.status_code == status
    assert is_problem(answer)


def test_a_missing_library_is_named(mapped: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightline.curate.map_methods.installed", lambda _: False)
    problem = mapped.post(MAP, {"method": "umap"}, status=501)
    assert problem["code"] == "missing_extra"
    assert "sightline[map]" in problem["hint"]
    assert mapped.get(f"{MAP}?method=umap")["missing"] == "umap"
