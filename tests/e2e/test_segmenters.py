"""A folder of the SAM family on the page: exported to a pair, and both of them clicked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from e2e.axe import look, look_in_both_themes
from fakes.running import wait_for_job
from fakes.sam_family import save_family

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from fakes.running import Running

pytestmark = pytest.mark.nightly
SLOW_MS = 90_000
"""Its process imports torch first, beside other tests."""


@pytest.fixture
def image(server: Running, tmp_path: Path) -> int:
    """A picture with a bright square and a class for it, and a tiny network named tiny."""
    (tmp_path / "squares").mkdir()
    picture = Image.new("RGB", (320, 240), (30, 30, 40))
    ImageDraw.Draw(picture).rectangle((120, 80, 199, 149), fill=(230, 220, 200))
    picture.save(tmp_path / "squares" / "one.png")
    folder = save_family(tmp_path / "sam2", "sam2")
    with httpx.Client(base_url=server.url, timeout=120) as api:
        api.post("/api/projects", json={"name": "squares"}).raise_for_status()
        body = {"source": str(tmp_path / "squares"), "labels": "none"}
        wait_for_job(api, api.post("/api/projects/squares/ingest", json=body).json()["id"])
        api.post("/api/projects/squares/classes", json={"name": "square"}).raise_for_status()
        made = api.post("/api/models", json={"path": str(folder), "name": "tiny"})
        made.raise_for_status()
        found: int = api.get("/api/projects/squares/images").json()["items"][0]["id"]
    return found


def test_a_folder_is_exported_and_it_and_its_pair_are_clicked(
    page: Page, server: Running, image: int
) -> None:
    page.goto(f"{server.url}/models")
    page.get_by_role("link", name="tiny", exact=True).click()
    export = page.get_by_role("region", name="ONNX")
    export.get_by_role("button", name="Export to ONNX").click()
    expect(export.get_by_role("link", name="tiny-onnx")).to_be_visible(timeout=SLOW_MS)
    look_in_both_themes(page, export.get_by_role("link", name="tiny-onnx"))
    export.get_by_role("link", name="tiny-onnx").click()
    expect(page.get_by_role("heading", name="tiny-onnx")).to_be_visible()

    page.goto(f"{server.url}/p/squares/annotate/{image}")
    expect(page.locator(".desk-picture:not(.waiting)")).to_be_visible()
    page.get_by_text("Assists", exact=True).click()
    page.get_by_label("Click becomes").select_option("mask")
    for number, engine in enumerate(("tiny", "tiny-onnx"), start=1):
        page.get_by_label("Engine").select_option(engine)
        ready = page.get_by_role("row", name=re.compile("^current ready"))
        expect(ready).to_be_visible(timeout=SLOW_MS)
        page.get_by_role("application").focus()
        page.keyboard.press("d")
        box = page.locator(".desk-picture").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        named = re.compile(rf"^{number} object")
        expect(page.locator(".object-list")).to_have_accessible_name(named, timeout=SLOW_MS)
        page.keyboard.press("Enter")
    look(page)
