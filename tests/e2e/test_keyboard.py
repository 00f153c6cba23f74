"""Everything by keys alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from e2e.browse import press_at_once

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from fakes.running import Running

FRAMES = """async () => {
  for (let i = 0; i < 6; i++) await new Promise(requestAnimationFrame);
}"""
"""What an answer leads to is asked for by then."""


AT_ONCE = """async button => {
  const before = location.href;
  button.click();
  for (let i = 0; i < 1000 && location.href === before; i++) await null;
  return [location.href !== before, button.getAttribute('aria-pressed')];
}"""
"""Nothing else happens meanwhile: no key, no timer, no other turn of the page."""
ACTIONS_AT_ONCE = """async () => {
  document.body.dispatchEvent(
    new KeyboardEvent("keydown", { key: "k", ctrlKey: true, bubbles: true, cancelable: true }),
  );
  for (let i = 0; i < 1000 && !document.querySelector("[role=dialog]"); i++) await null;
  return document.activeElement.getAttribute("placeholder");
}"""
RIGHT = "dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}));"


def focused(page: Page) -> str | None:
    """Return the id of the tile that keys act on."""
    return page.get_by_role("grid").get_attribute("aria-activedescendant")


def test_all_pictures_are_shown_although_a_search_still_rests(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/p/{project}/browse?text=nowhere")
    expect(page.get_by_role("heading", name="No picture passes these filters")).to_be_visible()
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 60_000"))  # never before the page's own now
    search = page.get_by_label("Search by file name")
    search.press_sequentially("x")
    page.get_by_role("button", name="Show all pictures").click()
    expect(search).to_have_value("")
    page.clock.run_for(1000)
    page.clock.resume()
    expect(page.locator(".tile")).not_to_have_count(0)
    expect(page).not_to_have_url(re.compile("text="))


def test_labels_are_given_looked_at_and_taken_back_by_keys_alone(
    page: Page, server: Running, project: str
) -> None:
    page.goto(server.url)
    expect(page).to_have_url(re.compile(f"/p/{project}/browse$"))
    expect(page.locator(".tile img").first).to_be_visible()

    page.keyboard.press("2")
    expect(page.locator("#tile-0")).to_have_attribute("aria-label", re.compile("cross$"))
    assert focused(page) == "tile-1"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.keyboard.press("3")
    expect(page.locator(".tile.labelled")).to_have_count(4)
    assert focused(page) == "tile-5"

    page.keyboard.press("Enter")
    detail = page.get_by_role("dialog")
    expect(detail).to_contain_text("6 / 60")
    page.keyboard.press("1")
    expect(detail).to_contain_text("7 / 60")
    page.keyboard.press("ArrowLeft")
    expect(detail.locator(".status-line")).to_have_text("bars")
    page.keyboard.press("Escape")
    expect(detail).to_have_count(0)

    page.keyboard.press("Control+z")
    expect(page.locator(".tile.labelled")).to_have_count(4)
    page.keyboard.press("Control+z")
    expect(page.locator(".tile.labelled")).to_have_count(1)
    page.keyboard.press("Control+Shift+Z")
    expect(page.locator(".tile.labelled")).to_have_count(4)


def test_pictures_come_once_keys_can_label_them(page: Page, server: Running, project: str) -> None:
    asked: list[str] = []
    held: list[Route] = []

    def hold(route: Route) -> None:  # a bound method of a list is none for playwright
        held.append(route)

    page.on("request", lambda one: asked.append(one.url) if "offset=" in one.url else None)
    page.route("**/classes", hold)
    with page.expect_response("**/views") as opened:
        page.goto(f"{server.url}/p/{project}/browse")
    opened.value.finished()
    page.evaluate(FRAMES)
    assert asked == []
    for one in held:
        one.continue_()
    page.unroute("**/classes", hold)
    expect(page.locator(".tile img").first).to_be_visible()
    page.keyboard.press("2")
    expect(page.locator("#tile-0")).to_have_attribute("aria-label", re.compile("cross$"))


def test_a_label_taken_back_before_it_left_is_given_again_by_redo(
    page: Page, server: Running, project: str
) -> None:
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    page.route("**/labels", hold_first)
    labelled = page.locator(".tile.labelled")
    with page.expect_request("**/labels"):
        page.keyboard.press("2")
    page.keyboard.press("3")
    expect(labelled).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(labelled).to_have_count(1)
    page.keyboard.press("Control+Shift+Z")
    expect(labelled).to_have_count(2)
    held[0].continue_()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.reload()
    expect(labelled).to_have_count(2)


def test_pages_and_actions_are_reached_by_keys_alone(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile").first).to_be_visible()
    for letter, place in (
        ("p", "/projects"),
        ("t", f"/p/{project}/train"),
        ("m", "/models"),
        ("j", "/jobs"),
        ("s", "/settings"),
        ("b", f"/p/{project}/browse"),
    ):
        press_at_once(page, "g", letter)
        expect(page).to_have_url(server.url + place)
    expect(page.locator(".tile").first).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("light")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_what_is_typed_right_after_the_key_for_actions_goes_to_them(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    assert page.evaluate(ACTIONS_AT_ONCE) == "What do you want to do?"


def test_keys_typed_into_a_field_label_nothing(page: Page, server: Running, project: str) -> None:
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    page.get_by_label("Search by file name").fill("x")
    page.get_by_label("Search by file name").press_sequentially("120")
    expect(page.get_by_role("heading", name="No picture passes these filters")).to_be_visible()
    page.get_by_role("button", name="Show all pictures").click()
    expect(page.locator(".tile")).not_to_have_count(0)
    expect(page.locator(".tile.labelled, .tile.unsure, .tile.skipped")).to_have_count(0)


def test_what_the_address_says_is_shown_before_anything_else_can_happen(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    train = page.get_by_role("button", name="train", exact=True)
    assert train.evaluate(AT_ONCE) == [True, "true"]


@pytest.mark.parametrize("where", ["annotate", "edit"])
def test_keys_that_come_at_once_each_go_one_picture_on(
    page: Page, server: Running, project: str, where: str
) -> None:
    page.goto(f"{server.url}/p/{project}/{where}?at=0")
    expect(page.get_by_text("1 / 60")).to_be_visible()
    expect(page.get_by_role("button", name="Next picture")).to_be_enabled()
    page.evaluate(f"for (let i = 0; i < 3; i++) document.body.{RIGHT}")
    expect(page.get_by_text("4 / 60")).to_be_visible()
    expect(page).to_have_url(re.compile(r"at=3\b"))


@pytest.mark.nightly
def test_a_whole_view_is_asked_about_before_it_is_labelled(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    page.keyboard.press("Control+a")
    expect(page.get_by_text("60 selected")).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_role("button", name="Only bars, 60 pictures")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Only bars, 0 pictures")).to_be_visible()


@pytest.mark.nightly
def test_a_person_puts_skip_on_another_key(page: Page, server: Running, project: str) -> None:
    page.goto(f"{server.url}/settings")
    page.get_by_role("tab", name="Keys").click()
    field = page.get_by_role("textbox", name="Skip", exact=True)
    field.press("s")
    expect(page.get_by_role("alert")).to_contain_text("taken")
    field.press("k")
    expect(field).to_have_value("K")
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.press("k")
    expect(page.locator(".tile.skipped")).to_have_count(1)
