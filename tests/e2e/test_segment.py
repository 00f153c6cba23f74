"""Boxes to polygons on the page: a look first, the build, and the project that comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from playwright.sync_api import Page, expect

from e2e.axe import look_in_both_themes
from e2e.browse import open_and_listen

if TYPE_CHECKING:
    from fakes.running import Running


def draw(server: Running, project: str, count: int) -> None:
    """Draw a box in each of the first pictures."""
    with httpx.Client(base_url=server.url, timeout=30) as api:
        class_id = api.get(f"/api/projects/{project}/classes").json()[0]["id"]
        items = api.get(f"/api/projects/{project}/images", params={"limit": count}).json()["items"]
        box = {"uid": "a", "kind": "box", "geometry": [4, 4, 28, 28], "class_id": class_id}
        changes = [{"image_id": one["id"], "put": [box]} for one in items]
        api.post(f"/api/projects/{project}/objects", json={"changes": changes}).raise_for_status()


def test_boxes_are_looked_at_as_polygons_and_built_by_keys(
    page: Page, server: Running, project: str
) -> None:
    open_and_listen(page, f"{server.url}/p/{project}/objects?tab=polygons")
    expect(page.get_by_role("heading", name="There are no boxes")).to_be_visible()
    draw(server, project, 3)
    form = page.locator(".segment-form")
    expect(form).to_be_visible()
    expect(page.get_by_text("3 boxes in 3 pictures")).to_be_visible()
    expect(page.get_by_role("heading", name="Boxes become polygons")).to_be_visible()

    page.get_by_label("Least agreement").fill("0")
    page.get_by_role("button", name="Preview").press("Enter")
    expect(page.locator(".segment-outline")).to_have_count(3)
    expect(page.get_by_role("link", name="1 polygon")).to_have_count(3)
    page.get_by_label("Score threshold").fill("1")
    page.get_by_role("button", name="Preview").press("Enter")
    expect(page.locator(".segment-left")).to_have_count(3)
    expect(page.get_by_text("the score is below the threshold").first).to_be_visible()
    page.get_by_label("Score threshold").fill("0")

    name = page.get_by_label("New project")
    expect(name).to_have_value(f"{project}_seg")
    name.press("Enter")
    done = page.get_by_role("region", name=f"{project}_seg")
    expect(done).to_contain_text("3 polygons in 3 pictures")
    look_in_both_themes(page, done)
    done.get_by_role("link", name="Open").press("Enter")
    expect(page.get_by_role("heading", name="All objects")).to_contain_text("3 objects")
    expect(page).to_have_url(f"{server.url}/p/{project}_seg/objects")
