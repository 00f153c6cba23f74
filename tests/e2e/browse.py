"""What tests do by the keys of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

_PRESS = """(keys) => {
  for (const key of keys)
    for (const type of ["keydown", "keyup"])
      (document.activeElement ?? document.body).dispatchEvent(
        new KeyboardEvent(type, { key, bubbles: true, cancelable: true }),
      );
}"""


def press_at_once(page: Page, *keys: str) -> None:
    """Press keys that mean something only in quick succession; a slow machine cannot part them."""
    page.evaluate(_PRESS, list(keys))


def open_and_listen(page: Page, url: str) -> None:
    """Open a page and wait until it hears what others do."""
    with page.expect_response("**/api/events*"):
        page.goto(url)


def choose_queue(page: Page, title: str) -> None:
    """Open the list of queues by its key and choose one by its first letters."""
    page.locator("body").press("q")
    menu = page.get_by_role("menu")
    expect(menu).to_be_visible()
    menu.get_by_role("menuitemradio").filter(has=page.get_by_text(title, exact=True)).click()
    expect(page.get_by_role("button", name=f"Queue: {title}")).to_be_visible()
