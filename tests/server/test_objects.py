from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from server.conftest import Shop

URL = "/api/projects/birds/objects"


def draw(shop: Shop, *changes: dict[str, Any], status: int = 200) -> Any:
    return shop.post(URL, {"changes": changes}, status=status)


def box(shop: Shop, uid: str, x: float = 0.0, **more: Any) -> dict[str, Any]:
    geometry = [x, 0, x + 10.5, 10]
    return {"uid": uid, "kind": "box", "geometry": geometry, "class_id": shop.cat, **more}


def test_what_is_drawn_is_read_back_and_undone(shop: Shop) -> None:
    image = shop.images[0]
    done = draw(shop, {"image_id": image, "version": 0, "put": [box(shop, "a"), box(shop, "b", 5)]})
    assert done["images"] == [{"id": image, "version": 1, "review": "in_progress", "count": 2}]
    assert done["description"] == "Add 2 objects in 1 image"
    found = shop.get(f"/api/images/{image}/objects")
    assert found == {
        "image_id": image,
        "project": "birds",
        "version": 1,
        "width": 60,
        "height": 40,
        "review": "in_progress",
        "note": "",
        "status": "unlabelled",
        "class_id": None,
        "tags": [],
        "objects": [
            {
                "uid": uid,
                "kind": "box",
                "geometry": [x, 0.0, x + 10.5, 10.0],
                "class_id": shop.cat,
                "attributes": {},
                "z": 0,
                "locked": False,
                "hidden": False,
                "score": None,
                "source": "person",
            }
            for uid, x in (("a", 0.0), ("b", 5.0))
        ],
    }
    shop.post("/api/projects/birds/undo")
    assert shop.get(f"/api/images/{image}/objects")["objects"] == []
    shop.post("/api/projects/birds/redo")
    assert shop.get(f"/api/images/{image}/objects")["objects"] == found["objects"]


def test_a_stale_version_is_refused_with_what_is_drawn_now(shop: Shop) -> None:
    image = shop.images[0]
    draw(shop, {"image_id": image, "version": 0, "put": [box(shop, "a")]})
    problem = draw(shop, {"image_id": image, "version": 0, "put": [box(shop, "b")]}, status=409)
    assert problem["current"] == [shop.get(f"/api/images/{image}/objects")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"geometry": [0, 0, 0, 10]},
        {"geometry": ["NaN", 0, 1, 1]},
        {"geometry": [1, 2]},
        {"geometry": None},
        {"kind": "blob"},
        {"kind": "polygon", "geometry": [[[0, 0, 1, 1]]]},
        {"class_id": 99},
        {"uid": "no spaces please"},
        {"attributes": {"list": [1]}},
        {"score": 7},
        {"extra": 1},
    ],
)
def test_a_shape_that_is_none_is_refused_whole(shop: Shop, wrong: dict[str, Any]) -> None:
    image = shop.images[0]
    answer = shop.client.post(
        URL,
        json={
            "changes": [{"image_id": image, "put": [box(shop, "a"), {**box(shop, "b"), **wrong}]}]
        },
    )
    assert answer.status_code in {404, 422}, answer.text
    assert answer.json()["hint"]
    assert shop.get(f"/api/images/{image}/objects")["objects"] == []


def test_the_next_open_image_is_found_both_ways_and_in_a_view(shop: Shop) -> None:
    first, second, third, *_, last = shop.images
    url = "/api/projects/birds/annotate/next"
    assert shop.get(url) == {"image_id": first, "left": 6}
    draw(shop, {"image_id": second, "review": "done"}, {"image_id": last, "review": "reviewed"})
    assert shop.get(f"{url}?after={first}") == {"image_id": third, "left": 4}
    assert shop.get(f"{url}?after={third}&dir=-1") == {"image_id": first, "left": 4}
    assert shop.get(f"{url}?after={first}&dir=-1")["image_id"] == shop.images[4]
    view = shop.post("/api/projects/birds/views", {"queue": "all"}, status=201)["id"]
    assert shop.get(f"{url}?after={first}&view={view}")["image_id"] == third
    draw(shop, *({"image_id": one, "review": "done"} for one in shop.images))
    assert shop.get(url) == {"image_id": None, "left": 0}
    draw(shop, {"image_id": third, "review": "rejected", "note": "the tail"})
    assert shop.get(url) == {"image_id": third, "left": 1}
    assert shop.client.get(f"{url}?after=99999").status_code == 404


def test_the_summary_counts_objects_and_reviews(shop: Shop) -> None:
    draw(shop, {"image_id": shop.images[0], "put": [box(shop, "a"), box(shop, "b")]})
    draw(shop, {"image_id": shop.images[1], "review": "done"})
    found = shop.get("/api/projects/birds/objects/summary")
    assert (found["images"], found["drawn"], found["objects"]) == (6, 1, 2)
    assert found["review"] == {
        "todo": 4,
        "in_progress": 1,
        "done": 1,
        "reviewed": 0,
        "rejected": 0,
    }
    assert [(one["name"], one["objects"]) for one in found["classes"]] == [("cat", 2), ("dog", 0)]
