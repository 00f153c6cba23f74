"""Every tool draws what the server then has, and the canvas shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from fakes.running import wait_for_job

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from fakes.running import Running

WIDTH, HEIGHT = 600, 400
PAINTED = """
(canvas) => {
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i]) count++;
  return count;
}
"""
Place = tuple[float, float]


class Sheet:
    """The picture on the page; places are shares of its sides."""

    def __init__(self, page: Page) -> None:
        self._page = page
        box = page.locator(".desk-picture").bounding_box()
        assert box is not None
        self._box = box

    def move(self, to: Place) -> None:
        box = self._box
        self._page.mouse.move(box["x"] + to[0] * box["width"], box["y"] + to[1] * box["height"])

    def drag(self, *places: Place) -> None:
        self.move(places[0])
        self._page.mouse.down()
        for place in places[1:]:
            self.move(place)
        self._page.mouse.up()

    def press(self, *places: Place) -> None:
        for place in places:
            self.drag(place)

    def painted(self) -> int:
        """How many pixels of the lower canvas are not empty."""
        return int(self._page.locator("canvas").first.evaluate(PAINTED))


@pytest.fixture
def sheet(page: Page, server: Running, tmp_path: Path) -> Sheet:
    folder = tmp_path / "one"
    folder.mkdir()
    Image.fromarray(np.full((HEIGHT, WIDTH, 3), 90, np.uint8)).save(folder / "grey.png")
    with httpx.Client(base_url=server.url, timeout=30) as api:
        api.post("/api/projects", json={"name": "one"}).raise_for_status()
        body = {"source": str(folder), "labels": "none"}
        wait_for_job(api, api.post("/api/projects/one/ingest", json=body).json()["id"])
        api.post("/api/projects/one/classes", json={"name": "thing"}).raise_for_status()
    page.goto(f"{server.url}/p/one/annotate")
    expect(page.locator(".desk-picture:not(.waiting)")).to_be_visible()
    return Sheet(page)


def drawn(page: Page, server: Running) -> list[dict[str, Any]]:
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    with httpx.Client(base_url=server.url, timeout=30) as api:
        image = api.get("/api/projects/one/images").json()["items"][0]["id"]
        found: list[dict[str, Any]] = api.get(f"/api/images/{image}/objects").json()["objects"]
    return found


def test_what_is_drawn_moved_cut_and_joined_is_what_the_server_has(
    page: Page, server: Running, sheet: Sheet
) -> None:
    assert sheet.painted() == 0
    page.keyboard.press("b")
    sheet.drag((0.1, 0.1), (0.2, 0.2), (0.3, 0.3))
    page.keyboard.press("o")
    sheet.drag((0.4, 0.1), (0.5, 0.15), (0.6, 0.2))
    sheet.press((0.5, 0.35))
    page.keyboard.press("p")
    sheet.press((0.7, 0.1), (0.9, 0.1), (0.8, 0.35))
    page.keyboard.press("Enter")
    page.keyboard.press("k")
    sheet.drag((0.2, 0.7), (0.3, 0.72), (0.4, 0.7))
    page.keyboard.press("i")
    sheet.press((0.7, 0.7))
    expect(page.locator(".object-list")).to_have_accessible_name("5 objects")
    found = {one["kind"]: one["geometry"] for one in drawn(page, server)}
    assert set(found) == {"box", "obb", "polygon", "mask", "point"}
    assert found["box"] == pytest.approx([60, 40, 180, 120], abs=0.5)
    assert found["obb"][4] == pytest.approx(18.4, abs=0.5)
    assert found["point"] == pytest.approx([420, 280], abs=0.5)
    assert found["mask"]["size"] == [HEIGHT, WIDTH]
    assert sheet.painted() > 5_000
    page.keyboard.press("v")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    move_cut_and_join(page, server, sheet)


def move_cut_and_join(page: Page, server: Running, sheet: Sheet) -> None:
    page.keyboard.press("b")
    sheet.drag((0.1, 0.1), (0.2, 0.2), (0.3, 0.3))
    page.keyboard.press("v")
    sheet.drag((0.2, 0.2), (0.3, 0.3), (0.5, 0.5))
    [box] = drawn(page, server)
    assert box["geometry"] == pytest.approx([240, 160, 360, 240], abs=0.5)
    page.keyboard.press("c")
    sheet.drag((0.5, 0.3), (0.5, 0.5), (0.5, 0.7))
    assert [one["kind"] for one in drawn(page, server)] == ["polygon", "polygon"]
    page.keyboard.press("Shift+J")
    expect(page.locator(".object-list")).to_have_accessible_name("1 object")
    [whole] = drawn(page, server)
    assert whole["uid"] == box["uid"]
