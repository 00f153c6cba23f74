"""Labels are never lost: not when the server is away, not when somebody else was faster."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from e2e.browse import open_and_listen
from e2e.toasts import expect_toast

if TYPE_CHECKING:
    from fakes.running import Running

LONG_MS = 40_000


def labelled(server: Running, project: str) -> int:
    """Return how many labels the server has."""
    answer = httpx.get(f"{server.url}/api/projects/{project}", timeout=60).raise_for_status()
    return int(answer.json()["labelled"])


def test_labels_given_while_the_server_is_away_are_sent_when_it_is_back(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    server.stop()
    page.keyboard.press("2")
    page.keyboard.press("3")
    expect(page.get_by_text("No connection: 2 changes kept here")).to_be_visible()
    expect(page.locator(".tile.labelled")).to_have_count(3)
    server.start()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=LONG_MS)
    assert labelled(server, project) == 3


def test_labels_that_a_closed_page_could_not_send_are_sent_by_the_next_one(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    server.stop()
    page.keyboard.press("2")
    expect(page.get_by_text("No connection: 1 change kept here")).to_be_visible()
    page.goto("about:blank")
    server.start()
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile.labelled")).to_have_count(1)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert labelled(server, project) == 1


@pytest.mark.nightly
def test_a_label_that_was_overtaken_is_taken_back_and_told(
    page: Page, server: Running, project: str
) -> None:
    page.route("**/api/events*", lambda route: route.abort())
    page.goto(f"{server.url}/p/{project}/browse")
    tile = page.locator(".tile").first
    expect(tile.locator("img")).to_be_visible()
    image = int(tile.get_attribute("data-image") or 0)
    with httpx.Client(base_url=server.url, timeout=60) as api:
        classes = api.get(f"/api/projects/{project}/classes").json()
        change = {"image_id": image, "class_id": classes[2]["id"]}
        api.post(f"/api/projects/{project}/labels", json={"changes": [change]}).raise_for_status()
    page.keyboard.press("1")
    told = "1 picture changed meanwhile: your label was taken back"
    expect_toast(page, told)
    expect(tile).to_have_attribute("aria-label", re.compile("disc$"))


def test_what_others_did_before_the_stream_was_open_shows(
    page: Page, server: Running, project: str
) -> None:
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/api/events*", hold)
    page.goto(f"{server.url}/p/{project}/browse")
    tile = page.locator(".tile").first
    expect(tile.locator("img")).to_be_visible()
    image = int(tile.get_attribute("data-image") or 0)
    with httpx.Client(base_url=server.url) as api:
        classes = api.get(f"/api/projects/{project}/classes").json()
        change = {"image_id": image, "class_id": classes[2]["id"]}
        api.post(f"/api/projects/{project}/labels", json={"changes": [change]}).raise_for_status()
    expect(tile).not_to_have_attribute("aria-label", re.compile("disc$"))
    for one in waiting:
        one.continue_()
    expect(tile).to_have_attribute("aria-label", re.compile("disc$"))


def test_a_label_given_in_one_tab_shows_in_the_other_over_one_stream(
    page: Page, server: Running, project: str
) -> None:
    streams: list[str] = []
    page.context.on(
        "request", lambda one: streams.append(one.url) if "/api/events" in one.url else None
    )
    other = page.context.new_page()
    open_and_listen(page, f"{server.url}/p/{project}/browse")
    other.goto(f"{server.url}/p/{project}/browse")
    for tab in (page, other):
        expect(tab.locator(".tile img").first).to_be_visible()
    page.bring_to_front()
    page.keyboard.press("3")
    expect(other.locator("#tile-0")).to_have_attribute("aria-label", re.compile("disc$"))
    assert len(streams) == 1
    page.close()
    other.keyboard.press("ArrowRight")
    other.keyboard.press("1")
    expect(other.locator(".tile.labelled")).to_have_count(2)
