"""Models on the page: pulled by name, added by path, chosen as a project's encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import look, look_in_both_themes
from fakes.hub import Hub, running_hub
from fakes.onnx_graphs import colour_model
from fakes.tiny_models import save_transformer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fakes.running import Running

NAME = "dinov2-small"


@pytest.fixture(autouse=True)
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """What the server takes for the hub: one tiny network under a published name."""
    with running_hub() as made:
        made.add_repository(f"facebook/{NAME}", save_transformer(tmp_path / "dino", "dinov2"))
        monkeypatch.setenv("SIGHTLINE_MODEL_HUB_URL", made.url)
        yield made


@pytest.mark.nightly
def test_a_model_is_pulled_and_becomes_the_encoder_of_a_project(
    page: Page, server: Running, project: str
) -> None:
    page.goto(f"{server.url}/models")
    page.get_by_role("button", name="Get a model").click()
    row = page.get_by_role("row", name=NAME)
    expect(row).to_contain_text("88 MB")
    expect(row).to_contain_text("Apache-2.0")
    row.get_by_role("button", name=f"Pull {NAME}").press("Enter")
    here = row.get_by_role("link", name="here")
    expect(here).to_be_visible(timeout=60_000)

    page.get_by_role("tab", name=f"Encoders of {project}").click()
    ours = page.get_by_role("row", name=NAME)
    ours.get_by_role("button", name="Use", exact=False).click()
    expect(ours).to_contain_text("60 of 60", timeout=60_000)
    expect(ours).to_contain_text("in use")
    look_in_both_themes(page, ours)
    ours.get_by_role("button", name="Delete the vectors").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(ours).to_contain_text("0 of 60")


@pytest.mark.nightly
def test_what_cannot_be_pulled_says_why(page: Page, server: Running, hub: Hub) -> None:
    hub.wrong_hash = True
    page.goto(f"{server.url}/models?tab=get")
    page.get_by_role("row", name=NAME).get_by_role("button", name="Pull").click()
    expect(page.get_by_role("alert")).to_contain_text("not the file that was meant", timeout=60_000)
    look(page)


def test_a_file_is_added_by_its_path(page: Page, server: Running, tmp_path: Path) -> None:
    file = colour_model(tmp_path / "colours.onnx")
    page.goto(f"{server.url}/models")
    page.get_by_role("button", name="Add a model").click()
    dialog = page.get_by_role("dialog", name="Add a model")
    dialog.get_by_label("File or folder").fill(str(tmp_path / "none.onnx"))
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("No file")
    dialog.get_by_label("File or folder").fill(str(file))
    dialog.get_by_text("More").click()
    dialog.get_by_label("Output of the graph").fill("embedding")
    look(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="colours")).to_contain_text("encoder")


def test_a_dropped_file_is_added_checked_removed_and_put_back(
    page: Page, server: Running, tmp_path: Path
) -> None:
    file = colour_model(tmp_path / "colours.onnx")
    page.goto(f"{server.url}/models?tab=disk")
    expect(page.get_by_role("region", name="Models")).to_contain_text("Free on this disk")
    page.get_by_role("button", name="Add a model").click()
    dialog = page.get_by_role("dialog", name="Add a model")
    dialog.locator("input[type=file]").set_input_files(str(file))
    dialog.get_by_text("More").click()
    dialog.get_by_label("Output of the graph").fill("embedding")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Check all").click()
    expect(page.get_by_role("status").filter(has_text="every byte")).to_be_visible()

    page.get_by_role("tab", name="In this workspace").click()
    page.get_by_role("button", name="Remove colours").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").press("Enter")
    expect(page.get_by_role("heading", name="No models yet")).to_be_visible()
    page.get_by_role("tab", name="On the disk").click()
    back = page.get_by_role("button", name="Put colours back")
    expect(back).to_be_visible()
    look(page)
    back.click()
    expect(back).to_be_hidden()
    page.get_by_role("tab", name="In this workspace").click()
    expect(page.get_by_role("row", name="colours")).to_contain_text("encoder")
