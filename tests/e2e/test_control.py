"""Trainings in the browser: held by the reins, queued, compared, noted, thrown away and back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.axe import look, look_in_both_themes

if TYPE_CHECKING:
    from fakes.running import Running

LONG_MS = 60_000
SMALL: dict[str, Any] = {"augment": {"views": 4}, "loader": {"workers": 0}, "threads": 1}


def start(server: Running, project: str, **spec: Any) -> str:
    """Start a training and return its id."""
    with httpx.Client(base_url=server.url, timeout=30) as api:
        body = {"spec": {**SMALL, **spec}, "mode": "new", "parent": None}
        made = api.post(f"/api/projects/{project}/runs", json=body).raise_for_status().json()
    return str(made["run"])


@pytest.mark.timeout(240)
@pytest.mark.nightly
def test_a_training_is_paused_slowed_ended_with_its_epoch_and_compared_with_the_next(
    page: Page, server: Running, taught: str
) -> None:
    first = start(server, taught, epochs=400)
    second = start(server, taught, epochs=1, seed=7)
    page.goto(f"{server.url}/p/{taught}/train/{first}")
    head, pill = page.locator(".run-head"), page.locator(".job-pill")
    expect(page.locator(".chart canvas").first).to_be_visible(timeout=LONG_MS)
    expect(pill).to_contain_text(re.compile("New epoch .* of 400"))
    expect(pill).to_contain_text("+1 queued")

    page.get_by_role("button", name="Pause").click()
    expect(head.locator(".badge")).to_have_text("paused")
    expect(pill).to_contain_text("paused")
    events = page.get_by_role("region", name="What happened meanwhile")
    expect(events).to_contain_text("Paused, with everything saved")
    look_in_both_themes(page, events)
    page.get_by_role("button", name="Go on").click()
    expect(head.locator(".badge")).to_have_text("running")

    page.get_by_role("button", name="Rate").click()
    look(page)
    page.get_by_role("button", name="× 0.5").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Rate × 0.5")).to_be_visible()
    expect(events).to_contain_text("× 0.5 the schedule's")
    page.get_by_role("button", name="End with this epoch").click()
    expect(page.get_by_role("tab", name="Report")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_role("button", name="Resume")).to_be_visible()

    page.get_by_label("Notes").fill("slower, and stopped early")
    expect(page.get_by_role("link", name=re.compile("slower, and stopped"))).to_be_visible()
    expect(pill).to_have_count(0, timeout=LONG_MS)
    page.get_by_role("button", name="Compare").click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("link", name="Compare 2 trainings").click()
    spec = page.get_by_role("region", name="Settings that differ")
    expect(spec.get_by_role("rowheader")).to_have_text(["epochs", "seed"])
    expect(page.get_by_role("region", name="Figures side by side")).to_contain_text("accuracy")
    expect(page.locator(".chart canvas")).to_have_count(3)
    look(page)

    page.goto(f"{server.url}/p/{taught}/train/{second}")
    page.get_by_role("button", name="More for this training").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".run-item")).to_have_count(1)
    page.get_by_role("button", name="Trash (1)").click()
    look(page)
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(page.locator(".run-item")).to_have_count(2)


@pytest.mark.nightly
def test_settings_as_text_are_checked_as_one_types_and_compared(
    page: Page, server: Running, taught: str
) -> None:
    page.goto(f"{server.url}/p/{taught}/train")
    page.get_by_label("Network", exact=True).click()
    page.get_by_label("Network", exact=True).fill("resnet 18")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Network", exact=True)).to_have_value("resnet18")
    page.get_by_label("Search the settings").fill("learning rate")
    expect(page.get_by_label("Learning rate", exact=True)).to_be_visible()
    expect(page.get_by_label("Epochs", exact=True)).to_be_hidden()

    page.get_by_role("button", name="Text", exact=True).click()
    text = page.get_by_label("All settings")
    expect(text).to_have_value(re.compile("name: resnet18"))
    text.fill("epochs: 3\noptimzer: {lr: 0.1}\n")
    expect(page.get_by_role("alert")).to_contain_text("optimizer")
    expect(page.get_by_role("button", name="Start training")).to_be_disabled()
    text.fill("epochs: 3\nlabel_smoothing: 0.2\n")
    expect(page.get_by_text("label_smoothing is now loss.label_smoothing")).to_be_visible()
    page.get_by_role("button", name="Compare").click()
    differ = page.get_by_role("region", name="Settings that differ")
    expect(differ).to_contain_text("loss.label_smoothing")
    page.get_by_label("Compared with").select_option(label="ResNet: the classic, deeper")
    expect(differ).to_contain_text("preset")
    look_in_both_themes(page, page.get_by_role("button", name="Text", exact=True))


@pytest.mark.nightly
def test_a_projects_card_offers_the_modes_and_says_why_not(
    page: Page, server: Running, taught: str
) -> None:
    page.goto(f"{server.url}/projects")
    card = page.locator(".project-card")
    card.click(button="right")
    menu = page.get_by_role("menu", name=f"More for {taught}")
    resume = menu.get_by_role("menuitem", name="Resume training")
    expect(resume).to_be_disabled()
    expect(resume).to_contain_text("No training has left a checkpoint yet.")
    expect(menu.get_by_role("menuitem", name="Fine-tune")).to_be_disabled()
    page.keyboard.press("Escape")
    card.get_by_role("button", name=f"More for {taught}").press("Enter")
    page.get_by_role("menuitem", name="New training").press("Enter")
    expect(page).to_have_url(re.compile(r"/train\?mode=new"))
    expect(page.get_by_role("heading", name="New training")).to_be_visible()
