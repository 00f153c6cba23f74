"""Queues with their options, similar pictures, and suggestions by one key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from e2e.axe import Theme, look
from e2e.browse import choose_queue
from e2e.toasts import expect_toast
from fakes.running import wait_for_job
from fakes.shapes import SHAPES

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running

TAUGHT = 24


@pytest.fixture
def taught(server: Running, project: str) -> str:
    """A project with a head that has seen eight labels of each shape."""
    with httpx.Client(base_url=server.url, timeout=60) as api:
        at = f"/api/projects/{project}"
        job = api.post(f"{at}/embed", json={"engine": "hog"}).raise_for_status().json()
        wait_for_job(api, job["id"])
        ids = {one["name"]: one["id"] for one in api.get(f"{at}/classes").json()}
        items = api.get(f"{at}/images", params={"limit": TAUGHT}).json()["items"]
        changes = [
            {"image_id": one["id"], "class_id": ids[shape]}
            for one in items
            for shape in SHAPES
            if shape in one["path"].rpartition("/")[2]
        ]
        api.post(f"{at}/labels", json={"changes": changes}).raise_for_status()
        api.post(f"{at}/head/train").raise_for_status()
    return project


def test_a_queue_is_chosen_by_keys_and_kept_in_the_address(
    page: Page, server: Running, taught: str
) -> None:
    page.goto(f"{server.url}/p/{taught}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    choose_queue(page, "Probability band")
    page.get_by_role("slider", name="Probability from").press("Home")
    with page.expect_response(lambda one: '"band":[0,1]' in (one.request.post_data or "")):
        page.get_by_role("slider", name="Probability to").press("End")
    expect(page).to_have_url(re.compile(r"queue=band.*band=0-1"))
    expect(page.get_by_label("View", exact=True).and_(page.locator("section"))).to_have_attribute(
        "aria-busy", "false"
    )
    expect(page.locator(".tile-why").first).to_have_text(re.compile("%"))
    why = page.get_by_test_id("why").inner_text()
    page.reload()
    expect(page.get_by_test_id("why")).to_have_text(why)
    choose_queue(page, "Uncertain")
    page.get_by_label("Measure of doubt").select_option("entropy")
    expect(page).to_have_url(re.compile(r"queue=uncertain&measure=entropy"))


@pytest.mark.nightly
def test_similar_pictures_are_swept_by_one_key_and_the_way_back_finds_the_place(
    page: Page, server: Running, taught: str
) -> None:
    page.goto(f"{server.url}/p/{taught}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    here = page.locator(".tile.focused").get_attribute("data-image")
    page.keyboard.press("s")
    first = page.locator(".tile").first
    expect(first).to_have_attribute("data-image", here or "")
    expect(first.locator(".tile-score")).to_have_text("same")
    expect(page.locator(".tile").nth(1).locator(".tile-score")).to_have_text(re.compile(r"0\.\d+"))
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("1")
    expect(page.locator(".tile.labelled .tile-class").nth(3)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".tile.focused")).to_have_attribute("data-image", here or "")
    expect(page).to_have_url(re.compile(r"/browse$"))


def test_suggestions_are_accepted_by_one_key_save_those_that_were_rejected(
    page: Page, server: Running, taught: str
) -> None:
    page.goto(f"{server.url}/p/{taught}/browse?status=unlabelled")
    tiles = page.locator(".tile")
    expect(tiles.locator(".tile-guess").first).to_be_visible()
    wrong = tiles.nth(0).get_attribute("data-image")
    page.locator("body").press("n")
    expect(tiles.nth(0).locator(".tile-guess.rejected")).to_be_visible()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press(" ")
    expect(page.locator(".tile.labelled")).to_have_count(3)
    expect(page.locator(f'.tile[data-image="{wrong}"]')).not_to_have_class(
        re.compile(r"\blabelled")
    )
    page.keyboard.press("Control+z")
    expect(page.locator(".tile.labelled")).to_have_count(0)


@pytest.mark.nightly
def test_a_queue_that_cannot_answer_says_what_it_needs(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/p/{project}/browse?queue=uncertain")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("has nothing to go by yet")
    alert.get_by_role("button", name="Label in").click()
    expect(page.locator(".tile img").first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.nightly)])
@pytest.mark.nightly
def test_axe_finds_nothing_in_queues(
    page: Page, server: Running, taught: str, theme: Theme
) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.goto(f"{server.url}/p/{taught}/browse?queue=band")
    expect(page.get_by_role("slider", name="Probability from")).to_be_visible()
    look(page)
    page.locator("body").press("q")
    expect(page.get_by_role("menu")).to_be_visible()
    look(page)
    page.goto(f"{server.url}/p/{taught}/browse?queue=disagreement")
    expect(page.get_by_role("alert")).to_be_visible()
    look(page)
    page.goto(f"{server.url}/p/{taught}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    page.keyboard.press("s")
    expect(page.locator(".tile-score").first).to_be_visible()
    look(page)


@pytest.mark.nightly
def test_of_each_group_of_doubles_one_is_kept_and_the_rest_are_skipped(
    page: Page, server: Running, taught: str, shapes: Path
) -> None:
    for number, name in enumerate(sorted(shapes.iterdir())[-3:]):
        with Image.open(name) as picture:
            picture.resize((picture.width // 2, picture.height // 2)).save(
                shapes / f"again{number}.png"
            )
    with httpx.Client(base_url=server.url, timeout=60) as api:
        at = f"/api/projects/{taught}"
        body = {"source": str(shapes), "labels": "none"}
        wait_for_job(api, api.post(f"{at}/ingest", json=body).raise_for_status().json()["id"])
        wait_for_job(api, api.post(f"{at}/embed", json={"engine": "hog"}).json()["id"])
        body = {"queue": "near-duplicates"}
        before = api.post(f"{at}/views", json=body).raise_for_status().json()["size"]
        assert before >= 2
        page.goto(f"{server.url}/p/{taught}/browse?queue=near-duplicates")
        page.get_by_role("button", name="Skip the doubles").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("nearly the same as one that is kept")
        look(page)
        dialog.get_by_role("button", name="Skip the doubles").click()
        expect_toast(page, "skipped")
        after = api.post(f"{at}/views", json=body).raise_for_status().json()
        assert after["size"] < before
        api.post(f"{at}/undo").raise_for_status()
        assert api.post(f"{at}/views", json=body).json()["size"] == before
