"""The preview of the augmentation: what trains is what you see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.axe import look
from fakes.shapes import SHAPES

if TYPE_CHECKING:
    from fakes.running import Running


@pytest.fixture
def taught(server: Running, project: str) -> str:
    """The project with every picture labelled after its name."""
    with httpx.Client(base_url=server.url, timeout=30) as api:
        ids = {one["name"]: one["id"] for one in api.get(f"/api/projects/{project}/classes").json()}
        items = api.get(f"/api/projects/{project}/images", params={"limit": 100}).json()["items"]
        changes = [
            {"image_id": one["id"], "class_id": ids[shape]}
            for one in items
            for shape in SHAPES
            if shape in one["path"].rsplit("/", 1)[-1]
        ]
        api.post(f"/api/projects/{project}/labels", json={"changes": changes}).raise_for_status()
    return project


@pytest.mark.browser
@pytest.mark.nightly
def test_sliders_change_the_preview_and_the_training(
    page: Page, server: Running, taught: str
) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 1280, "height": 2400})  # no control is half hidden by the foot
    page.goto(f"{server.url}/p/{taught}/train")
    page.locator("summary", has_text="Augmentation").click()
    preview = page.get_by_role("region", name="Preview")
    views = preview.locator("figure img")
    expect(views).to_have_count(6 * 5)
    before = views.nth(1).get_attribute("src")
    original = views.nth(0).get_attribute("src")

    page.get_by_role("checkbox", name="Mixup").press("Space")
    expect(preview.locator("figcaption", has_text="%").first).to_be_visible()
    expect(views.nth(1)).not_to_have_attribute("src", before or "")
    expect(views.nth(0)).to_have_attribute("src", original or "")
    slider = page.get_by_role("slider", name="Rotate: how much")
    slider.focus()
    slider.press("Home")
    expect(page.get_by_role("checkbox", name="Rotate")).not_to_be_checked()
    look(page)

    mixed = views.nth(1).get_attribute("src")
    preview.get_by_role("button", name="Other seed").click()
    expect(views.nth(1)).not_to_have_attribute("src", mixed or "")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    look(page)
    page.get_by_role("button", name="Switch all off").click()
    expect(preview.locator("figcaption", has_text="%")).to_have_count(0)
    with page.expect_request(lambda asked: asked.url.endswith("/runs")) as asked:
        page.get_by_role("button", name="Start training").click()
    sent = json.loads(asked.value.post_data or "")["spec"]
    assert sent["augment"]["mixup"] == 0
    assert sent["seed"] != 0
