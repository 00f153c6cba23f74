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


def drawn_shop(shop: Shop) -> None:
    first, second = shop.images[:2]
    good = {**box(shop, "a", 2), "geometry": [2, 2, 30, 30]}
    twin = {**good, "uid": "b"}
    thin = {**box(shop, "c"), "geometry": [0, 0, 1.5, 20], "class_id": shop.dog}
    point = {"uid": "d", "kind": "point", "geometry": [70, 5], "class_id": shop.dog}
    draw(shop, {"image_id": first, "put": [good, twin]}, {"image_id": second, "put": [thin, point]})


def test_the_gallery_lists_objects_by_class_shape_and_size(shop: Shop) -> None:
    drawn_shop(shop)
    first = shop.images[0]
    cats = shop.get(f"{URL}?class_id={shop.cat}&limit=1")
    assert cats == {
        "total": 2,
        "items": [
            {
                "image_id": first,
                "uid": "a",
                "class_id": shop.cat,
                "kind": "box",
                "bounds": [2.0, 2.0, 30.0, 30.0],
                "width": 60,
                "height": 40,
            }
        ],
        "next": "1",
    }
    rest = shop.get(f"{URL}?class_id={shop.cat}&limit=1&cursor=1")
    assert ([one["uid"] for one in rest["items"]], rest["next"]) == (["b"], None)
    assert [one["uid"] for one in shop.get(f"{URL}?order=small")["items"]] == ["d", "c", "a", "b"]
    assert [one["uid"] for one in shop.get(f"{URL}?kind=point")["items"]] == ["d"]
    assert shop.get(f"{URL}?cursor=99")["items"] == []
    assert shop.client.get(f"{URL}?order=odd").status_code == 422


def test_objects_of_a_gallery_change_class_or_go_as_one_step(shop: Shop) -> None:
    drawn_shop(shop)
    first, second = shop.images[:2]
    refs = [{"image_id": first, "uid": "b"}, {"image_id": second, "uid": "c"}]
    done = shop.post(f"{URL}/class", {"objects": refs, "class_id": shop.dog})
    assert (done["description"], done["images"]) == ("Make 2 objects dog", 1)
    shop.post(f"{URL}/class", {"objects": refs, "class_id": None})
    assert [one["uid"] for one in shop.get(URL)["items"]] == ["a", "d"]
    for _ in range(2):
        shop.post("/api/projects/birds/undo")
    assert shop.get(f"{URL}?class_id={shop.cat}")["total"] == 2
    shop.post(f"{URL}/class", {"objects": refs, "class_id": 999}, status=404)


def test_checks_find_slips_say_why_and_make_a_queue(shop: Shop) -> None:
    drawn_shop(shop)
    first = shop.images[0]
    counts = shop.get("/api/projects/birds/checks")["counts"]
    assert counts == {"tiny": 1, "huge": 0, "outside": 1, "duplicate": 1, "overlap": 0}
    (twin,) = shop.get("/api/projects/birds/checks/duplicate")["items"]
    assert (twin["uid"], twin["other"]["uid"], twin["why"]) == (
        "b",
        "a",
        "IoU 1.00 with another cat",
    )
    (outside,) = shop.get("/api/projects/birds/checks/outside")["items"]
    assert (outside["uid"], outside["other"], outside["why"]) == ("d", None, "10 px outside")
    assert shop.client.get("/api/projects/birds/checks/odd").status_code == 422

    def size(**filters: Any) -> int:
        body = {"queue": "all", "filter": filters}
        return int(shop.post("/api/projects/birds/views", body, status=201)["size"])

    assert [size(check=one) for one in ("duplicate", "any", "huge")] == [1, 2, 0]
    assert [size(objects=one) for one in ("some", "none", "")] == [2, 4, 6]
    assert size(reviews=["in_progress"]) == 2
    assert size(reviews=["todo", "done"]) == 4
    assert size(object_ids=[shop.dog]) == 1
    draw(shop, {"image_id": first, "version": 1, "delete": ["b"]})
    assert shop.get("/api/projects/birds/checks")["counts"]["duplicate"] == 0


def test_a_crop_is_cut_from_the_picture_and_cached(shop: Shop) -> None:
    url = f"/api/images/{shop.images[0]}/crop?x1=10&y1=5&x2=50&y2=25"
    answer = shop.client.get(f"{url}&px=20&v=1")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert "immutable" in answer.headers["cache-control"]
    etag = {"if-none-match": answer.headers["etag"]}
    assert shop.client.get(f"{url}&px=20&v=1", headers=etag).status_code == 304
    assert shop.client.get(f"{url}&px=21", headers=etag).status_code == 200
    outside = f"/api/images/{shop.images[0]}/crop?x1=100&y1=5&x2=150&y2=25"
    assert shop.client.get(outside).status_code == 422
    assert shop.client.get(url.replace("x1=10", "x1=nan")).status_code == 422


def test_labels_that_wait_are_listed_and_forgotten(shop: Shop) -> None:
    from sightline.core.geometry.shapes import Box
    from sightline.formats.objects.records import ObjectRecord, PictureRecord

    record = PictureRecord("later.jpg", (ObjectRecord("cat", Box(0, 0, 5, 5)),))
    shop.bench.waiting.keep(shop.bench.projects.get("birds"), "coco", [record])
    found = shop.get("/api/projects/birds/waiting-labels")
    (item,) = found["items"]
    assert (found["count"], found["next"]) == (1, None)
    assert (item["path"], item["source"], item["objects"]) == ("later.jpg", "coco", 1)
    answer = shop.client.delete("/api/projects/birds/waiting-labels")
    assert answer.json() == {"deleted": 1}


def test_thousands_of_boxes_are_drawn_at_once_and_changed_one_by_one(shop: Shop) -> None:
    image = shop.images[0]
    put = [box(shop, f"u{number:05d}", number / 100) for number in range(2_000)]
    draw(shop, {"image_id": image, "version": 0, "put": put})
    moved = {**put[17], "geometry": [1, 1, 2.5, 2.5]}
    done = draw(shop, {"image_id": image, "version": 1, "put": [moved], "delete": ["u01999"]})
    assert done["description"] == "Change 1, delete 1 objects in 1 image"
    assert done["images"][0]["count"] == 1_999
    raw = shop.bench.store.db
    from sqlalchemy import text

    with raw.read() as connection:
        sizes = [row[0] for row in connection.execute(text("SELECT length(payload) FROM journal"))]
    assert sizes[-1] < 500 < sizes[-2]
