"""A detector's boxes as ghosts: seen, accepted and rejected by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from e2e.axe import look_in_both_themes
from fakes.onnx_graphs import constant_model

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from fakes.running import Running

FOUND: dict[str, NDArray[Any]] = {
    "boxes": np.array([(4, 4, 30, 30), (34, 4, 60, 30), (4, 34, 30, 60)], np.float32),
    "scores": np.array([0.9, 0.6, 0.2], np.float32),
    "labels": np.array([0, 1, 0], np.int64),
}


@pytest.fixture
def api(server: Running, tmp_path: Path) -> Iterator[httpx.Client]:
    file = constant_model(tmp_path / "finder.onnx", FOUND, size=64)
    wish = {"path": str(file), "name": "finder", "decoder": "boxes", "classes": ["circle", "star"]}
    with httpx.Client(base_url=server.url, timeout=30) as client:
        client.post("/api/models", json=wish).raise_for_status()
        yield client


@pytest.mark.browser
def test_ghosts_are_asked_for_accepted_and_rejected_by_key(
    page: Page, server: Running, project: str, api: httpx.Client
) -> None:
    page.goto(f"{server.url}/p/{project}/annotate")
    panel = page.get_by_role("region", name="Suggestions")
    panel.get_by_role("button", name="Ask a detector").click()
    panel.get_by_role("button", name="This picture").click()
    ghosts = panel.get_by_role("list", name="What is suggested").get_by_role("listitem")
    expect(ghosts).to_have_count(2)  # the third one is less sure than the slider asks
    look_in_both_themes(page, ghosts.first)
    picture = page.locator(".desk-picture:not(.waiting)").bounding_box()
    assert picture is not None
    less_sure = (
        picture["x"] + picture["width"] * 47 / 64,
        picture["y"] + picture["height"] * 17 / 64,
    )
    page.mouse.click(*less_sure)
    expect(ghosts.nth(1).get_by_role("button", pressed=True)).to_be_visible()
    page.mouse.click(picture["x"] + picture["width"] / 4, picture["y"] + picture["height"] / 4)
    expect(ghosts.first.get_by_role("button", pressed=True)).to_be_visible()
    page.keyboard.press("y")
    drawn = page.get_by_role("region", name="Objects").get_by_role("listitem")
    expect(drawn).to_have_count(1)
    expect(ghosts).to_have_count(1)
    page.keyboard.press("u")
    expect(ghosts).to_have_count(0)
    expect(panel.get_by_text("1 suggestion below this score")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(ghosts).to_have_count(1)  # what was taken back is suggested again
    page.keyboard.press("Shift+Y")
    expect(drawn).to_have_count(1)
    image = api.get(f"/api/projects/{project}/images", params={"limit": 1}).json()["items"][0]["id"]
    expect(page.get_by_text("Saved", exact=True).first).to_be_visible()
    kept = api.get(f"/api/images/{image}/objects").json()["objects"]
    assert [one["source"] for one in kept] == ["engine:finder"]
