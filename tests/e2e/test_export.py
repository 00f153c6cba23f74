"""A model is exported in a dialog: which form, what it may lose, and what came of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.axe import Theme, look
from fakes.conv_graphs import conv_model

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running


def choice(dialog: Locator, name: str) -> Locator:
    """A form that can be chosen, whatever is said about it."""
    return dialog.get_by_role("radio", name=re.compile(f"^{name} "))


def opened(page: Page, server: Running, model: str, theme: Theme = "dark") -> Locator:
    """The dialog of a model, opened by keyboard."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.goto(f"{server.url}/models/{model}")
    page.get_by_role("button", name="int8 and other forms").press("Enter")
    return page.get_by_role("dialog", name="Export conv")


@pytest.fixture
def model(page: Page, server: Running, tmp_path: Path) -> str:
    """A classifier that is an ONNX file."""
    body = {"path": str(conv_model(tmp_path / "conv.onnx")), "name": "conv"}
    made = page.request.post(f"{server.url}/api/models", data=body)
    assert made.status == 201, made.text()
    return str(made.json()["id"])


def test_the_dialog_offers_what_can_be_made_and_is_used_by_keyboard(
    page: Page, server: Running, model: str
) -> None:
    for theme in get_args(Theme):
        dialog = opened(page, server, model, theme)
        expect(choice(dialog, "ONNX")).to_be_focused()
        look(page)
    expect(choice(dialog, "TorchScript")).to_be_disabled()
    expect(choice(dialog, "float32")).to_be_disabled()
    page.keyboard.press("ArrowRight")
    expect(choice(dialog, "OpenVINO")).to_be_checked()
    expect(choice(dialog, "float32")).to_be_enabled()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


@pytest.mark.nightly
def test_a_form_that_nothing_judges_is_refused_and_says_what_to_do(
    page: Page, server: Running, model: str
) -> None:
    for theme in get_args(Theme):
        dialog = opened(page, server, model, theme)
        dialog.get_by_text("int8, dynamic").click()
        dialog.get_by_role("button", name="Export", exact=True).click()
        alert = dialog.get_by_role("alert")
        expect(alert).to_contain_text("no labelled pictures to judge", timeout=60_000)
        expect(alert).to_contain_text("val split")
        look(page)
    dialog.get_by_role("button", name="Another form").click()
    expect(choice(dialog, "ONNX")).to_be_visible()
