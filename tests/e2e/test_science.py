"""Deep pictures in the detail view: another stretch for a look, then for the whole project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from e2e.axe import Theme, look
from fakes.running import wait_for_job

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running


@pytest.fixture
def sky(server: Running, tmp_path: Path) -> str:
    """A project of three 16-bit stacks whose faint rings a bright star hides."""
    y, x = np.mgrid[:120, :160]
    folder = tmp_path / "sky"
    folder.mkdir()
    for at in range(3):
        ring = np.hypot(x - 80, y - 60) // (9 + at) % 2 * 400
        pages = [Image.fromarray((ring * step).astype(np.uint16)) for step in (1, 2)]
        star = np.asarray(pages[0]).copy()
        star[20:23, 30:33] = 60_000
        Image.fromarray(star).save(folder / f"{at}.tif", save_all=True, append_images=pages[1:])
    with httpx.Client(base_url=server.url, timeout=30) as api:
        api.post("/api/projects", json={"name": "sky"}).raise_for_status()
        body = {"source": str(folder), "labels": "none", "pages": "first"}
        job = api.post("/api/projects/sky/ingest", json=body).raise_for_status()
        wait_for_job(api, job.json()["id"])
    return "sky"


@pytest.mark.nightly
def test_a_stretch_is_looked_at_and_then_used_for_the_whole_project(
    page: Page, server: Running, sky: str
) -> None:
    page.goto(f"{server.url}/p/{sky}/browse")
    expect(page.locator(".tile img")).to_have_count(3)
    grid = page.locator(".tile img").first.get_attribute("src")
    page.keyboard.press("Enter")
    strip = page.get_by_role("region", name="How the samples are shown")
    expect(strip).to_contain_text("16 bit, 2 pages")
    picture = page.locator(".stage img")
    strip.get_by_label("Stretch").select_option("log")
    expect(picture).to_have_attribute("src", re.compile("stretch=log"))
    strip.get_by_label("Slice 0-1").fill("1")
    expect(picture).to_have_attribute("src", re.compile("slice=1"))
    strip.get_by_label("White").fill("-1")
    strip.get_by_label("Black").fill("2")
    expect(strip.get_by_role("alert")).to_have_text("Black lies below white.")
    strip.get_by_role("button", name="Reset").click()
    expect(picture).not_to_have_attribute("src", re.compile("stretch"))
    strip.get_by_label("Stretch").select_option("asinh")
    strip.get_by_role("button", name="Use for the whole project").click()
    expect(strip.get_by_role("button", name="Reset")).to_be_disabled()
    saved = httpx.get(f"{server.url}/api/projects/{sky}/settings", timeout=60).json()
    assert saved["values"]["tone"] == "asinh"
    page.keyboard.press("Escape")
    expect(page.locator(".tile img").first).not_to_have_attribute("src", grid or "")


@pytest.mark.nightly
def test_the_strip_is_accessible(page: Page, server: Running, sky: str) -> None:
    for theme in get_args(Theme):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.goto(f"{server.url}/p/{sky}/browse")
        expect(page.locator(".tile img")).to_have_count(3)
        page.keyboard.press("Enter")
        strip = page.get_by_role("region", name="How the samples are shown")
        strip.get_by_label("Stretch").select_option("log")
        strip.get_by_label("Black").fill("one")
        expect(strip.get_by_role("alert")).to_be_visible()
        look(page)
