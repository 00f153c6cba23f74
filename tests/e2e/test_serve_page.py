"""Serving, as the page shows it: the command for a model, and who serves now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

from e2e.axe import look, look_in_both_themes
from fakes.serving import add_colours
from sightline.app.serving.board import Board

if TYPE_CHECKING:
    from fakes.running import Running


def test_the_dialog_says_how_a_model_is_served_and_who_serves(page: Page, server: Running) -> None:
    model = add_colours(server.workspace)
    page.goto(f"{server.url}/models/{model}")
    page.get_by_role("button", name="Serve").click()
    dialog = page.get_by_role("dialog", name="Serve colours")
    expect(dialog).to_contain_text("Nothing of this workspace")
    command = dialog.get_by_role("textbox", name="In a terminal")
    expect(command).to_have_text(f"sightline --workspace {server.workspace} serve colours --follow")
    dialog.get_by_label("Port").fill("9000")
    dialog.get_by_text("Other machines may ask").press("Space")
    expect(command).to_contain_text("--port 9000 --host 0.0.0.0")
    ask = dialog.get_by_role("textbox", name="Then any program asks")
    expect(ask).to_contain_text("X-API-Key")
    with Board(server.workspace).entry("http://127.0.0.1:9000", ["colours"], keyed=True):
        now = dialog.get_by_role("list", name="Served now")
        expect(now).to_contain_text("with a key")
        look(page)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        page.get_by_role("navigation").get_by_role("link", name="Models").click()
        listed = page.get_by_role("list", name="Served now")
        expect(listed).to_contain_text("127.0.0.1:9000")
        look_in_both_themes(page, listed)
