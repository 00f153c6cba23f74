"""The page Objects, Predictions: a file is judged by what is drawn, its errors open as pictures."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.axe import look, look_in_both_themes
from e2e.browse import open_and_listen

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running


@pytest.mark.nightly
def test_a_file_of_predictions_is_judged_and_its_errors_open_as_a_queue(
    page: Page, server: Running, project: str, tmp_path: Path
) -> None:
    url = f"{server.url}/p/{project}/objects?tab=predictions"
    open_and_listen(page, url)
    expect(page.get_by_text("How good are the predictions?")).to_be_visible()
    look(page)
    with httpx.Client(base_url=server.url, timeout=30) as api:
        classes = api.get(f"/api/projects/{project}/classes").json()
        items = api.get(f"/api/projects/{project}/images", params={"limit": 4}).json()["items"]
        box = {"uid": "a", "kind": "box", "geometry": [8, 8, 28, 28], "class_id": classes[0]["id"]}
        changes = [{"image_id": one["id"], "put": [box]} for one in items]
        api.post(f"/api/projects/{project}/objects", json={"changes": changes}).raise_for_status()
    said = [("0", classes[0]["name"]), ("1", classes[0]["name"]), ("2", classes[1]["name"])]
    results = tmp_path / "results.json"
    results.write_text(
        json.dumps(
            [
                {
                    "image_id": items[int(at)]["path"].split("/")[-1],
                    "category_id": name,
                    "bbox": [8, 8, 20, 20],
                    "score": 0.9,
                }
                for at, name in said
            ]
        )
    )
    page.get_by_label("A file of predictions").set_input_files(results)
    expect(page.get_by_role("heading", name="results.json")).to_be_visible()
    expect(
        page.get_by_role("button", name=re.compile("Wrong class.*1.*in 1 picture"))
    ).to_be_enabled()
    look_in_both_themes(page, page.get_by_role("heading", name="What is wrong"))
    page.get_by_role("button", name=re.compile("^Missed")).press("Enter")
    expect(page.get_by_role("heading", name="Missed")).to_contain_text("1")
    tile = page.get_by_role("link", name=re.compile("was missed"))
    expect(tile.locator("img")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Open as a queue").press("Enter")
    expect(page.locator(".tile")).to_have_count(1)
    page.go_back()
    tile.press("Enter")
    expect(page).to_have_url(re.compile(f"/annotate/{items[3]['id']}$"))
