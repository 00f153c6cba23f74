"""Doubts of served models on the page: looked at, taken, labelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

from e2e.axe import look
from fakes.served import png
from sightline.app.doubts.shelf import DoubtShelf
from unit.app.doubts.test_shelf import digest_of, doubtful

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running


def test_doubts_are_taken_and_stand_in_their_queue(
    page: Page, server: Running, project: str, tmp_path: Path
) -> None:
    folder = tmp_path / "workspace" / "projects" / project / "doubts"
    shelf = DoubtShelf(folder, keep=10, max_bytes=1 << 20)
    for at in range(3):
        data = png((120, 118, 40), at)
        shelf.add(doubtful(at + 1, 0.9 - at / 10, digest=digest_of(data)), data)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(f"{server.url}/projects")
    page.get_by_role("button", name="3 doubts").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_have_count(3)
    look(page)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    look(page)
    dialog.get_by_role("checkbox").first.check()
    dialog.get_by_role("button", name="Throw 1 away").click()
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    dialog.get_by_role("button", name="Take all and label").click()
    expect(page.get_by_role("button", name="Queue: A served model's doubts")).to_be_visible()
    expect(page.get_by_text("said disc 0.60").first).to_be_visible()
