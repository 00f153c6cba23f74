"""Explanations on the page: over an open picture, on a dropped one, on a training's mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.axe import look
from fakes.trained import trained
from sightline.app import open_workbench
from sightline.app.explaining.explaining import Asked

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running
    from sightline.core.cards import ModelCard


@pytest.fixture
def model(server: Running, project: str, tmp_path: Path) -> ModelCard:
    """A network of the project that was wrong about three pictures."""
    with httpx.Client(base_url=server.url, timeout=30) as api:
        classes = api.get(f"/api/projects/{project}/classes").json()
        images = api.get(f"/api/projects/{project}/images?limit=100").json()["items"]
        changes = [
            {"image_id": one["id"], "class_id": classes[0]["id"], "status": "labelled"}
            for one in images[:20]
        ]
        api.post(f"/api/projects/{project}/labels", json={"changes": changes}).raise_for_status()
    with open_workbench(server.workspace) as bench:
        wrong = [one["id"] for one in images[:3]]
        card = trained(bench, bench.projects.get(project), tmp_path, wrong=wrong, name="net")
        bench.explained_runs.perform(card.run, "classes", Asked())
        return card


@pytest.mark.nightly
def test_a_network_shows_where_it_looked_wherever_a_picture_is(
    page: Page, server: Running, project: str, model: ModelCard, shapes: Path
) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.goto(f"{server.url}/p/{project}/train/{model.run}")
    gallery = page.get_by_role("list").filter(has_text="taken for")
    page.get_by_role("button", name="See where it looked").press("Enter")
    expect(page.get_by_text("3 wrong answers")).to_be_visible()
    page.get_by_role("link", name="Open in Browse").press("Enter")
    expect(page.get_by_role("toolbar", name="View")).to_contain_text("3 pictures")

    page.keyboard.press("Enter")
    page.keyboard.press("e")
    heat = page.locator(".stage .heat-layer")
    expect(heat).to_be_visible(timeout=60_000)
    expect(page.get_by_role("status").filter(has_text="Bright: what speaks for")).to_be_visible()
    page.get_by_label("Opacity").press("Home")
    expect(heat).to_have_css("opacity", "0")
    page.get_by_label("Opacity").press("End")
    page.get_by_label("Class", exact=True).select_option(index=2)
    expect(page.locator(".probabilities .about")).to_have_count(1)
    look(page)
    first = heat.get_attribute("src")
    page.locator(".detail").focus()
    page.keyboard.press("ArrowRight")
    expect(heat).not_to_have_attribute("src", first or "")
    page.keyboard.press("e")
    expect(heat).to_have_count(0)

    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(f"{server.url}/models/{model.id}")
    section = page.get_by_role("region", name="Explain")
    section.locator("input[type=file]").set_input_files(next(shapes.rglob("*.png")))
    expect(section.locator(".heat-layer")).to_have_count(2, timeout=60_000)
    section.get_by_label("Layer").select_option("relu3")
    expect(section).to_contain_text("at relu3")
    look(page)

    page.goto(f"{server.url}/p/{project}/train/{model.run}")
    expect(gallery.locator(".heat-layer")).to_have_count(3, timeout=60_000)
    expect(page.locator(".averages .heat-layer")).to_have_count(1, timeout=60_000)
    look(page)
