"""Queues over HTTP: what they are asked, and what they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from server.conftest import Shop

VIEWS = "/api/projects/birds/views"


@pytest.fixture
def taught(shop: Shop) -> Shop:
    """Four of six labelled, and a head."""
    classes = (shop.cat, shop.dog, shop.cat, shop.dog)
    shop.label(
        *(
            {"image_id": one, "class_id": class_id}
            for one, class_id in zip(shop.images, classes, strict=False)
        )
    )
    shop.bench.train_head("birds")
    return shop


def ids(shop: Shop, body: dict[str, Any]) -> list[int]:
    view = shop.post(VIEWS, body, status=201)
    return [one["id"] for one in shop.get(f"/api/views/{view['id']}")["items"]]


def test_the_table_says_what_each_queue_needs_and_takes(shop: Shop) -> None:
    queues = {one["name"]: one for one in shop.get("/api/queues")}
    assert set(queues) >= {
        "auto", "uncertain", "diverse", "band", "certain", "mistakes", "disagreement", "random",
        "unsure", "skipped", "all", "oddities", "near-duplicates", "similar",
    }  # fmt: skip
    assert queues["band"]["options"] == ["band", "class_id"]
    assert queues["certain"]["group"] == "check"
    assert queues["uncertain"]["needs"] == ["head"]
    assert all(one["title"] and one["description"] for one in queues.values())


def test_every_queue_without_further_need_makes_a_view(taught: Shop) -> None:
    open_ = set(taught.images[4:])
    for queue in ("auto", "uncertain", "diverse", "random"):
        assert set(ids(taught, {"queue": queue})) <= open_
    for measure in ("margin", "entropy", "confidence"):
        assert ids(taught, {"queue": "uncertain", "measure": measure})
    certain = ids(taught, {"queue": "certain", "band": [0.5, 1], "class_id": taught.cat})
    cats = ids(taught, {"filter": {"predicted_ids": [taught.cat], "statuses": ["unlabelled"]}})
    assert set(certain) <= set(cats)
    assert ids(taught, {"queue": "mistakes"}) is not None
    assert ids(taught, {"queue": "skipped"}) == []


def test_a_tag_is_a_filter(shop: Shop) -> None:
    shop.label({"image_id": shop.images[2], "class_id": None, "tags": [shop.dog]})
    assert ids(shop, {"filter": {"tag_ids": [shop.dog]}}) == [shop.images[2]]
    assert ids(shop, {"filter": {"tag_ids": [shop.cat]}}) == []
    assert ids(shop, {"filter": {"predicted_ids": [shop.cat]}}) == [], "there is no head"


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"queue": "random", "measure": "margin"}, 422),
    ({"queue": "auto", "band": [0.3, 0.8]}, 422),
    ({"queue": "band", "band": [0.8, 0.3]}, 422),
    ({"queue": "band", "band": [0.5]}, 422),
    ({"queue": "band", "band": [-1, 2]}, 422),
    ({"queue": "band", "class_id": 999}, 422),
    ({"queue": "uncertain", "measure": "doubt"}, 422),
    ({"queue": "oddities", "method": "svm"}, 422),
    ({"queue": "disagreement", "against": ""}, 422),
    ({"queue": "disagreement", "against": "nobody"}, 404),
    ({"queue": "similar", "images": []}, 422),
    ({"queue": "similar", "images": [999_999]}, 422),
    ({"filter": {"region": {"method": "pca", "polygon": [[0, 0], [1, 1]]}}}, 422),
    ({"filter": {"region": {"method": "pca", "polygon": [[0], [1], [2]]}}}, 422),
]


def test_what_cannot_be_asked_is_refused_with_a_reason(taught: Shop) -> None:
    for body, status in REFUSED:
        answer = taught.client.post(VIEWS, json=body)
        assert answer.status_code == status, (body, answer.text)
        assert answer.json()["message"]


def test_without_a_head_it_is_said_what_to_do(shop: Shop) -> None:
    for queue in ("uncertain", "band", "certain", "mistakes", "disagreement", "diverse"):
        answer = shop.client.post(VIEWS, json={"queue": queue})
        assert answer.status_code == 409
        assert answer.json()["hint"]


def test_images_that_are_deleted_leave_a_view_with_fewer_items(taught: Shop) -> None:
    view = taught.post(VIEWS, {"queue": "uncertain"}, status=201)
    project = taught.bench.projects.get("birds")
    before = [one["id"] for one in taught.get(f"/api/views/{view['id']}")["items"]]
    with taught.bench.store.db.transaction() as connection:
        connection.exec_driver_sql(
            f"update images set deleted = 1 where id = {before[0]} and project_id = {project.id}"
        )
    left = [one["id"] for one in taught.get(f"/api/views/{view['id']}")["items"]]
    assert left == before[1:]
