"""Trainings in the browser: stopped, resumed, fine-tuned; and settings, saved with their origin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from e2e.toasts import expect_toast

if TYPE_CHECKING:
    from fakes.running import Running

LONG_MS = 60_000


@pytest.mark.timeout(240)
@pytest.mark.nightly
def test_a_training_is_stopped_and_resumed(page: Page, server: Running, taught: str) -> None:
    page.goto(f"{server.url}/p/{taught}/train")
    page.get_by_label("Epochs", exact=True).fill("400")
    page.get_by_role("button", name="Start training").click()
    state = page.locator(".run-head .badge")
    expect(page.locator(".chart canvas").first).to_be_visible(timeout=LONG_MS)
    page.get_by_role("button", name="Stop").click()
    expect(state).to_have_text("cancelled", timeout=LONG_MS)
    page.get_by_role("button", name="Resume").click()
    expect(state).to_have_text("running", timeout=LONG_MS)
    expect(page.get_by_text(re.compile("Epoch .* of 400"))).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(state).to_have_text("cancelled", timeout=LONG_MS)


@pytest.mark.timeout(240)
@pytest.mark.nightly
def test_a_training_starts_from_what_another_one_learned(
    page: Page, server: Running, taught: str
) -> None:
    page.goto(f"{server.url}/p/{taught}/train")
    page.get_by_label("Epochs", exact=True).fill("2")
    page.get_by_role("button", name="Start training").click()
    page.get_by_role("button", name="Fine-tune").click(timeout=LONG_MS)
    expect(page.get_by_label("Training to start from")).not_to_have_value("")
    page.get_by_label("Epochs", exact=True).fill("1")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("fine-tuned, just now")).to_be_visible()
    expect(page.get_by_role("tab", name="Report")).to_be_visible(timeout=LONG_MS)


@pytest.mark.nightly
def test_a_value_that_cannot_be_is_told_beside_its_field(
    page: Page, server: Running, taught: str
) -> None:
    page.goto(f"{server.url}/p/{taught}/train")
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("0")
    page.get_by_role("button", name="Start training").click()
    expect(page.locator(".form-error")).to_be_visible()
    expect(epochs).to_have_attribute("aria-invalid", "true")
    expect(page).to_have_url(re.compile("/train$"))


@pytest.mark.nightly
def test_a_setting_is_saved_with_its_origin(page: Page, server: Running, project: str) -> None:
    page.goto(f"{server.url}/settings")
    page.get_by_role("tab", name=f"Project {project}").click()
    page.get_by_label("Title").fill("Three shapes")
    page.get_by_role("button", name="Save").click()
    expect_toast(page, "Settings saved")
    expect(
        page.locator(".form-row", has=page.get_by_label("Title")).locator(".badge")
    ).to_have_text("project.json")
    page.goto(f"{server.url}/projects")
    expect(page.get_by_role("link", name="Open Three shapes")).to_be_visible()


def test_a_server_that_is_away_is_told_with_the_next_step(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile img").first).to_be_visible()
    server.stop()
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("alert")).to_contain_text("python3 run.py", timeout=LONG_MS)
    server.start()
    expect(page.get_by_role("heading", name="No models yet")).to_be_visible(timeout=LONG_MS)
