"""A model pushed to a hub from the page, after a look at every file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.axe import look
from fakes.hub_push import TOKEN, PushHub, push_hub
from fakes.onnx_graphs import colour_model

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fakes.running import Running


@pytest.fixture(autouse=True)
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[PushHub]:
    """What the server takes for the hub, and a token for it."""
    with push_hub() as made:
        monkeypatch.setenv("SIGHTLINE_MODEL_HUB_URL", made.url)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield made


@pytest.mark.nightly
def test_a_model_is_looked_at_and_pushed(
    page: Page, hub: PushHub, server: Running, tmp_path: Path
) -> None:
    body = {"path": str(colour_model(tmp_path / "colours.onnx")), "name": "colours"}
    made = httpx.post(f"{server.url}/api/models", json=body, timeout=30).raise_for_status().json()
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(f"{server.url}/models/{made['id']}")
    page.get_by_role("button", name="Push").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("row").filter(has_text="model.onnx")).to_be_visible()
    expect(dialog.get_by_text("no licence")).to_be_visible()
    assert hub.asked == []
    look(page)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    look(page)
    send = dialog.get_by_role("button", name="Push")
    expect(send).to_be_disabled()
    dialog.get_by_label("Repository").fill("ann/colours")
    send.click()
    expect(page.get_by_text("done", exact=True).first).to_be_visible(timeout=60_000)
    assert "model.onnx" in hub.files["ann/colours"]
    assert hub.repositories == {"ann/colours": True}
