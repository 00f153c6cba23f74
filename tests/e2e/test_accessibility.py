"""axe finds nothing on any page, in either theme, full or empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import Theme, look

if TYPE_CHECKING:
    from fakes.running import Running


@pytest.mark.parametrize("theme", get_args(Theme))
def test_axe_finds_nothing_on_an_empty_workspace(page: Page, server: Running, theme: Theme) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    for path, shown in (
        ("/projects", "Start with a folder of pictures"),
        ("/models", "No models yet"),
        ("/jobs", "Nothing is running"),
        ("/nowhere", "There is no such page"),
    ):
        page.goto(server.url + path)
        expect(page.get_by_role("heading", name=shown)).to_be_visible()
        look(page)


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.nightly)])
def test_axe_finds_nothing_on_full_pages(
    page: Page, server: Running, project: str, theme: Theme
) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    for key in ("1", "2", "0", "x"):
        page.keyboard.press(key)
    expect(page.locator(".tile.skipped")).to_have_count(1)
    page.keyboard.press("Shift+ArrowRight")
    look(page)

    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator("img")).to_be_visible()
    look(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    look(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Actions")).to_be_visible()
    look(page)
    page.keyboard.press("Escape")

    page.goto(f"{server.url}/projects")
    expect(page.get_by_role("link", name=f"Open {project}")).to_be_visible()
    look(page)
    page.goto(f"{server.url}/projects?add={project}")
    expect(page.get_by_role("dialog")).to_be_visible()
    look(page)
    page.goto(f"{server.url}/p/{project}/train")
    expect(page.get_by_label("Epochs", exact=True)).to_be_visible()
    look(page)
    page.goto(f"{server.url}/jobs")
    expect(page.get_by_role("heading", name="Adding pictures")).to_be_visible()
    look(page)
    page.goto(f"{server.url}/settings")
    for tab, shown in (
        ("Workspace", "#workspace"),
        ("Look", ".theme-choice"),
        ("Keys", ".key-choice"),
        ("Doctor", "table"),
    ):
        page.get_by_role("tab", name=tab).click()
        expect(page.locator(shown)).to_be_visible()
        look(page)
