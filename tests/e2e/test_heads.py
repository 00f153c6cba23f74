"""The page Heads: trained with its curve, used, handed on, converted, compared."""

from __future__ import annotations

import pickle
import zipfile
from typing import TYPE_CHECKING

import httpx
import numpy as np
import pytest
from playwright.sync_api import FilePayload, Page, expect

from e2e.axe import look, look_in_both_themes

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running

BAD = b"cos\nsystem\n(S'x'\ntR."


def test_a_head_is_trained_used_downloaded_and_taken_in_again(
    page: Page, server: Running, taught: str, tmp_path: Path
) -> None:
    page.goto(f"{server.url}/p/{taught}/heads")
    form = page.get_by_role("region", name="A new head")
    form.get_by_label("Name", exact=True).fill("mine")
    form.get_by_role("button", name="Train the head").press("Enter")
    watch = page.get_by_role("region", name="The newest training")
    expect(watch.get_by_role("heading", name="mine")).to_be_visible(timeout=60_000)
    expect(watch.get_by_role("figure", name="Loss")).to_be_visible()
    expect(watch.get_by_role("row", name="disc")).to_contain_text("%")
    look(page)
    watch.get_by_role("button", name="Use for whole images").click()

    page.get_by_role("tab", name="Heads").click()
    row = page.get_by_role("row", name="mine")
    expect(row.get_by_text("images", exact=True)).to_be_visible()
    row.get_by_role("button", name="More of mine").press("Enter")
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Download as ZIP").click()
    path = tmp_path / "mine.zip"
    download.value.save_as(path)
    assert "head.safetensors" in zipfile.ZipFile(path).namelist()

    row.get_by_role("button", name="More of mine").click()
    page.get_by_role("menuitem", name="Remove").click()
    dialog = page.get_by_role("dialog", name="Remove mine?")
    expect(dialog).to_contain_text(taught)
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="No heads yet")).to_be_visible()

    page.get_by_role("button", name="Add a head").click()
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_label("Name", exact=True).fill("again")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("row", name="again")).to_be_visible()
    look(page)


@pytest.mark.nightly
def test_a_pickle_is_converted_and_a_dangerous_one_refused(page: Page, server: Running) -> None:
    made = httpx.post(f"{server.url}/api/projects", json={"name": "birds"}, timeout=60)
    made.raise_for_status()
    layer = {"weight": np.ones((2, 512)), "bias": np.zeros(2)}
    good = pickle.dumps({"layers": [layer], "classes": [0, 1]})
    kind = "application/octet-stream"
    page.goto(f"{server.url}/p/birds/heads?tab=heads")
    page.get_by_role("button", name="Add a head").click()
    dialog = page.get_by_role("dialog", name="Add a head")
    drop = dialog.locator("input[type=file]")
    drop.set_input_files(FilePayload(name="a.pkl", mimeType=kind, buffer=BAD))
    dialog.get_by_role("button", name="Convert").click()
    expect(dialog.get_by_role("alert")).to_contain_text("it names os.system")
    drop.set_input_files(
        [
            FilePayload(name="birds.pkl", mimeType=kind, buffer=good),
            FilePayload(name="names.txt", mimeType="text/plain", buffer=b"owl\nrobin\n"),
        ]
    )
    expect(dialog.get_by_text("names.txt")).to_be_visible()
    dialog.get_by_role("button", name="Convert").click()
    row = page.get_by_role("row", name="birds")
    expect(row).to_contain_text("clip-vit-base-patch32, which is not here")
    expect(row.get_by_role("button", name="Use birds for boxes")).to_be_disabled()
    row.get_by_role("button", name="birds", exact=True).click()
    expect(page.get_by_role("dialog", name="birds")).to_contain_text("owl, robin")


@pytest.mark.nightly
def test_encoders_and_heads_are_compared(page: Page, server: Running, taught: str) -> None:
    page.goto(f"{server.url}/p/{taught}/heads?tab=benchmark")
    page.get_by_role("checkbox", name="dictionary").uncheck()
    page.get_by_role("checkbox", name="MLP").press("Space")
    page.get_by_role("button", name="Compare 1").click()
    first = page.get_by_role("row", name="hog").first
    expect(first).to_contain_text("%", timeout=60_000)
    look_in_both_themes(page, first)
