"""Auto class on the page: what is drawn gets its class, doubts are asked, a project is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect

from e2e.axe import look
from e2e.browse import open_and_listen
from e2e.toasts import expect_toast
from fakes.heads import BETWEEN, GREEN, RED, colour_head, write_colours
from fakes.running import wait_for_job
from sightline.app import open_workbench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from fakes.running import Running

WIDTH = 120


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


@pytest.fixture
def image(api: httpx.Client, tmp_path: Path) -> int:
    """Two pictures of squares with the classes green and red, and a head that knows them."""
    write_colours(tmp_path / "squares", 2)
    api.post("/api/projects", json={"name": "squares"}).raise_for_status()
    body = {"source": str(tmp_path / "squares"), "labels": "none"}
    wait_for_job(api, api.post("/api/projects/squares/ingest", json=body).json()["id"])
    for name in ("green", "red"):
        api.post("/api/projects/squares/classes", json={"name": name}).raise_for_status()
    with open_workbench(tmp_path / "workspace") as bench:
        bench.crop_heads.keep(colour_head(bench), "colours")
    return int(api.get("/api/projects/squares/images").json()["items"][0]["id"])


def use_head(api: httpx.Client) -> None:
    values = {"values": {"box_head": "colours"}}
    api.put("/api/projects/squares/settings", json=values).raise_for_status()


def opened(page: Page, server: Running, image: int) -> None:
    open_and_listen(page, f"{server.url}/p/squares/annotate/{image}")
    expect(page.locator(".desk-picture:not(.waiting)")).to_be_visible()
    page.get_by_role("application").focus()


def drag(page: Page, box: tuple[float, ...]) -> None:
    shown = page.locator(".desk-picture").bounding_box()
    assert shown is not None
    scale = shown["width"] / WIDTH
    x1, y1, x2, y2 = (side * scale for side in box)
    page.mouse.move(shown["x"] + x1, shown["y"] + y1)
    page.mouse.down()
    page.mouse.move(shown["x"] + x2, shown["y"] + y2, steps=3)
    page.mouse.up()


def classes(api: httpx.Client, image: int) -> list[int]:
    found: list[dict[str, Any]] = api.get(f"/api/images/{image}/objects").json()["objects"]
    return sorted(one["class_id"] for one in found)


def chooser(page: Page) -> Locator:
    return page.get_by_role("group", name="Which class?")


def test_what_is_drawn_gets_its_class_doubts_are_asked_and_a_project_is_checked(
    page: Page, server: Running, api: httpx.Client, image: int
) -> None:
    opened(page, server, image)
    page.keyboard.press("a")
    expect_toast(page, "No auto class yet")
    page.locator("summary", has_text="Auto class").click()
    expect(page.get_by_role("link", name="Train or activate a head")).to_be_visible()
    use_head(api)
    page.get_by_role("switch", name="Auto class").click()
    expect(page.get_by_text("colours from 50 %")).to_be_visible()
    page.get_by_role("application").focus()
    page.keyboard.press("b")
    with page.expect_response("**/assist/classify"):
        drag(page, RED)
    expect(page.locator(".object-list")).to_contain_text("red")
    with page.expect_response("**/assist/classify"):
        drag(page, BETWEEN)
    expect(chooser(page)).to_be_visible()
    look(page)
    second = chooser(page).get_by_role("button", name="red")
    page.keyboard.press("1" if "1" in second.inner_text() else "2")
    expect(chooser(page)).to_be_hidden()
    expect(page.locator(".object-list")).not_to_contain_text("green")
    page.keyboard.press("s")
    with page.expect_response("**/assist/classify"):
        drag(page, (2, 16, 38, 54))
    expect(page.locator(".object-list")).to_have_accessible_name("3 objects")
    expect(page.locator(".object-list")).not_to_contain_text("green")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert classes(api, image) == [2, 2, 2]
    page.keyboard.press("a")
    expect(page.get_by_role("switch", name="Auto class")).not_to_be_checked()

    put = [
        {"uid": "a", "kind": "box", "geometry": list(RED), "class_id": 1},
        {"uid": "b", "kind": "box", "geometry": [6, 21, 34, 49], "class_id": 1},
        {"uid": "c", "kind": "box", "geometry": list(GREEN), "class_id": 1},
    ]
    changes = {"changes": [{"image_id": image + 1, "put": put}]}
    api.post("/api/projects/squares/objects", json=changes).raise_for_status()
    page.goto(f"{server.url}/p/squares/objects")
    page.get_by_role("button", name="Check classes").click()
    page.get_by_role("dialog").get_by_role("button", name="Look").click()
    listed = page.get_by_role("listbox")
    expect(listed.get_by_role("option")).to_have_count(2)
    look(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Check classes").click()
    page.get_by_role("button", name="Back to the last look").click()
    expect(listed.get_by_role("option")).to_have_count(2)
    listed.focus()
    expect(page.get_by_role("button", name="Change 2 objects")).to_be_enabled()
    page.keyboard.press("u")
    expect(listed.get_by_role("option", selected=True)).to_have_count(1)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("y")
    page.get_by_role("button", name="Change 2 objects").click()
    expect_toast(page, "2 objects changed")
    assert classes(api, image + 1) == [1, 2, 2]
    with page.expect_response("**/undo"):
        page.keyboard.press("Control+z")
    assert classes(api, image + 1) == [1, 1, 1]
