"""A model's page: judged on folders, measured in its forms, packed, and a package taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import look, look_in_both_themes
from fakes.colours import write_colours
from fakes.onnx_graphs import colour_model

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running


def open_colours(page: Page, server: Running, folder: Path) -> None:
    """Add the model of colours and open its page."""
    file = colour_model(folder / "colours.onnx")
    page.goto(f"{server.url}/models")
    page.get_by_role("button", name="Add a model").click()
    dialog = page.get_by_role("dialog", name="Add a model")
    dialog.get_by_label("File or folder").fill(str(file))
    page.keyboard.press("Enter")
    page.get_by_role("link", name="colours", exact=True).click()


def test_a_model_is_judged_and_packed_and_its_package_comes_back(
    page: Page, server: Running, tmp_path: Path
) -> None:
    open_colours(page, server, tmp_path)
    folder = write_colours(tmp_path / "photos", 5, wrong=2)
    judge = page.get_by_role("region", name="Judge")
    judge.get_by_label("A folder with").check()
    judge.get_by_label("Folder on the server").fill(str(folder))
    page.keyboard.press("Enter")
    worth = page.get_by_role("region", name="What it is worth")
    expect(worth).to_contain_text("86.7 %", timeout=60_000)
    expect(worth).to_contain_text("15 pictures")
    look_in_both_themes(page, worth)

    page.get_by_role("button", name="Package").press("Enter")
    dialog = page.get_by_role("dialog", name="Package colours")
    dialog.get_by_label("Locked for").check()
    dialog.get_by_label("Public key").fill("nonsense")
    expect(dialog).to_contain_text("begins with age1")
    expect(dialog.get_by_role("button", name="Lock and download")).to_be_disabled()
    look(page)
    dialog.get_by_label("Open to everybody").check()
    with page.expect_download() as coming:
        dialog.get_by_role("link", name="Download").click()
    saved = tmp_path / coming.value.suggested_filename
    coming.value.save_as(saved)
    assert saved.name == "colours.zip"

    page.goto(f"{server.url}/models")
    page.get_by_role("button", name="Add a model").click()
    dialog = page.get_by_role("dialog", name="Add a model")
    dialog.locator("input[type=file]").set_input_files(saved)
    expect(dialog.get_by_label("Key, if it is locked")).to_be_visible()
    dialog.get_by_label("Name").fill("returned")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="returned")).to_contain_text("ONNX")


@pytest.mark.nightly
def test_a_model_is_measured_and_locked(page: Page, server: Running, tmp_path: Path) -> None:
    open_colours(page, server, tmp_path)
    speed = page.get_by_role("region", name="Speed")
    speed.get_by_role("button", name="Measure").press("Enter")
    table = page.get_by_role("region", name="How fast each form is")
    expect(table).to_contain_text("onnx", timeout=60_000)
    expect(table).to_contain_text("1.0 ×")
    look_in_both_themes(page, table)
    page.get_by_role("button", name="Package").click()
    dialog = page.get_by_role("dialog", name="Package colours")
    dialog.get_by_label("Locked by").check()
    dialog.get_by_label("Passphrase", exact=True).fill("correct horse")
    expect(dialog).to_contain_text("differ")
    dialog.get_by_label("Once more").fill("correct horse")
    with page.expect_download() as coming:
        page.keyboard.press("Enter")
    assert coming.value.suggested_filename == "colours.zip.age"
    saved = tmp_path / "colours.zip.age"
    coming.value.save_as(saved)
    page.goto(f"{server.url}/models")
    page.get_by_role("button", name="Add a model").click()
    dialog = page.get_by_role("dialog", name="Add a model")
    dialog.locator("input[type=file]").set_input_files(saved)
    dialog.get_by_label("Key, if it is locked").fill("wrong horse")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("does not open it")
    dialog.get_by_label("Key, if it is locked").fill("correct horse")
    page.keyboard.press("Enter")
    expect(dialog).not_to_be_visible()
