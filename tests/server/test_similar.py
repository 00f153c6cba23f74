"""Similar pictures, near-duplicates and oddities over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from server.conftest import Shop

VIEWS = "/api/projects/birds/views"


@pytest.fixture
def embedded(shop: Shop) -> Shop:
    shop.bench.encoders.embed(shop.bench.projects.get("birds"))
    return shop


def items(shop: Shop, view: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.get(f"/api/views/{view['id']}")["items"]
    return found


def test_a_similar_view_begins_with_the_pictures_asked_for(embedded: Shop) -> None:
    first, second = embedded.images[3], embedded.images[1]
    body = {"queue": "similar", "images": [first, second]}
    view = embedded.post(VIEWS, body, status=201)
    got = items(embedded, view)
    assert view["size"] == 6
    assert [one["id"] for one in got[:2]] == [first, second]
    assert got[0]["why"] == "the picture itself"
    scores = [one["score"] for one in got]
    assert scores == sorted(scores)
    assert got[2]["why"] == f"distance {got[2]['score']:.2f}"


@pytest.mark.parametrize("body", [{}, {"images": []}, {"images": [1], "band": [0, 1]}])
def test_similar_to_nothing_or_with_foreign_options_is_refused(
    embedded: Shop, body: dict[str, Any]
) -> None:
    embedded.post(VIEWS, {"queue": "similar", **body}, status=422)


def test_an_image_of_nowhere_is_refused(embedded: Shop) -> None:
    embedded.post(VIEWS, {"queue": "similar", "images": [123456]}, status=422)


def test_the_strip_lists_ids_and_distances_without_the_picture(embedded: Shop) -> None:
    got = embedded.get(f"/api/images/{embedded.images[0]}/similar?limit=4")
    assert len(got) == 4
    assert embedded.images[0] not in [one["id"] for one in got]
    assert [one["distance"] for one in got] == sorted(one["distance"] for one in got)
    assert embedded.client.get("/api/images/999999/similar").status_code == 404
    assert (
        embedded.client.get(f"/api/images/{embedded.images[0]}/similar?limit=0").status_code == 422
    )


def test_what_is_not_embedded_answers_409_with_the_next_step(shop: Shop) -> None:
    answer = shop.client.get(f"/api/images/{shop.images[0]}/similar")
    assert answer.status_code == 409
    assert "sightline embed" in answer.json()["hint"]


@pytest.mark.parametrize("method", [None, "lof", "forest", "knn"])
def test_oddities_come_with_a_reason_by_each_method(embedded: Shop, method: str | None) -> None:
    body = {"queue": "oddities"} | ({} if method is None else {"method": method})
    got = items(embedded, embedded.post(VIEWS, body, status=201))
    assert len(got) == 6
    assert all(one["why"] for one in got)


def test_near_duplicates_come_in_groups_with_one_to_keep(embedded: Shop) -> None:
    view = embedded.post(VIEWS, {"queue": "near-duplicates"}, status=201)
    got = items(embedded, view)
    assert len(got) == view["size"] == 6  # noise is like noise to the built-in encoder
    assert [one["score"] == 0 for one in got].count(True) == view["note"].count("1 group")
    strict = embedded.post(VIEWS, {"queue": "near-duplicates", "band": [0.9999, 1]}, status=201)
    assert strict["size"] == 0
    assert "no two pictures" in strict["note"]
