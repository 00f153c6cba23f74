"""What people do to labels together: tags, whole views, classes, history, snapshots, training."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.axe import look
from e2e.toasts import expect_toast, remember
from fakes.running import wait_for_job
from fakes.shapes import SHAPES, write_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fakes.running import Running


@pytest.fixture
def api(server: Running) -> Iterator[httpx.Client]:
    """The server, asked directly: as somebody else would."""
    with httpx.Client(base_url=server.url, timeout=60) as client:
        yield client


@pytest.fixture
def tags(api: httpx.Client, project: str) -> str:
    """The project of shapes as one of tags."""
    values = {"values": {"task": "multi"}}
    api.put(f"/api/projects/{project}/settings", json=values).raise_for_status()
    return project


def browse(page: Page, server: Running, project: str) -> None:
    """Open the page and wait for its pictures."""
    page.goto(f"{server.url}/p/{project}/browse")
    expect(page.locator(".tile img").first).to_be_visible()


def saved(page: Page) -> None:
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def ids_of(api: httpx.Client, project: str) -> list[int]:
    return [one["id"] for one in api.get(f"/api/projects/{project}/images").json()["items"]]


def state(api: httpx.Client, image: int) -> tuple[str, list[int]]:
    found = api.get(f"/api/images/{image}").json()
    return found["status"], found["tags"]


def menu(page: Page, button: str, item: str) -> None:
    page.get_by_role("button", name=button).click()
    page.get_by_role("menuitem", name=item, exact=True).click()


@pytest.mark.nightly
def test_keys_toggle_tags_and_n_says_none_of_them(
    page: Page, server: Running, api: httpx.Client, tags: str
) -> None:
    first, second = ids_of(api, tags)[:2]
    browse(page, server, tags)
    tile = page.locator("#tile-0")
    for key in "12":
        page.keyboard.press(key)
    expect(tile.locator(".tag-chip")).to_have_count(2)
    expect(tile).to_have_attribute("aria-label", re.compile(f"{SHAPES[0]}, {SHAPES[1]}$"))
    page.keyboard.press("1")
    expect(tile.locator(".tag-chip")).to_have_text(["2"])
    page.keyboard.press("ArrowRight")
    page.keyboard.press("n")
    expect(page.locator("#tile-1")).to_have_attribute("aria-label", re.compile("none of these$"))
    saved(page)
    assert (state(api, first), state(api, second)) == (("labelled", [2]), ("labelled", []))
    page.keyboard.press("Control+z")
    expect(page.locator("#tile-1")).to_have_attribute("aria-label", re.compile("unlabelled$"))
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("2")
    expect(page.locator("#tile-1 .tag-chip")).to_have_text(["2"])
    page.keyboard.press("2")
    expect(page.locator(".tag-chip")).to_have_count(0)
    box = page.get_by_role("checkbox", name=SHAPES[2])
    box.check()
    expect(page.locator(".tag-chip")).to_have_text(["3"])
    saved(page)
    page.get_by_role("button", name=f"Only {SHAPES[2]}").click()
    expect(page.get_by_text("1 picture", exact=True)).to_be_visible()
    look(page)


def test_two_pages_on_one_picture_both_see_the_truth(
    page: Page, server: Running, tags: str
) -> None:
    other = page.context.browser.new_context().new_page()  # type: ignore[union-attr]
    remember(other)
    for one in (page, other):
        one.route("**/api/events*", lambda route: route.abort())
        browse(one, server, tags)
    page.keyboard.press("1")
    saved_tile = page.locator("#tile-0")
    expect(saved_tile.locator(".tag-chip")).to_have_text(["1"])
    expect(page.get_by_text("Saved", exact=True).or_(page.get_by_text("trying"))).to_be_visible()
    other.keyboard.press("2")
    told = "1 picture changed meanwhile: your label was taken back"
    expect_toast(other, told)
    expect(other.locator("#tile-0 .tag-chip")).to_have_text(["1"])
    other.keyboard.press("2")
    expect(other.locator("#tile-0 .tag-chip")).to_have_text(["1", "2"])
    other.close()


@pytest.mark.nightly
def test_a_whole_view_is_labelled_in_one_step_after_asking(
    page: Page, server: Running, api: httpx.Client, project: str, tmp_path: Path
) -> None:
    more = write_shapes(tmp_path / "more", 70)
    job = api.post(
        f"/api/projects/{project}/ingest", json={"source": str(more), "labels": "none"}
    ).json()
    wait_for_job(api, job["id"])
    size = api.get(f"/api/projects/{project}").json()["images"]
    assert size > 200
    browse(page, server, project)
    windows: list[str] = []
    page.on("request", lambda one: windows.append(one.url) if "offset=" in one.url else None)
    page.keyboard.press("Control+a")
    page.keyboard.press("2")
    dialog = page.get_by_role("dialog", name=f"Label {size} pictures?")
    expect(dialog).to_contain_text(f"{size} of {size} become “{SHAPES[1]}”")
    api.post(
        f"/api/projects/{project}/labels",
        json={"changes": [{"image_id": ids_of(api, project)[0], "class_id": 2}]},
    ).raise_for_status()
    dialog.get_by_role("button", name="Label them").click()
    again = page.get_by_role("dialog", name=f"Label {size - 1} pictures?")
    expect(again).to_be_visible()
    again.get_by_role("button", name="Label them").click()
    expect(page.locator("#tile-3")).to_have_attribute("aria-label", re.compile(f"{SHAPES[1]}$"))
    assert api.get(f"/api/projects/{project}").json()["labelled"] == size
    assert len(windows) <= 4, "what is not on screen is not loaded"
    page.keyboard.press("Control+z")
    expect(page.locator("#tile-3")).to_have_attribute("aria-label", re.compile("unlabelled$"))
    assert api.get(f"/api/projects/{project}").json()["labelled"] == 1


@pytest.mark.nightly
def test_classes_are_merged_split_and_put_in_order_on_the_page(
    page: Page, server: Running, api: httpx.Client, project: str
) -> None:
    def names() -> list[tuple[str, int]]:
        found = api.get(f"/api/projects/{project}/classes").json()
        return [(one["name"], one["count"]) for one in found]

    bars, cross, disc = SHAPES
    browse(page, server, project)
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.press("2")
    saved(page)
    menu(page, f"More for {cross}", "Merge into another")
    page.get_by_role("radio", name=re.compile(bars)).check()
    look(page)
    page.get_by_role("button", name="Merge 2 pictures").click()
    expect(page.get_by_role("button", name=f"Only {bars}, 3 pictures")).to_be_visible()
    assert names() == [(bars, 3), (disc, 0)]
    expect(page.locator("#tile-1")).to_have_attribute("aria-label", re.compile(f"{bars}$"))
    page.locator("#tile-0").click()
    menu(page, f"More for {bars}", "Split off")
    page.get_by_label("Name of the new class").fill("ring")
    page.get_by_role("button", name="Split off 1 picture").click()
    expect(page.get_by_role("button", name="Only ring, 1 picture")).to_be_visible()
    menu(page, "More for ring", "Move up")
    expect(page.locator(".class-row .filter-row").nth(1)).to_contain_text("ring")
    menu(page, f"More for {bars}", "Delete")
    expect(page.get_by_role("dialog")).to_contain_text("2 pictures lose it")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert names() == [("ring", 1), (disc, 0)]
    for _ in range(4):
        page.keyboard.press("Control+z")
        saved(page)
    expect(page.get_by_role("button", name=f"Only {cross}, 2 pictures")).to_be_visible()
    assert names() == [(bars, 1), (cross, 2), (disc, 0)]


def test_history_and_snapshots_say_what_changed_and_bring_it_back(
    page: Page, server: Running, api: httpx.Client, project: str
) -> None:
    browse(page, server, project)
    page.keyboard.press("1")
    saved(page)
    menu(page, "History and snapshots", "Snapshots")
    page.get_by_label("Name of the snapshot").fill("monday")
    page.get_by_role("button", name="Keep as it is now").click()
    expect(page.get_by_text("1 label, just now")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    page.keyboard.press("Home")
    page.keyboard.press("3")
    page.keyboard.press("3")
    saved(page)
    page.keyboard.press("Home")
    inspector = page.get_by_label("Picture", exact=True)
    expect(inspector).to_contain_text(f"{SHAPES[0]} → {SHAPES[2]}")
    expect(inspector).to_contain_text(f"unlabelled → {SHAPES[0]}")
    menu(page, "History and snapshots", "History")
    rows = page.get_by_role("dialog").get_by_role("row")
    expect(rows.nth(1)).to_contain_text(f"Label 1 image {SHAPES[2]}")
    look(page)
    page.keyboard.press("Escape")
    menu(page, "History and snapshots", "Snapshots")
    page.get_by_role("button", name="Compare").click()
    table = page.get_by_role("table")
    expect(table).to_contain_text("2 pictures differ")
    page.get_by_role("button", name=f"Only {SHAPES[0]} to {SHAPES[2]}").click()
    expect(page.get_by_label("Pictures that differ").get_by_role("listitem")).to_have_count(1)
    look(page)
    page.get_by_role("button", name="Go back").click()
    confirm = page.get_by_role("dialog", name="Go back to monday?")
    expect(confirm).to_contain_text("2 pictures become as they were")
    confirm.get_by_role("button", name="Go back").click()
    expect(page.get_by_role("dialog", name="Snapshots")).to_contain_text("monday")
    page.keyboard.press("Escape")
    expect(page.locator("#tile-0")).to_have_attribute("aria-label", re.compile(f"{SHAPES[0]}$"))
    assert api.get(f"/api/projects/{project}").json()["labelled"] == 1


@pytest.mark.nightly
def test_a_quick_training_runs_in_the_dialog_and_its_doubts_are_a_queue(
    page: Page, server: Running, api: httpx.Client, project: str
) -> None:
    shapes = {one["name"]: one["id"] for one in api.get(f"/api/projects/{project}/classes").json()}
    items = api.get(f"/api/projects/{project}/images").json()["items"]
    changes: list[dict[str, Any]] = [
        {"image_id": one["id"], "class_id": shapes[re.sub(r".*_|\.png", "", one["path"])]}
        for one in items[::2]
    ]
    api.post(f"/api/projects/{project}/labels", json={"changes": changes}).raise_for_status()
    browse(page, server, project)
    page.get_by_role("button", name="Quick training").click()
    dialog = page.get_by_role("dialog", name="Quick training")
    expect(dialog).to_contain_text("of 30 labelled pictures")
    look(page)
    dialog.get_by_label("Network").select_option("small_cnn")
    dialog.get_by_label("Epochs").fill("1")
    dialog.get_by_label("Vary the pictures").uncheck()
    dialog.get_by_role("button", name="Train", exact=True).click()
    doubts = dialog.get_by_role("button", name="Show its doubts")
    expect(doubts).to_be_visible(timeout=90_000)
    (told,) = api.get(f"/api/projects/{project}/predictions").json()
    assert (told["images"], told["missing"]) == (60, 0)
    doubts.click()
    expect(page.get_by_role("button", name="Queue: Disagreement")).to_be_visible()
    expect(page).to_have_url(re.compile(f"against={told['model']}"))
