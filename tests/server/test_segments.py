"""Boxes to polygons over HTTP: a look, a job, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.segmenter import use_squares
from server.conftest import is_problem

if TYPE_CHECKING:
    from server.conftest import Shop

URL = "/api/projects/birds/segment"


def draw(shop: Shop, image_id: int) -> None:
    body = {
        "changes": [
            {
                "image_id": image_id,
                "put": [
                    {"uid": "a", "kind": "box", "geometry": [4, 4, 30, 24], "class_id": shop.cat}
                ],
            }
        ]
    }
    answer = shop.client.post("/api/projects/birds/objects", json=body)
    assert answer.status_code == 200, answer.text


def test_a_look_says_what_a_build_is_made_of_and_would_make(shop: Shop) -> None:
    use_squares(shop.bench)
    assert shop.get(URL)["boxes"] == 0
    draw(shop, shop.images[1])
    found = shop.get(URL)
    assert found["first"] == [shop.images[1]]
    assert (found["boxes"], found["pictures"], found["out"]) == (1, 1, "birds_seg")
    assert (found["workers"], found["active"]) == (2, {})
    shown = shop.post(f"{URL}/preview", {"image_id": shop.images[1]})
    (one,) = shown["objects"]
    assert (one["kind"], one["class_id"], one["reason"]) == ("polygon", shop.cat, "")
    left = shop.post(f"{URL}/preview", {"image_id": shop.images[1], "score_threshold": 0.95})
    assert (left["polygons"], left["fallbacks"]) == (0, 1)


def test_what_makes_no_sense_is_refused_with_the_next_step(shop: Shop) -> None:
    answer = shop.client.post(URL, json={})
    assert (answer.status_code, is_problem(answer)) == (422, True)
    assert "no boxes" in answer.json()["message"]
    draw(shop, shop.images[0])
    for body, status in (
        ({"engine": "nobody"}, 404),
        ({"out": ".."}, 422),
        ({"out": "birds"}, 409),
        ({"mask_threshold": 2}, 422),
        ({"max_results": 0}, 422),
        ({"wrong": 1}, 422),
    ):
        answer = shop.client.post(URL, json=body)
        assert (answer.status_code, is_problem(answer)) == (status, True), body
    answer = shop.client.post(f"{URL}/preview", json={"image_id": 99_999})
    assert answer.status_code == 404


def test_a_build_is_a_job(shop: Shop) -> None:
    draw(shop, shop.images[0])
    job = shop.post(URL, {"workers": 1}, status=202)
    assert (job["kind"], job["project"]) == ("segment", "birds")
    assert shop.get(URL)["active"] == {"birds_seg": job["id"]}
    again = shop.client.post(URL, json={})
    assert again.status_code == 409
    shop.client.post(f"/api/jobs/{job['id']}/cancel")
