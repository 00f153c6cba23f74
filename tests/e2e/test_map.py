"""The map: drawn to be seen, labelled by a loop, a list or a key, in step with its grid."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from e2e.axe import look, look_in_both_themes
from e2e.browse import press_at_once
from fakes.running import wait_for_job

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fakes.running import Running

NO_WEBGL = """
const given = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind.startsWith("webgl") ? null : given.call(this, kind, ...more);
};
"""

FRAMES = """async () => {
  for (let i = 0; i < 4; i++) await new Promise(requestAnimationFrame);
}"""


@pytest.fixture
def api(server: Running) -> Any:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        yield client


@pytest.fixture
def mapped(api: httpx.Client, project: str) -> str:
    """Sixty embedded pictures."""
    job = api.post(f"/api/projects/{project}/embed", json={"engine": ""}).raise_for_status()
    wait_for_job(api, job.json()["id"])
    return project


def pixels(page: Page) -> NDArray[np.int64]:
    """What is seen of the map, (H, W, 3), once what was asked for is drawn."""
    page.evaluate(FRAMES)
    shot = page.locator(".map-stage").screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(np.int64)


def coloured(page: Page, colour: str) -> int:
    """How many pixels of the map have nearly this colour."""
    wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])
    return int((np.abs(pixels(page) - wanted).max(axis=2) < 24).sum())


def show(page: Page, server: Running, project: str, query: str = "") -> None:
    page.goto(f"{server.url}/p/{project}/map{query}")
    expect(page.get_by_role("group", name=re.compile("60 points"))).to_be_visible()


def draw_around_all(page: Page) -> None:
    box = page.locator(".map-box").bounding_box()
    assert box is not None
    left, top = box["x"] + 4, box["y"] + 4
    right, bottom = box["x"] + box["width"] - 4, box["y"] + box["height"] - 4
    page.keyboard.down("Shift")
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 9)):
        page.mouse.move(x, y, steps=6)
    page.mouse.up()
    page.keyboard.up("Shift")


def legend(page: Page, name: str) -> Any:
    return page.locator(".map-legend li", has_text=name)


def test_a_loop_around_points_labels_them_and_the_map_shows_it_at_once(
    page: Page, server: Running, mapped: str, api: httpx.Client
) -> None:
    page.emulate_media(color_scheme="dark")
    show(page, server, mapped)
    disc = next(
        one for one in api.get(f"/api/projects/{mapped}/classes").json() if one["name"] == "disc"
    )
    expect(legend(page, "No class")).to_contain_text("60")
    assert coloured(page, disc["colour"]) == 0
    draw_around_all(page)
    expect(page.get_by_role("heading", name=re.compile("60 pictures"))).to_be_visible()
    expect(page.get_by_text("60 selected")).to_be_visible()
    page.keyboard.press(disc["hotkey"])
    expect(legend(page, "disc")).to_contain_text("60")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.get_by_role("button", name="Select nothing").first.click()
    assert coloured(page, disc["colour"]) > 400, "the map is blank"
    page.get_by_role("button", name="Hide disc").click()
    expect(page.get_by_role("button", name="Show disc")).to_be_visible()
    assert coloured(page, disc["colour"]) == 0
    page.keyboard.press("Control+z")
    expect(legend(page, "No class")).to_contain_text("60")


@pytest.mark.nightly
def test_a_cluster_is_chosen_by_keys_and_opens_in_browse(
    page: Page, server: Running, mapped: str, api: httpx.Client
) -> None:
    show(page, server, mapped)
    first = api.get(f"/api/projects/{mapped}/map").json()["clusters"][0]
    entry = page.get_by_role("button", name=re.compile("^Select the cluster")).first
    entry.focus()
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", name=re.compile(f"{first['count']} pictures"))
    expect(heading).to_be_visible()
    expect(page.locator(".map-picked .tile img").first).to_be_visible()
    before = pixels(page)
    page.get_by_role("grid", name="Pictures").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("focused picture")).to_be_visible()
    page.wait_for_function("() => document.querySelector('.tile.focused')")
    assert (pixels(page) != before).any(), "no ring around the focused picture"
    look_in = page.get_by_role("link", name="Open in Browse")
    assert "region=pca" in (look_in.get_attribute("href") or "")
    look_in.click()
    expect(page).to_have_url(re.compile("/browse"))
    expect(page.get_by_role("grid", name="Pictures")).to_be_visible()
    expect(page.get_by_text(f"{first['count']} pictures").first).to_be_visible()


@pytest.mark.nightly
def test_a_map_without_webgl_is_drawn_and_says_so(page: Page, server: Running, mapped: str) -> None:
    page.add_init_script(NO_WEBGL)
    page.emulate_media(color_scheme="dark")
    show(page, server, mapped, "?by=split")
    expect(page.get_by_text("Drawn without WebGL")).to_be_visible()
    assert coloured(page, "#4b93dd") > 200


@pytest.mark.nightly
def test_from_no_embeddings_to_a_map_made_by_a_job_with_nothing_for_axe_to_find(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.get_by_role("grid", name="Pictures")).to_be_visible()
    press_at_once(page, "g", "x")
    expect(page.get_by_text("A map needs embeddings")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Embed 60 pictures").click()
    expect(page.get_by_role("group", name=re.compile("60 points"))).to_be_visible()
    page.get_by_label("Method").select_option("tsne")
    page.get_by_role("button", name="Make it", exact=True).click()
    expect(page.get_by_role("group", name=re.compile("60 points"))).to_be_visible(timeout=60_000)
    page.get_by_label("Colour by").select_option("cluster")
    page.get_by_role("button", name=re.compile("^Select ")).first.click()
    expect(page.locator(".map-picked .tile img").first).to_be_visible()
    look(page)
    look_in_both_themes(page, page.get_by_role("group", name=re.compile("60 points")))
