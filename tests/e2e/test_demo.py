"""One page for one model: a picture in, its answer beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.axe import look, look_in_both_themes
from fakes.onnx_graphs import RED_GREEN_BLUE, colour_model, constant_model
from fakes.served import COLOURS, png
from server.test_demo import FOUND

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running


def _add(server: Running, file: Path, **more: object) -> None:
    body = {"path": str(file), "name": file.stem, **more}
    httpx.post(f"{server.url}/api/models", json=body, timeout=30).raise_for_status()


def _picture(folder: Path, at: int) -> Path:
    path = folder / f"{RED_GREEN_BLUE[at]}.png"
    path.write_bytes(png(COLOURS[at]))
    return path


def test_a_picture_gets_its_answer_beside_it(page: Page, server: Running, tmp_path: Path) -> None:
    _add(server, colour_model(tmp_path / "colours.onnx"))
    _add(server, constant_model(tmp_path / "boxes.onnx", FOUND, size=32), decoder="boxes",
         classes=["cat", "dog"])  # fmt: skip
    page.goto(f"{server.url}/demo/colours")
    heading = page.get_by_role("heading", name="colours")
    expect(heading).to_be_visible()
    look_in_both_themes(page, heading)
    page.get_by_label("Picture", exact=True).set_input_files(_picture(tmp_path, 1))
    expect(page.get_by_role("status")).to_contain_text("green")
    expect(page.get_by_role("list", name="Probabilities").get_by_role("listitem")).to_have_count(3)
    page.get_by_text("The same in a terminal").click()
    expect(page.get_by_label("Command")).to_contain_text("/api/models/colours/answer")
    look(page)

    page.get_by_label("Picture", exact=True).set_input_files(
        files={"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    expect(page.get_by_role("alert")).to_contain_text("cannot be read")
    told = page.get_by_text("this browser does not show it")
    assert float(told.evaluate("p => parseFloat(getComputedStyle(p).lineHeight)")) > 10

    page.goto(f"{server.url}/demo/boxes")
    page.get_by_label("Picture", exact=True).set_input_files(_picture(tmp_path, 0))
    expect(page.get_by_role("list", name="Objects").get_by_role("listitem")).to_have_count(1)
    expect(page.locator("svg.boxes text")).to_have_text("dog 0.90")
    expect(page.get_by_role("status")).to_contain_text("Found: dog.")
    look(page)


@pytest.mark.nightly
def test_a_model_that_is_not_there_says_so(page: Page, server: Running) -> None:
    page.goto(f"{server.url}/demo/nobody")
    expect(page.get_by_role("alert")).to_contain_text("nobody")
    look(page)
