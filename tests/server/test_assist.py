"""Assists over HTTP: what is answered, what is dropped, and what happens when an engine fails."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from fakes.segmenter import SquareSegmenter, use_squares
from sightline.core.errors import EngineFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.conftest import Shop


@pytest.fixture
def squares(shop: Shop) -> SquareSegmenter:
    return use_squares(shop.bench)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as made:
        yield made


def question(shop: Shop, at: int = 0, **more: Any) -> dict[str, Any]:
    prompts = more.pop("prompts", [{"points": [[30, 20, 1]]}])
    return {"image_id": shop.images[at], "prompts": prompts, **more}


def test_a_click_gives_candidates_with_polygons(shop: Shop, squares: SquareSegmenter) -> None:
    body = question(shop, object="a", req_id=4, gen=2, output="polygon")
    found = shop.post("/api/assist/predict", body)
    assert (found["req_id"], found["gen"]) == (4, 2)
    boxes = [one["box"] for one in found["candidates"]]
    assert boxes == [[26, 16, 34, 24], [22, 12, 38, 28], [18, 8, 42, 32]]
    assert found["candidates"][0]["polygon"] is not None
    assert found["candidates"][0]["rle"] is None
    assert found["ms"] >= 0
    assert found["waited_ms"] > 0
    assert squares.encoded == 1


def test_a_second_click_needs_no_second_encoding_and_gets_the_first_answer_back(
    shop: Shop, squares: SquareSegmenter
) -> None:
    first = shop.post("/api/assist/predict", question(shop))
    ref = first["candidates"][1]["mask_ref"]
    prompts = [{"points": [[30, 20, 1], [5, 5, 0]], "mask_ref": ref}]
    shop.post("/api/assist/predict", question(shop, prompts=prompts))
    assert squares.encoded == 1
    last = squares.asked[-1]
    assert last.points == ((30, 20, True), (5, 5, False))
    assert last.previous is not None
    assert last.previous[0, 0] == pytest.approx(0.84)


def test_an_answer_about_another_picture_is_never_refined(
    shop: Shop, squares: SquareSegmenter
) -> None:
    first = shop.post("/api/assist/predict", question(shop))
    prompts = [{"points": [[30, 20, 1]], "mask_ref": first["candidates"][0]["mask_ref"]}]
    shop.post("/api/assist/predict", question(shop, at=1, prompts=prompts))
    assert squares.asked[-1].previous is None


def test_several_boxes_are_refined_in_one_request(shop: Shop, squares: SquareSegmenter) -> None:
    prompts = [{"box": [10, 10, 30, 30]}, {"box": [50, 30, 40, 20]}, {"box": [-5, -5, 20, 20]}]
    found = shop.post("/api/assist/predict", question(shop, prompts=prompts, output="box"))
    assert [(one["prompt"], one["box"]) for one in found["candidates"]] == [
        (0, [11, 11, 29, 29]),
        (1, [41, 21, 49, 29]),
        (2, [1, 1, 19, 19]),
    ]
    assert [one.want for one in squares.asked] == ["box"] * 3


def test_a_mask_is_drawn_about(shop: Shop, squares: SquareSegmenter) -> None:
    del squares
    mask = shop.post("/api/assist/predict", question(shop))["candidates"][0]["rle"]
    polygon = shop.post("/api/assist/outline", {"rle": mask})["polygon"]
    (ring,) = polygon[0]
    assert (min(ring[::2]), max(ring[::2])) == pytest.approx((26, 34), abs=0.5)
    for broken in ({"size": [4, 4], "counts": "??"}, {"size": [40, 60], "counts": "0"}):
        shop.post("/api/assist/outline", {"rle": broken}, status=422)
    huge = {"size": [100_000, 100_000], "counts": "0"}
    shop.post("/api/assist/outline", {"rle": huge}, status=413)


def test_rle_is_of_the_whole_picture(shop: Shop, squares: SquareSegmenter) -> None:
    del squares
    body = question(shop, prompts=[{"box": [1, 1, 5, 7]}], output="rle")
    found = shop.post("/api/assist/predict", body)["candidates"][0]
    assert found["rle"]["size"] == [40, 60]
    assert found["polygon"] is None


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ({"box": [10, 10, 10, 30]}, "no area"),
        ({"box": [100, 10, 130, 30]}, "outside of the picture"),
        ({"points": [[70, 10, 1]]}, "outside of the picture"),
        ({"points": [[10, 10, 0]]}, "nothing is pointed at"),
        ({}, "nothing is pointed at"),
        ({"points": [["NaN", 10, 1]]}, "finite"),
        ({"box": [1, 2, 3]}, "at least 4"),
    ],
)
def test_a_prompt_that_cannot_be_meant_is_refused(
    shop: Shop, squares: SquareSegmenter, prompt: dict[str, Any], says: str
) -> None:
    found = shop.post("/api/assist/predict", question(shop, prompts=[prompt]), status=422)
    assert says in found["message"] + str(found)
    assert squares.asked == []


def test_in_a_burst_of_clicks_only_the_newest_is_answered(
    shop: Shop, squares: SquareSegmenter, pool: ThreadPoolExecutor
) -> None:
    shop.post("/api/assist/predict", question(shop))
    squares.predict_gate.clear()
    squares.predicting.clear()

    def click(number: int) -> Any:
        return shop.client.post(
            "/api/assist/predict",
            json=question(shop, object="a", client="page", gen=1, req_id=number),
        )

    burst = [pool.submit(click, 1)]
    assert squares.predicting.wait(60)
    burst += [pool.submit(click, number) for number in range(2, 7)]
    newest = pool.submit(click, 20)
    stale = [one.result(60) for one in burst]
    assert {one.status_code for one in stale} == {409}
    assert {one.json()["code"] for one in stale} == {"cancelled"}
    squares.predict_gate.set()
    assert newest.result(60).json()["req_id"] == 20
    late = click(19)
    assert (late.status_code, late.json()["code"]) == (409, "cancelled")


def test_objects_and_pages_do_not_make_each_other_stale(
    shop: Shop, squares: SquareSegmenter
) -> None:
    del squares
    for client, name, req_id in (("p", "a", 9), ("p", "b", 1), ("q", "a", 1), ("p", "", 0)):
        body = question(shop, client=client, object=name, req_id=req_id)
        assert shop.post("/api/assist/predict", body)["req_id"] == req_id


def test_a_question_can_be_cancelled(
    shop: Shop, squares: SquareSegmenter, pool: ThreadPoolExecutor
) -> None:
    squares.encode_gate.clear()
    body = question(shop, object="a", client="page")
    asked = pool.submit(shop.client.post, "/api/assist/predict", json=body)
    assert squares.encoding.wait(60)
    waiting = shop.get("/api/assist/slots?client=page")["queue"]
    assert {(one["kind"], one["state"]) for one in waiting} == {
        ("encode", "running"),
        ("predict", "queued"),
    }
    done = shop.post("/api/assist/cancel", {"object": "a", "client": "page"})
    assert done == {"cancelled": 1}
    assert asked.result(60).status_code == 409
    squares.encode_gate.set()


def test_pictures_are_encoded_ahead_and_the_page_sees_it(
    shop: Shop, squares: SquareSegmenter
) -> None:
    squares.encode_gate.clear()
    for at, role in enumerate(("current", "next", "previous")):
        body = {"image_id": shop.images[at], "priority": role, "gen": 1, "client": "page"}
        assert shop.post("/api/assist/encode", body, status=202)["state"] in {"queued", "encoding"}
    squares.encode_gate.set()
    for at in range(3):
        shop.post("/api/assist/predict", question(shop, at=at))
    seen = shop.get("/api/assist/slots?client=page")
    assert [(one["role"], one["state"]) for one in seen["slots"]] == [
        ("current", "ready"),
        ("next", "ready"),
        ("previous", "ready"),
    ]
    size = 60 * 40 * 2 + 16
    assert {one["bytes"] for one in seen["slots"]} == {size}
    assert seen["used"]["memory"]["bytes"] == 3 * size
    body = {"image_id": shop.images[0], "gen": 1, "client": "page"}
    again = shop.post("/api/assist/encode", body)
    assert (again["state"], len(again["emb_key"])) == ("ready", 32)
    assert squares.encoded == 3


def test_a_page_that_moved_on_drops_what_it_wanted_ahead(
    shop: Shop, squares: SquareSegmenter
) -> None:
    squares.encode_gate.clear()

    def want(at: int, role: str, gen: int, status: int = 202) -> Any:
        body = {"image_id": shop.images[at], "priority": role, "gen": gen, "client": "page"}
        return shop.post("/api/assist/encode", body, status=status)

    want(0, "current", 1)
    assert squares.encoding.wait(60)
    want(1, "next", 1)
    want(2, "current", 2)
    waiting = shop.get("/api/assist/slots?client=page")["queue"]
    assert [one["image_id"] for one in waiting] == [shop.images[0], shop.images[2]]
    assert want(3, "next", 1, 200)["state"] == "off"
    gone = shop.post("/api/assist/cancel", {"client": "page", "leave": True})
    assert gone == {"cancelled": 1}
    squares.encode_gate.set()


def test_the_budget_bounds_slots_and_memory_and_lasts(shop: Shop, squares: SquareSegmenter) -> None:
    del squares
    budget = {"bytes": 1 << 20, "slots": 1}
    answer = shop.client.put("/api/assist/budget", json=budget)
    assert answer.json() == budget | {"tile_px": 0, "browser": False}
    body = {"image_id": shop.images[1], "priority": "next", "client": "page"}
    assert shop.post("/api/assist/encode", body)["state"] == "off"
    assert len(shop.get("/api/assist/slots?client=page")["slots"]) == 1
    assert shop.get("/api/settings")["values"]["assist_slots"] == 1
    more = {"tile_px": 512, "browser": True}
    assert shop.client.put("/api/assist/budget", json=budget | more).json() == budget | more
    assert shop.client.put("/api/assist/budget", json=budget).json() == budget | more
    assert shop.get("/api/settings")["values"]["assist_tile_px"] == 512
    assert shop.client.put("/api/assist/budget", json={"bytes": 1, "slots": 4}).status_code == 422


def test_a_failing_engine_says_so_and_the_next_question_is_answered(
    shop: Shop, squares: SquareSegmenter
) -> None:
    shop.post("/api/assist/predict", question(shop))
    squares.error = ValueError("no such thing\nand more")
    found = shop.post("/api/assist/predict", question(shop), status=503)
    assert found["code"] == "engine_failed"
    assert found["message"] == "the engine failed: ValueError: no such thing"
    squares.error = EngineFailedError("it died", hint="ask again")
    found = shop.post("/api/assist/predict", question(shop, at=1), status=503)
    assert (found["message"], found["hint"]) == ("it died", "ask again")
    shop.client.post("/api/assist/encode", json={"image_id": shop.images[1]})
    squares.error = None
    shop.post("/api/assist/predict", question(shop, at=1))


def test_a_failed_encoding_is_shown_in_its_slot(shop: Shop, squares: SquareSegmenter) -> None:
    squares.error = ValueError("too odd")
    body = {"image_id": shop.images[0], "client": "page"}
    shop.client.post("/api/assist/encode", json=body)
    shop.client.post("/api/assist/predict", json=question(shop))
    slot = shop.get("/api/assist/slots?client=page")["slots"][0]
    assert slot["state"] == "failed"
    assert "too odd" in slot["error"]


def test_a_slow_engine_is_given_up_and_the_page_stays_usable(shop: Shop) -> None:
    squares = use_squares(shop.bench)
    lane = shop.bench.assist._clicks
    shop.post("/api/assist/predict", question(shop))
    lane._timeout_s = 0.05
    squares.predict_gate.clear()
    found = shop.post("/api/assist/predict", question(shop), status=503)
    assert "no answer within" in found["message"]
    squares.predict_gate.set()
    lane._timeout_s = 10
    shop.post("/api/assist/predict", question(shop))


def test_unknown_engines_and_images_are_not_found(shop: Shop, squares: SquareSegmenter) -> None:
    del squares
    found = shop.post("/api/assist/predict", question(shop, engine="classic"), status=404)
    assert (found["code"], found["hint"]) == ("unknown_engine", "did you mean 'classical'?")
    body = {"image_id": 10_000, "prompts": [{"box": [1, 1, 2, 2]}]}
    shop.post("/api/assist/predict", body, status=404)


def test_engines_are_listed(shop: Shop, squares: SquareSegmenter) -> None:
    del squares
    (one,) = shop.get("/api/assist/engines")
    assert (one["name"], one["ready"], one["guess"], one["default"]) == (
        "classical",
        True,
        True,
        True,
    )


def test_other_requests_go_on_while_an_engine_thinks(
    shop: Shop, squares: SquareSegmenter, pool: ThreadPoolExecutor
) -> None:
    squares.encode_gate.clear()
    asked = pool.submit(shop.client.post, "/api/assist/predict", json=question(shop))
    assert squares.encoding.wait(60)
    shop.get("/api/projects")
    assert not asked.done()
    squares.encode_gate.set()
    assert asked.result(60).status_code == 200


def test_a_large_picture_is_asked_by_tiles_as_if_it_were_one(
    shop: Shop, squares: SquareSegmenter
) -> None:
    places = [(x, y) for x in (12, 31, 47) for y in (12, 28)]
    prompts: list[dict[str, Any]] = [{"points": [[x, y, 1]]} for x, y in places]
    prompts += [{"box": [2, 2, 12, 11]}, {"box": [20, 10, 30, 20]}, {"box": [3, 3, 50, 30]}]
    body = question(shop, prompts=prompts, multimask=False)
    whole = shop.post("/api/assist/predict", body)["candidates"]
    shop.bench.assist.tile_px = 32
    tiled = shop.post("/api/assist/predict", body)["candidates"]
    assert [one["prompt"] for one in tiled] == list(range(len(prompts)))
    assert [(one["box"], one["rle"]) for one in tiled] == [
        (one["box"], one["rle"]) for one in whole
    ]
    assert squares.encoded > 4  # each tile was, and none twice
    before = squares.encoded
    shop.post("/api/assist/predict", body)
    assert squares.encoded == before


def test_what_goes_on_beyond_a_tile_is_asked_of_the_whole_picture(
    shop: Shop, squares: SquareSegmenter
) -> None:
    shop.bench.assist.tile_px = 20
    click = {"points": [[30, 20, 1]]}
    found = shop.post("/api/assist/predict", question(shop, prompts=[click]))["candidates"]
    assert [one["box"] for one in found] == [[26, 16, 34, 24], [22, 12, 38, 28]]  # one is cut
    squares.sides = (24, 16, 8)
    found = shop.post("/api/assist/predict", question(shop, prompts=[click], gen=1))["candidates"]
    assert [one["box"] for one in found] == [[18, 8, 42, 32], [22, 12, 38, 28], [26, 16, 34, 24]]
    again = {"points": [[30, 20, 1], [1, 1, 0]], "mask_ref": found[0]["mask_ref"]}
    squares.asked.clear()
    shop.post("/api/assist/predict", question(shop, prompts=[again], gen=2))
    (asked,) = squares.asked  # of the whole picture at once, which the first answer was about
    assert asked.previous is not None
