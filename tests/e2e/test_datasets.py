"""Labels out of the page and into it: export, download, look, import, undo."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import Theme, look

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.nightly)])
def test_labels_are_exported_downloaded_and_imported_again(
    page: Page, server: Running, project: str, theme: Theme, tmp_path: Path
) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    for key in ("1", "2", "3", "1"):
        page.keyboard.press(key)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()

    page.get_by_role("button", name="Export, import and splits").click()
    page.get_by_role("menuitem", name="Export labels").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio", name="ZIP")).to_be_checked()
    look(page)
    dialog.get_by_label("only labelled").check()
    dialog.get_by_role("button", name="Export").click()
    with page.expect_download() as got:
        dialog.get_by_role("link", name="Download").click()
    file = tmp_path / "labels.zip"
    got.value.save_as(file)
    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as packed:
        assert packed.read("labels.csv").count(b"labelled,") == 4
    look(page)
    dialog.get_by_role("button", name="Close").last.click()

    for _ in range(4):
        page.keyboard.press("Control+z")
    expect(page.locator(".tile.labelled")).to_have_count(0)
    page.keyboard.press("Control+k")
    page.get_by_placeholder("What do you want to do?").fill("Import labels")
    page.keyboard.press("Enter")
    dialog.locator("input[type=file]").set_input_files(file)
    expect(dialog.get_by_role("region", name="What it would change")).to_be_visible()
    look(page)
    dialog.get_by_role("button", name="Import 4 images").click()
    expect(dialog.get_by_role("region", name="What it changed")).to_be_visible()
    look(page)
    dialog.get_by_role("button", name="Done").click()
    expect(page.locator(".tile.labelled")).to_have_count(4)


def test_what_cannot_be_read_is_told_in_the_dialog(
    page: Page, server: Running, project: str, tmp_path: Path
) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK no zip")
    (tmp_path / "odd.csv").write_text("path,label\nnowhere.png,dog\n")
    page.goto(f"{server.url}/projects")
    page.get_by_role("button", name=f"More for {project}").click()
    page.get_by_role("menuitem", name="Import labels").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(tmp_path / "bad.zip")
    expect(dialog.get_by_role("alert")).to_contain_text("no ZIP that can be read")
    look(page)
    dialog.get_by_role("tab", name="A path on this machine").click()
    dialog.get_by_label("Folder or file").fill(str(tmp_path / "odd.csv"))
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("1 record without an image here")).to_be_visible()
    expect(dialog.get_by_role("button", name="Import 0 images")).to_be_disabled()
    expect(dialog.get_by_role("alert")).to_have_count(0)
    look(page)
