"""A training that begins with a preset, and a model that answers with tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.axe import look
from fakes.running import wait_for_job

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running

LONG_MS = 60_000
QUICK = {
    "preset": "multilabel_boolean", "epochs": 2, "image_size": 16, "batch_size": 16,
    "model": {"name": "small_cnn"}, "augment": {"views": 2}, "threads": 1,
}  # fmt: skip


@pytest.mark.browser
@pytest.mark.nightly
def test_a_preset_is_found_by_words_and_fills_the_form(
    page: Page, server: Running, taught: str
) -> None:
    page.goto(f"{server.url}/p/{taught}/train")
    page.get_by_role("button", name="Choose a preset").click()
    dialog = page.get_by_role("dialog", name="Begin with a preset")
    search = dialog.get_by_role("searchbox", name="Search the presets")
    expect(search).to_be_focused()
    expect(dialog.locator(".preset-option")).to_have_count(28)
    look(page)
    search.fill("which objects")
    search.press("ArrowDown")
    expect(dialog.get_by_role("button", name="Which objects are there")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    picker = page.get_by_role("region", name="Preset", exact=True)
    expect(picker).to_contain_text("not where")
    expect(picker).to_contain_text("tiny data set")
    expect(page.get_by_label("Network", exact=True)).to_have_value("resnet18")
    look(page)
    picker.get_by_role("button", name="Begin without a preset").click()
    expect(page.get_by_label("Network", exact=True)).not_to_have_value("resnet18")


@pytest.mark.browser
@pytest.mark.timeout(240)
@pytest.mark.nightly
def test_models_of_tags_answer_with_tags_and_embeddings_with_what_lies_near(
    page: Page, server: Running, taught: str, shapes: Path
) -> None:
    with httpx.Client(base_url=server.url, timeout=60) as api:
        made = api.post(f"/api/projects/{taught}/runs", json={"spec": QUICK}).raise_for_status()
        near = QUICK | {"preset": "embedding_retrieval_balanced"}
        other = api.post(f"/api/projects/{taught}/runs", json={"spec": near}).raise_for_status()
        wait_for_job(api, made.json()["job"]["id"])
        run = api.get(f"/api/runs/{made.json()['run']}").json()
        wait_for_job(api, other.json()["job"]["id"])
        job = api.post(f"/api/models/{run['model']}/export", json={}).raise_for_status()
        wait_for_job(api, job.json()["id"])
    page.goto(f"{server.url}/p/{taught}/train/{run['id']}")
    expect(page.locator(".run-figures")).to_contain_text("mAP")
    table = page.get_by_role("region", name="Measures of each tag")
    expect(table.get_by_role("columnheader", name="Threshold")).to_be_visible()
    look(page)
    page.goto(f"{server.url}/models/{run['model']}")
    picture = next(iter(sorted(shapes.rglob("*.png"))))
    page.locator("input[type=file]").first.set_input_files(str(picture))
    answer = page.locator(".prediction")
    expect(answer).to_contain_text(re.compile(r"%"), timeout=LONG_MS)
    expect(answer.locator(".prediction-tags, .prediction-label")).to_have_count(1)
    look(page)
    page.goto(f"{server.url}/p/{taught}/train/{other.json()['run']}")
    expect(page.locator(".run-figures")).to_contain_text("recall@1")
    expect(page.get_by_role("heading", name="Class of the nearest picture")).to_be_visible()
    look(page)
