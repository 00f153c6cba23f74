"""What the head has learned, as the page tells it: the way to the target, curves, each tag."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.axe import Theme, look
from fakes.shapes import SHAPES

if TYPE_CHECKING:
    from fakes.running import Running


def label(server: Running, project: str, *, tags: bool) -> None:
    """Label every picture after its file, and fit the head."""
    with httpx.Client(base_url=server.url, timeout=60) as api:
        classes = api.get(f"/api/projects/{project}/classes").json()
        ids = {one["name"]: one["id"] for one in classes}
        items = api.get(f"/api/projects/{project}/images", params={"limit": 100}).json()["items"]
        changes = []
        for item in items:
            shape = next(one for one in SHAPES if one in item["path"].rsplit("/", 1)[-1])
            said = {"tags": [ids[shape]]} if tags else {"class_id": ids[shape]}
            changes.append({"image_id": item["id"], **said})
        api.post(f"/api/projects/{project}/labels", json={"changes": changes}).raise_for_status()
        api.post(f"/api/projects/{project}/head/train").raise_for_status()


def open_report(page: Page, server: Running, project: str) -> None:
    """Open it by the keyboard."""
    page.goto(f"{server.url}/p/{project}/browse")
    head = page.get_by_role("button", name="What the head has learned: details")
    head.focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("theme", ["dark", pytest.param("light", marks=pytest.mark.nightly)])
def test_the_way_to_the_target_is_told_and_drawn(
    page: Page, server: Running, project: str, theme: Theme
) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    label(server, project, tags=False)
    open_report(page, server, project)
    report = page.get_by_role("dialog", name="Head")
    target = report.get_by_role("region", name="Target")
    expect(target).to_contain_text("target 95 %")
    expect(target.get_by_role("progressbar")).to_be_visible()
    expect(target.get_by_role("img", name="Accuracy by labels")).to_be_visible()
    expect(target).to_contain_text(re.compile("reached|more labels|levels off", re.I))
    expect(report.get_by_role("img", name="Reliability diagram")).to_be_visible()
    look(page)
    page.keyboard.press("Escape")
    expect(report).not_to_be_visible()
    expect(page.locator(".target")).to_contain_text(" of 95 %")


@pytest.mark.nightly
def test_each_tag_has_its_measures_and_its_reliability(
    page: Page, server: Running, project: str
) -> None:
    label(server, project, tags=True)
    open_report(page, server, project)
    report = page.get_by_role("dialog", name="Head")
    table = report.get_by_role("region", name="Measures of each tag")
    for shape in SHAPES:
        expect(table.get_by_role("row", name=re.compile(shape))).to_be_visible()
    report.get_by_label("Reliability of").select_option(label=SHAPES[0])
    expect(report.get_by_role("img", name="Reliability diagram")).to_be_visible()
    expect(report).to_contain_text("Mean F1")
    look(page)
