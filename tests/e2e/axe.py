"""What axe finds on a page."""

from __future__ import annotations

from typing import Literal, get_args

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

Theme = Literal["dark", "light"]
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


_STILL = """async () => {
  const within = (ms, what) => Promise.race([what, new Promise((done) => setTimeout(done, ms))]);
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await within(1000, frame().then(frame));
  const lasts = (one) => one.effect?.getComputedTiming().endTime ?? Infinity;
  const all = document.getAnimations().filter((one) => Number.isFinite(lasts(one)));
  await Promise.all(all.map((one) => within(lasts(one) + 500, one.finished.catch(() => 0))));
}"""
"""Half-way through a change of colours, contrast is that of neither. What is not drawn, as within a
closed section, never says that it has finished: for it, its own length is waited."""


def look(page: Page) -> None:
    """Fail with what axe found once nothing fades any more, and where."""
    page.evaluate(_STILL)
    found = Axe().run(page, options=RULES).response["violations"]
    told = [
        f"{one['id']}: {one['help']}: {node['html'][:160]}"
        for one in found
        for node in one["nodes"]
    ]
    assert not told, "\n".join(told)


def look_in_both_themes(page: Page, ready: Locator) -> None:
    """Fail with what axe found now, or after a reload in the dark or in the light theme.

    `ready`: what is to be seen once the page is there.
    """
    look(page)
    for theme in get_args(Theme):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.reload()
        expect(ready).to_be_visible()
        look(page)
