"""Drawing: nothing is lost, two people on one picture choose, and all of it by keys."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect

from e2e.axe import look, look_in_both_themes
from fakes.running import wait_for_job
from fakes.shapes import SHAPES, write_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page, Route

    from fakes.running import Running

FRAMES = """async () => {
  for (let i = 0; i < 6; i++) await new Promise(requestAnimationFrame);
}"""
"""What an answer leads to is shown by then."""
LONG_MS = 40_000
BOXES = 100
KILLED_AT = 40
BACK_AT = 70


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


@pytest.fixture
def drawing(api: httpx.Client, tmp_path: Path) -> str:
    """A project of three pictures without a class."""
    write_shapes(tmp_path / "few", 1)
    api.post("/api/projects", json={"name": "few"}).raise_for_status()
    body = {"source": str(tmp_path / "few"), "labels": "none"}
    wait_for_job(api, api.post("/api/projects/few/ingest", json=body).json()["id"])
    return "few"


@pytest.fixture
def classes(api: httpx.Client, drawing: str) -> list[int]:
    made = [api.post(f"/api/projects/{drawing}/classes", json={"name": one}) for one in SHAPES]
    return [one.raise_for_status().json()["id"] for one in made]


def canvas(page: Page) -> Locator:
    return page.get_by_role("application")


def corner(page: Page) -> tuple[float, float]:
    """Where the picture's top left corner is on the screen."""
    box = page.locator(".desk-picture").bounding_box()
    assert box is not None
    return box["x"], box["y"]


def drag(page: Page, x: float, y: float, width: float = 30, height: float = 20) -> None:
    """Drag by screen pixels from the picture's corner."""
    left, top = corner(page)
    page.mouse.move(left + x, top + y)
    page.mouse.down()
    page.mouse.move(left + x + width, top + y + height)
    page.mouse.up()


