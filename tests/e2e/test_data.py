"""The page Data: counts at once, findings after a look, each of which opens its pictures."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.axe import look, look_in_both_themes
from e2e.browse import press_at_once
from fakes.running import wait_for_job
from fakes.shapes import SHAPES, draw

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running


@pytest.mark.nightly
def test_a_look_finds_what_is_odd_and_opens_it_in_browse(
    page: Page, server: Running, tmp_path: Path
) -> None:
    folder = tmp_path / "shapes"
    for shape in SHAPES:
        (folder / shape).mkdir(parents=True)
        for number in range(8):
            draw(shape, number).save(folder / shape / f"{number}.png")
    pictures = sorted(folder.rglob("*.png"))
    shutil.copy(pictures[0], pictures[0].with_name("again.png"))
    (pictures[0].parent / "bad.jpg").write_bytes(b"no picture")
    with httpx.Client(base_url=server.url, timeout=30) as api:
        api.post("/api/projects", json={"name": "shapes"}).raise_for_status()
        job = api.post("/api/projects/shapes/ingest", json={"source": str(folder)})
        wait_for_job(api, job.raise_for_status().json()["id"])
    pictures[3].unlink()

    page.goto(f"{server.url}/p/shapes/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    press_at_once(page, "g", "d")
    expect(page.get_by_role("heading", name="Data", exact=True)).to_be_visible()
    expect(page.get_by_text("Nobody has looked into the pictures yet")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^disc .* 8$"))).to_be_visible()
    look(page)

    page.get_by_role("button", name="Look at 24 pictures").press("Enter")
    findings = page.get_by_role("region", name="Findings")
    expect(findings.get_by_text("1 picture cannot be read: the file is gone")).to_be_visible()
    expect(findings.get_by_text("1 picture lies at several paths")).to_be_visible()
    expect(page.get_by_role("img", name="24 pictures by width and height")).to_be_visible()
    left_out = findings.get_by_role("listitem").filter(has_text="is not in the project")
    left_out.get_by_text("Which").press("Enter")
    expect(findings.get_by_text("bad.jpg: not an image")).to_be_visible()
    look_in_both_themes(page, findings)

    findings.get_by_role("link", name=re.compile("1 picture lies at several paths")).press("Enter")
    expect(page.get_by_text("Found in the data")).to_be_visible()
    expect(page.locator(".tile img")).to_have_count(1)
    page.get_by_role("button", name="All pictures again").click()
    expect(page.locator(".tile")).to_have_count(24)

    page.goto(f"{server.url}/p/shapes/data")
    page.get_by_role("link", name="Train with this").click()
    expect(page).to_have_url(re.compile(r"/train\?preset=small_dataset_fewshot$"))


@pytest.mark.nightly
def test_without_pictures_and_without_a_project_the_page_says_where_to_go(
    page: Page, server: Running
) -> None:
    with httpx.Client(base_url=server.url, timeout=30) as api:
        api.post("/api/projects", json={"name": "bare"}).raise_for_status()
    page.goto(f"{server.url}/p/bare/data")
    expect(page.get_by_role("heading", name="No pictures yet")).to_be_visible()
    look(page)
    page.goto(f"{server.url}/p/nobody/data")
    expect(page.get_by_role("heading", name=re.compile("nobody"))).to_be_visible()
