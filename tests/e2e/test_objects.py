"""The page Objects: everything of a class side by side, re-classed by key; checks for slips."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.axe import look, look_in_both_themes
from e2e.browse import press_at_once

if TYPE_CHECKING:
    from fakes.running import Running


@pytest.fixture
def drawn(server: Running, project: str) -> str:
    """The project with a box in each of its first ten pictures, and a twin in the first."""
    with httpx.Client(base_url=server.url, timeout=30) as api:
        bars = api.get(f"/api/projects/{project}/classes").json()[0]["id"]
        items = api.get(f"/api/projects/{project}/images", params={"limit": 10}).json()["items"]

        def box(uid: str, side: float) -> dict[str, Any]:
            geometry = [4.0, 4.0, 4.0 + side, 4.0 + side]
            return {"uid": uid, "kind": "box", "geometry": geometry, "class_id": bars}

        changes = [
            {"image_id": one["id"], "put": [box("a", 20.0 + at)]} for at, one in enumerate(items)
        ]
        changes[0]["put"].append(box("b", 20.5))
        api.post(f"/api/projects/{project}/objects", json={"changes": changes}).raise_for_status()
    return project


def test_objects_are_looked_through_reclassed_deleted_and_checked_by_keys(
    page: Page, server: Running, drawn: str
) -> None:
    page.goto(f"{server.url}/p/{drawn}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    press_at_once(page, "g", "o")
    expect(page.get_by_role("heading", name="All objects")).to_contain_text("11 objects")
    tiles = page.get_by_role("gridcell")
    expect(tiles).to_have_count(11)
    expect(page.locator(".tile img")).to_have_count(11)
    look(page)

    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("status").filter(has_text="2 selected")).to_be_visible()
    page.keyboard.press("2")
    expect(tiles.filter(has_text="was bars")).to_have_count(2)
    page.get_by_role("button", name=re.compile("^cross")).first.press("Enter")
    expect(page.get_by_role("heading", name="cross")).to_contain_text("2 objects")
    page.keyboard.press("Control+z")
    expect(page.get_by_text("No cross is drawn")).to_be_visible()

    page.get_by_role("tab", name="Checks").press("Enter")
    expect(page.get_by_role("gridcell")).to_have_count(1)
    expect(page.get_by_text("IoU 0.95 with another bars")).to_be_visible()
    look_in_both_themes(page, page.get_by_role("gridcell"))
    page.keyboard.press("Backspace")
    expect(page.get_by_role("gridcell", name=re.compile("^deleted"))).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_text("Nothing of this kind")).to_be_visible()
    look(page)

    page.get_by_role("tab", name="Gallery").press("Enter")
    expect(page.get_by_role("gridcell")).to_have_count(10)
    page.get_by_role("grid").press("Home")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/annotate/"))
    expect(page.get_by_role("button", name="1: bars, box", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