def objects(api: httpx.Client, image: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/api/images/{image}/objects").json()["objects"]
    return found


def open_image(page: Page) -> int:
    """The picture that the address names."""
    found = re.search(r"/annotate/(\d+)", page.url)
    assert found is not None
    return int(found.group(1))


def ready(page: Page, server: Running, project: str) -> None:
    page.goto(f"{server.url}/p/{project}/annotate")
    expect(page.locator(".desk-picture:not(.waiting)")).to_be_visible()


def saved(page: Page) -> Locator:
    return page.get_by_text("Saved", exact=True)


@pytest.mark.nightly
def test_a_hundred_boxes_survive_a_server_that_is_killed(
    page: Page, server: Running, drawing: str, classes: list[int], api: httpx.Client
) -> None:
    ready(page, server, drawing)
    image = open_image(page)
    canvas(page).focus()
    page.keyboard.press("b")
    for i in range(BOXES):
        if i == KILLED_AT:
            server.stop(signal.SIGKILL)
        if i == BACK_AT:
            expect(page.get_by_text("No connection")).to_be_visible()
            server.start()
        if i % 10 == 9:
            draw_by_keys(page)
        else:
            drag(page, 10 + 40 * (i % 10), 10 + 40 * (i // 10))
    expect(page.locator(".object-list")).to_have_accessible_name(f"{BOXES} objects")
    expect(saved(page)).to_be_visible(timeout=LONG_MS)
    found = objects(api, image)
    assert len({one["uid"] for one in found}) == BOXES
    assert {one["class_id"] for one in found} == {classes[0]}


def draw_by_keys(page: Page) -> None:
    """A box from the drawing cursor, which the first arrow brings."""
    for key in ("Shift+ArrowLeft", " ", "Control+Shift+ArrowRight", "Control+Shift+ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")


@pytest.mark.usefixtures("classes")
def test_two_people_on_one_picture_choose_what_stays(
    page: Page, server: Running, drawing: str, api: httpx.Client
) -> None:
    page.route("**/api/events*", lambda route: route.abort())
    ready(page, server, drawing)
    image = open_image(page)
    other = {"kind": "box", "geometry": [1, 1, 9, 9], "class_id": 1, "uid": "theirs"}
    change = {"changes": [{"image_id": image, "put": [other]}]}
    api.post(f"/api/projects/{drawing}/objects", json=change).raise_for_status()
    page.keyboard.press("b")
    drag(page, 60, 60)
    dialog = page.get_by_role("dialog", name="Somebody else has changed this picture")
    expect(dialog).to_contain_text("1 of its own")
    look(page)
    dialog.get_by_role("button", name="Later").click()
    drag(page, 120, 60)
    expect(page.get_by_text("1 picture changed by two people at once")).to_be_visible()
    page.get_by_role("button", name="Compare").click()
    dialog.get_by_role("button", name="Keep both").click()
    expect(page.locator(".object-list")).to_have_accessible_name("3 objects")
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Undid: Merge what two people drew").first).to_be_visible()
    expect(page.locator(".object-list")).to_have_accessible_name("1 object")
    assert [one["uid"] for one in objects(api, image)] == ["theirs"]


def test_the_first_class_is_made_where_one_draws_and_all_goes_by_keys(
    page: Page, server: Running, drawing: str, api: httpx.Client
) -> None:
    ready(page, server, drawing)
    look(page)
    first = open_image(page)
    page.get_by_label("Name of the first class").fill("car")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Box", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    drag(page, 20, 20)
    field = page.get_by_label("Name of a new class")
    field.fill("bus")
    field.press("Enter")
    expect(page.get_by_role("button", name="bus, 0 objects here")).to_be_visible()
    canvas(page).focus()
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="1: bus, box", exact=True)).to_be_visible()
    attribute = page.get_by_label("Name of a new attribute")
    attribute.fill("doors")
    attribute.press("Enter")
    page.get_by_label("doors", exact=True).fill("4")
    page.get_by_label("doors", exact=True).press("Enter")
    canvas(page).focus()
    page.keyboard.press("l")
    page.keyboard.press("Shift+c")
    expect(page).not_to_have_url(re.compile(f"annotate/{first}\\b"))
    expect(page.locator(".object-list")).to_have_accessible_name("1 object")
    second = open_image(page)
    look_in_both_themes(page, page.locator(".desk-picture:not(.waiting)"))
    expect(page.locator(".object-list")).to_have_accessible_name("1 object")
    page.keyboard.press("Shift+n")
    expect(page).not_to_have_url(re.compile(f"annotate/{second}\\b"))
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_label("How far this picture is")).to_have_value("done")
    (kept,) = objects(api, first)
    assert (kept["attributes"], kept["locked"]) == ({"doors": 4}, True)
    (copied,) = objects(api, second)
    assert copied["geometry"] == kept["geometry"]
    page.keyboard.press("q")
    expect(page.locator(".object-list")).to_have_accessible_name("0 objects")
    expect(saved(page)).to_be_visible()
    assert objects(api, second) == []


@pytest.mark.nightly
@pytest.mark.usefixtures("classes")
def test_where_one_goes_while_the_next_picture_is_looked_for_one_stays(
    page: Page, server: Running, drawing: str
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    ready(page, server, drawing)
    page.route("**/annotate/next*", hold)
    with page.expect_request("**/annotate/next*"):
        page.keyboard.press("n")
    for at in (2, 3):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_text(f"{at} / 3")).to_be_visible()
    with page.expect_response("**/annotate/next*") as answered:
        held[0].continue_()
    answered.value.finished()
    page.evaluate(FRAMES)
    expect(page.get_by_text("3 / 3")).to_be_visible()


@pytest.mark.nightly
def test_a_project_without_pictures_and_a_picture_that_is_gone_say_so(
    page: Page, server: Running, drawing: str, api: httpx.Client
) -> None:
    api.post("/api/projects", json={"name": "empty"}).raise_for_status()
    page.goto(f"{server.url}/p/empty/annotate")
    expect(page.get_by_role("heading", name="No pictures to draw in")).to_be_visible()
    look(page)
    page.goto(f"{server.url}/p/{drawing}/annotate/999")
    expect(page.get_by_role("heading", name="This picture is not here")).to_be_visible()
    page.get_by_role("link", name="To the first one to do").click()
    expect(canvas(page)).to_be_visible()
