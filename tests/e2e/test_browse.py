"""Hand and keys on Browse: what is selected, what a key acts on, what many at once need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

from fakes.running import wait_for_job
from fakes.shapes import SHAPES, draw, write_shapes

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running

EACH = 70
LABELLED = re.compile(r"(^|\s)labelled(\s|$)")


@pytest.mark.nightly
def test_pictures_are_picked_by_dragging_and_one_by_one_by_keys(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    page.locator("#tile-1").hover()
    page.mouse.down()
    page.locator("#tile-3").hover()
    page.mouse.up()
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Control+Space")
    expect(page.get_by_text("4 selected")).to_be_visible()
    page.keyboard.press("2")
    expect(page.locator(".tile.labelled")).to_have_count(4)
    expect(page.locator("#tile-4")).not_to_have_class(LABELLED)
    expect(page.locator("#tile-5")).to_have_class(LABELLED)


def test_a_key_labels_no_picture_that_cannot_be_seen(
    page: Page, server: Running, project: str
) -> None:
    page.set_viewport_size({"width": 1280, "height": 500})
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    page.locator(".tile").first.hover()
    page.mouse.wheel(0, 1500)
    expect(page.locator("#tile-0")).to_have_count(0)
    page.keyboard.press("1")
    expect(page.locator("#tile-0")).to_be_visible()
    expect(page.locator(".tile.labelled")).to_have_count(0)
    page.keyboard.press("1")
    expect(page.locator("#tile-0")).to_have_class(LABELLED)
    page.get_by_label("Search by file name").fill("0")
    page.get_by_role("button", name="train", exact=True).click()
    expect(page).to_have_url(re.compile("text=0.*split=train|split=train.*text=0"))
    expect(page.get_by_role("grid")).to_be_focused()


def test_a_whole_view_is_counted_asked_about_and_undone_and_what_went_leaves_a_gap(
    page: Page, server: Running, tmp_path: Path
) -> None:
    folder = write_shapes(tmp_path / "many", EACH)
    with httpx.Client(base_url=server.url, timeout=60) as api:
        api.post("/api/projects", json={"name": "many"}).raise_for_status()
        for name in SHAPES:
            api.post("/api/projects/many/classes", json={"name": name}).raise_for_status()
        body = {"source": str(folder), "labels": "none"}
        job = api.post("/api/projects/many/ingest", json=body).raise_for_status().json()
        wait_for_job(api, job["id"])

        page.goto(f"{server.url}/p/many/browse")
        expect(page.locator(".tile img").first).to_be_visible()
        total = EACH * len(SHAPES)
        page.keyboard.press("Control+a")
        page.keyboard.press("2")
        dialog = page.get_by_role("dialog", name=f"Label {total} pictures?")
        dialog.get_by_role("button", name="Label them").click()
        expect(page.get_by_role("button", name=f"Only cross, {total} pictures")).to_be_visible()
        expect(page.locator("#tile-0")).to_have_class(LABELLED)
        page.keyboard.press("Control+z")
        expect(page.get_by_role("button", name="Only cross, 0 pictures")).to_be_visible()

        items = api.get("/api/projects/many/images", params={"limit": 3}).json()["items"]
        draw("disc", 9_999).save(folder / items[1]["path"].rpartition("/")[2])
        job = api.post("/api/projects/many/ingest", json=body).raise_for_status().json()
        wait_for_job(api, job["id"])
        change = {"image_id": items[2]["id"], "status": "skipped"}
        api.post("/api/projects/many/labels", json={"changes": [change]}).raise_for_status()
    expect(page.locator("#tile-1")).to_have_attribute("aria-label", "Deleted")
    expect(page.locator("#tile-2")).to_have_attribute("data-image", str(items[2]["id"]))
