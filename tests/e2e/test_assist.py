"""Assists on the Annotate page: rough boxes and clicks become objects, on their own pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from e2e.axe import look
from e2e.browse import press_at_once
from e2e.toasts import expect_toast
from fakes.running import wait_for_job
from fakes.sam_family import FAMILIES, save_family
from fakes.sam_graphs import RADII, SIDE, circle_pair
from sightline.core.geometry.masks import decode
from sightline.core.geometry.shapes import Mask, shape_from_json
from sightline.core.progress import Silent
from sightline.export.pair import export_pair
from sightline.server.static import FOLDER
from sightline.store.model_plan import ImportOptions
from sightline.store.models import ModelStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page, Route

    from fakes.running import Running

WIDTH, HEIGHT = 320, 240
SQUARE = (120, 80, 200, 150)


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


@pytest.fixture
def images(api: httpx.Client, tmp_path: Path) -> list[int]:
    """Three dark pictures with a bright square, and a class for it."""
    (tmp_path / "squares").mkdir()
    for number in range(3):
        picture = Image.new("RGB", (WIDTH, HEIGHT), (30, 30 + number, 40))
        ImageDraw.Draw(picture).rectangle((120, 80, 199, 149), fill=(230, 220, 200))
        picture.save(tmp_path / "squares" / f"{number}.png")
    api.post("/api/projects", json={"name": "squares"}).raise_for_status()
    body = {"source": str(tmp_path / "squares"), "labels": "none"}
    wait_for_job(api, api.post("/api/projects/squares/ingest", json=body).json()["id"])
    api.post("/api/projects/squares/classes", json={"name": "square"}).raise_for_status()
    items = api.get("/api/projects/squares/images").json()["items"]
    return [one["id"] for one in items]


@pytest.fixture
def circles(api: httpx.Client, tmp_path: Path) -> str:
    """A second engine: an encoder and a decoder whose masks are discs about the click."""
    pair = circle_pair(tmp_path / "pair")
    api.post("/api/models", json={"path": str(pair), "name": "circles"}).raise_for_status()
    return "circles"


def opened(page: Page, server: Running, image: int) -> None:
    page.goto(f"{server.url}/p/squares/annotate/{image}")
    expect(page.locator(".desk-picture:not(.waiting)")).to_be_visible()
    page.get_by_role("application").focus()


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a place of the picture is on the screen."""
    box = page.locator(".desk-picture").bounding_box()
    assert box is not None
    scale = box["width"] / WIDTH
    return box["x"] + x * scale, box["y"] + y * scale


def drag(page: Page, x1: float, y1: float, x2: float, y2: float) -> None:
    page.mouse.move(*at(page, x1, y1))
    page.mouse.down()
    page.mouse.move(*at(page, x2, y2), steps=3)
    page.mouse.up()


