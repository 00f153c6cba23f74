"""The editor: a frame pulled by mouse, finger and keys, names, builds, and splits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect

from e2e.axe import look, look_in_both_themes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from fakes.running import Running


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        yield client


def edit_of(api: httpx.Client, at: int = 0) -> dict[str, Any]:
    """What the server keeps of a picture."""
    items = api.get("/api/projects/shapes/images").json()["items"]
    found: dict[str, Any] = api.get(f"/api/images/{items[at]['id']}/edit").json()["edit"]
    return found


def test_a_picture_is_cropped_turned_named_and_built(
    page: Page, server: Running, project: str, api: httpx.Client
) -> None:
    page.goto(f"{server.url}/p/{project}/browse")
    page.locator(".tile").first.dblclick()
    page.get_by_role("link", name="Edit the picture").click()
    frame = page.get_by_role("group", name="Crop frame")
    expect(frame).to_have_accessible_name(re.compile("left 0 %, top 0 %, width 100 %"))
    saved = page.locator(".edit-head").get_by_text("saved", exact=True)
    drag_by_mouse(page)
    expect(frame).to_have_accessible_name(re.compile("left 25 %"))
    page.get_by_role("button", name="Move the frame").focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("ArrowRight")
    expect(frame).to_have_accessible_name(re.compile("left 16 %"))
    page.keyboard.press("r")
    expect(saved).to_be_visible()
    kept = edit_of(api)
    assert kept["crop"][0] == pytest.approx(0.16, abs=0.01)
    assert kept["rotate"] == 90
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Undid: Edit 1 picture: crop, turn").first).to_be_visible()
    assert edit_of(api)["rotate"] == 0
    look_in_both_themes(page, frame)
    check_dialogs(page, api)


def drag_by_mouse(page: Page) -> None:
    """Pull the top left corner a quarter into the picture."""
    picture = page.locator(".edit-picture").bounding_box()
    assert picture is not None
    page.mouse.move(picture["x"], picture["y"])
    page.mouse.down()
    page.mouse.move(
        picture["x"] + picture["width"] / 4, picture["y"] + picture["height"] / 4, steps=4
    )
    page.mouse.up()


def check_dialogs(page: Page, api: httpx.Client) -> None:
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Pattern").fill("same")
    expect(page.get_by_text("would be there twice")).to_be_visible()
    page.get_by_role("textbox", name="Pattern").fill("shape_{n:3}")
    expect(page.get_by_role("cell", name="shape_001")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Rename 60 pictures").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Edit all").click()
    page.get_by_label("Squares from the middle").check()
    page.get_by_role("button", name="Change 60 pictures").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert edit_of(api, 7)["aspect"] == 1
    page.keyboard.press("1")
    expect(page.get_by_role("group", name="Class").locator("[aria-pressed=true]")).to_have_count(1)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.get_by_role("button", name="Build", exact=True).click()
    page.get_by_role("slider", name="Size").fill("64")
    page.get_by_role("dialog").get_by_role("button", name="Build", exact=True).click()
    expect(page.get_by_role("list", name="Builds")).to_contain_text("1 picture")
    look(page)


@pytest.mark.nightly
def test_splits_are_looked_at_before_they_are_made(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/p/{project}/browse")
    page.get_by_role("button", name="Export, import and splits").click()
    page.get_by_role("menuitem", name="Splits").click()
    page.get_by_label("Seed").fill("7")
    table = page.get_by_role("region", name="Pictures in each split")
    expect(table).to_contain_text("→")
    look(page)
    page.get_by_role("button", name=re.compile(r"Move \d+ picture")).click()
    expect(page.get_by_text("Split 60 images by hash").first).to_be_visible()
