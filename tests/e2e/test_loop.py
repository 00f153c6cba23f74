"""The main job in a browser: from a folder of pictures to a checked model that answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.axe import look, look_in_both_themes
from e2e.browse import choose_queue
from fakes.shapes import SHAPES, draw

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.running import Running

EACH = 20
LONG_MS = 90_000


def has_pixels(tile: Locator) -> bool:
    """Tell whether a tile's picture is drawn, and is not one flat colour."""
    return bool(
        tile.locator("img").evaluate(
            """async (image) => {
              await image.decode();
              const canvas = new OffscreenCanvas(32, 32);
              const pen = canvas.getContext("2d");
              pen.drawImage(image, 0, 0, 32, 32);
              const data = pen.getImageData(0, 0, 32, 32).data;
              return new Set(data).size > 16;
            }"""
        )
    )


def label_by_name(page: Page, count: int) -> None:
    """Label as a person would: look at the focused picture's name, press its class's key."""
    for _ in range(count):
        name = page.locator(".inspector-name").inner_text()
        shape = name.removesuffix(".png").split("_")[1]
        page.keyboard.press(str(SHAPES.index(shape) + 1))
        expect(page.locator(".inspector-name")).not_to_have_text(name)


def labels_known(head: Locator) -> int:
    """Return how many labels the head was fitted to; those of the test split are never among."""
    return int(re.findall(r"(\d+) labels", head.get_attribute("aria-label") or "")[0])


def add_pictures(page: Page, source: Path, found: int) -> None:
    """Make a project, look at a folder, and take it in."""
    page.get_by_role("main").get_by_role("button", name="New project").first.click()
    page.get_by_label("Name").fill("shapes")
    page.get_by_role("button", name="Create").click()
    page.get_by_label("Folder or file").fill(str(source))
    page.get_by_label("Labels").select_option("none")
    page.get_by_role("button", name="Look first").click()
    report = page.get_by_label("What was found")
    expect(report.locator("dd").nth(0)).to_have_text(str(found + 1))
    expect(report.locator("dd").nth(3)).to_have_text("1")
    page.get_by_role("button", name=f"Add {found} pictures").click()
    expect(page).to_have_url(re.compile("/p/shapes/browse$"))
    expect(page.get_by_text(f"{found} pictures", exact=True)).to_be_visible()


def label_some(page: Page) -> None:
    """Make classes, give labels by keys, take one back and give it again."""
    for shape in SHAPES:
        page.get_by_label("Name of a new class").fill(shape)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=f"Only {shape}, 0 pictures")).to_be_visible()
    page.locator(".tile").first.click()
    label_by_name(page, 6)
    expect(page.locator(".tile.labelled")).to_have_count(6)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.locator(".tile.labelled")).to_have_count(5)
    page.keyboard.press("Control+Shift+Z")
    expect(page.locator(".tile.labelled")).to_have_count(6)


def teach(page: Page) -> None:
    """Embed, and label on: the head learns, and the queue asks for what is worth the time."""
    page.get_by_role("button", name="Embed the pictures").click()
    page.get_by_role("menuitem").first.click()
    head = page.get_by_role("button", name="What the head has learned: details")
    expect(head).to_be_visible(timeout=LONG_MS)
    page.locator(".tile.focused").click()
    label_and_learn(page, head)
    choose_queue(page, "Uncertain")
    expect(page.locator(".tile-why").first).to_have_text(re.compile("%"))
    page.locator(".tile").first.click()
    label_and_learn(page, head)


def label_and_learn(page: Page, head: Locator) -> None:
    """Label a dozen pictures and wait until the head knows of them."""
    knew = labels_known(head)
    label_by_name(page, 12)
    more = re.compile(rf"(?<!\d){knew} labels")
    expect(head).not_to_have_attribute("aria-label", more, timeout=LONG_MS)


def train(page: Page) -> None:
    """Train a few epochs, watch the curves, and read the report."""
    page.get_by_role("link", name="Train").click()
    page.get_by_label("Epochs", exact=True).fill("3")
    page.get_by_role("button", name="Start training").click()
    expect(page.locator(".chart canvas").first).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_role("tab", name="Report")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_text(re.compile("accuracy on (test|val)"))).to_be_visible()
    expect(page.get_by_role("region", name="Confusion matrix")).to_be_visible()
    expect(page.get_by_role("region", name="Measures of each class")).to_contain_text("disc")
    look_in_both_themes(page, page.get_by_role("region", name="Confusion matrix"))


def export_and_ask(page: Page, picture: Path) -> None:
    """Export the model, and ask it about a picture that nobody has seen."""
    page.get_by_role("link", name="Model", exact=True).click()
    page.get_by_role("button", name="Export to ONNX").click()
    expect(page.get_by_role("link", name="Download")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_text("Largest difference to the network")).to_be_visible()
    page.get_by_role("group", name="Drop pictures here").locator("input").set_input_files(picture)
    answer = page.locator(".prediction").first
    expect(answer.locator(".prediction-label b")).to_have_text(re.compile("|".join(SHAPES)))
    expect(answer.locator(".probabilities li")).to_have_count(len(SHAPES))
    look(page)


@pytest.mark.timeout(300)
def test_the_loop_from_a_folder_to_a_prediction(
    page: Page, server: Running, shapes: Path, tmp_path: Path
) -> None:
    (shapes / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Start with a folder of pictures")).to_be_visible()
    add_pictures(page, shapes, len(SHAPES) * EACH)
    tile = page.locator(".tile").first
    expect(tile.locator("img")).to_be_visible()
    assert has_pixels(tile)
    label_some(page)
    teach(page)
    train(page)
    unseen = tmp_path / "unseen.png"
    draw("disc", 999).save(unseen)
    export_and_ask(page, unseen)
    page.get_by_role("link", name="Jobs").click()
    jobs = page.get_by_role("navigation", name="Jobs")
    for kind in ("Adding pictures", "Embedding", "Training", "Exporting"):
        expect(jobs.get_by_text(kind).first).to_be_visible()