def objects(api: httpx.Client, image: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/api/images/{image}/objects").json()["objects"]
    return found


def height(one: dict[str, Any]) -> float:
    ys = one["geometry"][0][0][1::2]
    return float(max(ys) - min(ys))


def listed(page: Page) -> Locator:
    return page.locator(".object-list")


def saved(page: Page) -> None:
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def test_rough_boxes_become_tight_ones_alone_selected_or_all_of_a_class(
    page: Page, server: Running, images: list[int], api: httpx.Client
) -> None:
    opened(page, server, images[0])
    page.keyboard.press("s")
    with page.expect_response("**/assist/predict"):
        drag(page, 110, 72, 208, 160)
    expect(listed(page)).to_have_accessible_name("1 object")
    page.keyboard.down("z")
    expect(page.get_by_text("Assists rest while Z is held")).to_be_visible()
    drag(page, 108, 70, 212, 162)
    page.keyboard.up("z")
    expect(listed(page)).to_have_accessible_name("2 objects")
    saved(page)
    rough, tight = sorted(one["geometry"] for one in objects(api, images[0]))
    assert tight == pytest.approx(SQUARE, abs=3)
    assert rough == pytest.approx((108, 70, 212, 162), abs=2)
    press_at_once(page, "x", "x")
    dialog = page.get_by_role("dialog", name="Tweak all of square?")
    with page.expect_response("**/assist/predict"):
        dialog.get_by_role("button", name="In this picture (2 objects)").click()
    expect(dialog).to_be_hidden()
    expect_toast(page, "of 2 changed")
    saved(page)
    for one in objects(api, images[0]):
        assert one["geometry"] == pytest.approx(SQUARE, abs=3)
    page.keyboard.press("v")
    page.keyboard.press("Control+z")
    expect(listed(page)).to_have_accessible_name("2 objects")


def test_clicks_make_objects_on_the_picture_that_they_were_made_in(
    page: Page, server: Running, images: list[int], circles: str, api: httpx.Client
) -> None:
    opened(page, server, images[0])
    page.get_by_text("Assists", exact=True).click()
    page.get_by_label("Engine").select_option(circles)
    expect(page.get_by_role("row", name=re.compile("^current ready"))).to_be_visible()
    page.get_by_role("application").focus()
    page.keyboard.press("d")
    page.mouse.click(*at(page, 160, 115))
    expect(listed(page)).to_have_accessible_name("1 object")
    saved(page)
    with page.expect_response("**/projects/squares/objects"):
        page.mouse.wheel(0, -100)
    (disc,) = objects(api, images[0])
    assert disc["kind"] == "polygon"
    assert height(disc) == pytest.approx(2 * RADII[2] * WIDTH / SIDE, abs=4)
    page.keyboard.press("Enter")

    held: list[Route] = []

    def hold(route: Route) -> None:  # a bound method of a list is none for playwright
        held.append(route)

    page.route("**/assist/predict", hold)
    page.mouse.click(*at(page, 60, 60))
    expect(page.get_by_role("list", name="Assists at work")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(rf"/annotate/{images[1]}\b"))
    with page.expect_response("**/projects/squares/objects"):
        held[0].continue_()
    page.unroute("**/assist/predict")
    expect(page.get_by_role("list", name="Assists at work")).to_be_hidden()
    saved(page)
    assert len(objects(api, images[0])) == 2
    assert objects(api, images[1]) == []
    several_points_make_one_object(page, images[1], api)


def several_points_make_one_object(page: Page, image: int, api: httpx.Client) -> None:
    page.get_by_label("Click becomes").select_option("mask")
    page.get_by_role("application").focus()
    page.keyboard.press("m")
    page.mouse.click(*at(page, 160, 115))
    expect(page.get_by_text("1 of 3")).to_be_visible()
    page.keyboard.press("g")
    page.mouse.click(*at(page, 250, 200))
    expect(page.locator(".assist-marks g")).to_have_count(2)
    page.keyboard.press("f")
    page.mouse.click(*at(page, 150, 120))
    page.keyboard.press("Backspace")
    expect(page.locator(".assist-marks .beside")).to_have_count(1)
    expect(page.locator(".assist-marks g")).to_have_count(2)
    look(page)
    expect(listed(page)).to_have_accessible_name("0 objects")
    page.keyboard.press("Enter")
    expect(listed(page)).to_have_accessible_name("1 object")
    expect(page.locator(".assist-marks")).to_have_count(0)
    page.mouse.click(*at(page, 60, 60))
    page.keyboard.press("Escape")
    saved(page)
    (one,) = objects(api, image)
    assert one["kind"] == "mask"
    assert one["geometry"]["size"] == [HEIGHT, WIDTH]
    a_dead_engine_is_told_and_the_next_click_is_answered(page)


def a_dead_engine_is_told_and_the_next_click_is_answered(page: Page) -> None:
    died = "the engine circles was killed (signal 9) before it answered"
    problem = {"status": 503, "code": "engine_failed", "message": died, "hint": "ask again"}
    page.route("**/assist/predict", lambda route: route.fulfill(status=503, json=problem))
    page.keyboard.press("d")
    page.mouse.click(*at(page, 160, 115))
    expect(page.get_by_text(died, exact=False).first).to_be_visible()
    expect(listed(page)).to_have_accessible_name("1 object")
    page.unroute("**/assist/predict")
    page.mouse.click(*at(page, 160, 115))
    expect(listed(page)).to_have_accessible_name("2 objects")
    saved(page)


def test_the_browser_answers_clicks_as_the_server_would(
    page: Page, server: Running, images: list[int], circles: str, api: httpx.Client
) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(f"{server.url}/p/squares")
    expect(page.get_by_role("grid", name="Pictures")).to_be_visible()
    opened(page, server, images[0])
    page.get_by_text("Assists", exact=True).click()
    page.get_by_label("Engine").select_option(circles)
    page.get_by_label("Click becomes").select_option("mask")
    assert not any("wasm" in url for url in fetched)  # twelve megabytes that nobody asked for
    with page.expect_response("**/assist/encodings/*"):
        page.get_by_label("Answer clicks in the browser").click()
    page.route("**/assist/predict", lambda route: route.abort())
    page.get_by_role("application").focus()
    page.keyboard.press("d")
    page.mouse.click(*at(page, 160, 115))
    expect(listed(page)).to_have_accessible_name("1 object")
    saved(page)
    page.keyboard.press("Enter")
    page.keyboard.press("m")
    page.mouse.click(*at(page, 60, 60))
    expect(page.get_by_text("1 of 3")).to_be_visible()
    page.mouse.click(*at(page, 66, 62))
    expect(page.get_by_text("looking")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(listed(page)).to_have_accessible_name("2 objects")
    saved(page)
    look(page)
    assert all(url.startswith((server.url, "blob:", "data:")) for url in fetched)

    body = {"image_id": images[0], "engine": circles, "prompts": [{"points": [[160, 115, 1]]}]}
    there = api.post("/api/assist/predict", json=body).json()["candidates"][0]["rle"]
    here = [one["geometry"] for one in objects(api, images[0])]
    assert max(agreement(one, there) for one in here) > 0.99


ASKED = """
async ([file, works]) => {
  const decoder = new Worker("/assets/" + file, { type: "module" });
  const told = [];
  for (const work of works) {
    told.push(await new Promise((answer) => {
      decoder.onmessage = ({ data }) => answer(data);
      decoder.postMessage(work);
    }));
  }
  decoder.terminate();
  return told;
}
"""
PROMPTS: list[tuple[dict[str, Any], bool]] = [
    ({"points": [[160, 115, 1]], "box": None}, True),
    ({"points": [[160, 115, 1], [20, 30, 0]], "box": None}, False),
    ({"points": [], "box": [110, 72, 208, 160]}, False),
]


@pytest.mark.nightly
@pytest.mark.parametrize("kind", FAMILIES)
def test_what_is_exported_of_every_family_answers_in_the_browser(
    page: Page, server: Running, images: list[int], api: httpx.Client, tmp_path: Path, kind: str
) -> None:
    store = ModelStore(tmp_path / "models")
    card = store.add_file(save_family(tmp_path / kind, kind), ImportOptions(name=kind))
    export_pair(card, store.path_of(card), tmp_path / "out", Silent())
    api.post("/api/models", json={"path": str(tmp_path / "out"), "name": "pair"}).raise_for_status()
    plan = api.get("/api/assist/decoder?engine=pair").json()
    key = api.get(f"/api/assist/encodings?image_id={images[0]}&engine=pair").json()["emb_key"]
    page.goto(server.url)
    decoder = {"plan": plan, "decoder": "/api/assist/decoder/file?engine=pair"}
    encoding = {"key": key, "encoding": f"/api/assist/encodings/{key}"}
    works = [
        {
            "id": number,
            **decoder,
            **encoding,
            "asked": prompt | {"object": "a", "maskRef": None, "several": many, "wantsMask": True},
        }
        for number, (prompt, many) in enumerate(PROMPTS)
    ]
    (file,) = (FOLDER / "assets").glob("worker-*.js")
    for (prompt, many), told in zip(PROMPTS, page.evaluate(ASKED, [file.name, works]), strict=True):
        assert told["error"] is None
        question = {"image_id": images[0], "engine": "pair", "prompts": [prompt], "multimask": many}
        there = api.post("/api/assist/predict", json=question).json()["candidates"]
        for one, other in zip(told["candidates"], there, strict=True):
            assert one["score"] == pytest.approx(other["score"], abs=1e-3)
            assert agreement(one["rle"], other["rle"]) > 0.99


def agreement(one: dict[str, Any], other: dict[str, Any]) -> float:
    """The IoU of two masks."""
    first, second = (decode(mask(each)) for each in (one, other))
    return float((first & second).sum() / (first | second).sum())


def mask(rle: dict[str, Any]) -> Mask:
    found = shape_from_json("mask", rle)
    assert isinstance(found, Mask)
    return found
