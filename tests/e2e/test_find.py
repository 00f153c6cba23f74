"""Words find things: ghosts in the open picture, and a job for what a view shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.axe import look, look_in_both_themes
from fakes.tiny_owl import save_owl

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running

TIMEOUT_MS = 60_000
"""A network is loaded in a process of its own."""


@pytest.mark.browser
def test_without_an_engine_the_panel_says_how_to_get_one(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/p/{project}/annotate")
    expect(page.locator(".desk-picture:not(.waiting)")).to_be_visible()
    page.get_by_role("application").focus()
    page.keyboard.press("Shift+F")
    panel = page.get_by_role("region", name="Find by text")
    expect(panel.get_by_text("No engine finds things by words yet")).to_be_visible()
    look_in_both_themes(page, panel)


@pytest.mark.browser
@pytest.mark.nightly
def test_words_find_in_the_open_picture_and_in_a_view(
    page: Page, server: Running, project: str, tmp_path: Path
) -> None:
    with httpx.Client(base_url=server.url, timeout=120) as api:
        body = {"path": str(save_owl(tmp_path / "owl")), "name": "owl"}
        api.post("/api/models", json=body).raise_for_status()
    page.goto(f"{server.url}/p/{project}/annotate")
    expect(page.locator(".desk-picture:not(.waiting)")).to_be_visible()
    page.get_by_role("application").focus()
    page.keyboard.press("Shift+F")
    panel = page.get_by_role("region", name="Find by text")
    words = panel.get_by_role("textbox", name="What is to be found; commas divide")
    expect(words).to_be_focused()
    expect(panel.get_by_role("button", name="This picture")).to_be_disabled()
    page.keyboard.type("a cat, dog")
    panel.get_by_label("Sure from").fill("0.02")
    panel.get_by_label("Draw").select_option("Polygons")
    expect(panel.get_by_text("Polygons need a clean-up")).to_be_visible()
    panel.get_by_label("Clean up").select_option("Usual segmenter")
    words.focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_text("things found")).to_be_visible(timeout=TIMEOUT_MS)
    ghosts = page.get_by_role("list", name="What is suggested").get_by_role("listitem")
    expect(ghosts.first).to_be_visible()
    look_in_both_themes(page, panel)
    page.get_by_role("application").focus()
    page.keyboard.press("y")
    drawn = page.get_by_role("region", name="Objects").get_by_role("listitem")
    expect(drawn).to_have_count(1)
    page.goto(f"{server.url}/p/{project}")
    page.get_by_role("button", name="Find by text in these pictures").click()
    dialog = page.get_by_role("dialog", name="Find by text")
    expect(dialog.get_by_role("textbox")).to_have_value("a cat, dog")
    look(page)
    dialog.get_by_label("Draw").select_option("Boxes")
    dialog.get_by_label("Clean up").select_option("As found")
    dialog.get_by_role("button", name="In these").click()
    expect(dialog.get_by_text("found in")).to_be_visible(timeout=TIMEOUT_MS)
