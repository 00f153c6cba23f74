"""What the page says in passing: heard even where it is gone before a slow machine looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_LISTEN = """
window.told = [];
new MutationObserver(() => {
  for (const { textContent } of document.querySelectorAll(".toast-title"))
    if (!window.told.includes(textContent)) window.told.push(textContent);
}).observe(document, { childList: true, subtree: true });
"""
_HEARD = "(text) => window.told.some((title) => title.includes(text))"


def remember(page: Page) -> None:
    """Remember what is said from the next page on."""
    page.add_init_script(_LISTEN)


def expect_toast(page: Page, text: str) -> None:
    """Wait until it was said, since the page was loaded."""
    page.wait_for_function(_HEARD, arg=text, timeout=20_000)
