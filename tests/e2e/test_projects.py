"""Projects: made, filled from the browser, put away, thrown away, erased."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running


def choose(page: Page, project: str, action: str) -> None:
    """Pick an entry of a project's menu."""
    page.get_by_role("button", name=f"More for {project}").click()
    page.get_by_role("menuitem", name=action, exact=True).click()


def test_pictures_are_uploaded_from_the_browser(page: Page, server: Running, shapes: Path) -> None:
    page.goto(f"{server.url}/projects")
    page.get_by_role("main").get_by_role("button", name="New project").first.click()
    page.get_by_label("Name").fill("up 🐦")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("tab", name="Upload from the browser").click()
    text = shapes / "notes.png"
    text.write_text("no picture")
    chosen = [*sorted(shapes.glob("00?_*.png")), text]
    page.locator("input[type=file]").set_input_files(chosen)
    expect(
        page.get_by_text(f"{len(chosen)} files of {len(chosen)} sent, 30 pictures")
    ).to_be_visible()
    expect(page.get_by_text("1 file: not an image")).to_be_visible()
    page.get_by_role("button", name="Look at them").click()
    expect(page.locator(".tile img").first).to_be_visible()


def test_a_name_that_will_not_do_is_refused_with_the_next_step(page: Page, server: Running) -> None:
    page.goto(f"{server.url}/projects")
    page.get_by_role("main").get_by_role("button", name="New project").first.click()
    for name in ("..", "a/b", "CON"):
        page.get_by_label("Name").fill(name)
        page.get_by_role("button", name="Create").click()
        expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_visible()


@pytest.mark.nightly
def test_a_project_is_archived_restored_trashed_and_erased(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/projects")
    card = page.get_by_role("link", name=f"Open {project}")
    choose(page, project, "Archive")
    expect(card).to_have_count(0)
    page.get_by_label("Archived").check()
    expect(card).to_be_visible()
    choose(page, project, "Restore")
    page.get_by_label("Archived").uncheck()
    expect(card).to_be_visible()

    choose(page, project, "Erase")
    erase = page.get_by_role("button", name="Erase for good")
    expect(erase).to_be_disabled()
    page.get_by_label(re.compile("Type .* to go on")).fill(project)
    erase.click()
    expect(page.get_by_role("heading", name="Start with a folder of pictures")).to_be_visible()
    assert not (server.workspace / "projects" / project).exists()


@pytest.mark.nightly
def test_a_folder_outside_of_the_allowed_ones_is_refused_with_a_hint(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/projects?add={project}")
    page.get_by_label("Folder or file").fill("/etc")
    page.get_by_role("button", name="Look first").click()
    expect(page.get_by_role("alert")).to_contain_text("allowed")


@pytest.mark.nightly
def test_classes_are_renamed_recoloured_and_deleted(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    page.keyboard.press("3")
    expect(page.get_by_role("button", name="Only disc, 1 picture")).to_be_visible()
    page.get_by_role("button", name="More for disc").click()
    page.get_by_role("menuitem", name="Name, colour, key").click()
    page.get_by_label("Name", exact=True).fill("circle")
    page.get_by_label("Key", exact=True).select_option("9")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#tile-0")).to_have_attribute("aria-label", re.compile("circle$"))
    page.keyboard.press("9")
    expect(page.get_by_role("button", name="Only circle, 2 pictures")).to_be_visible()
    page.get_by_role("button", name="More for circle").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".tile.labelled")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Only circle, 2 pictures")).to_be_visible()
