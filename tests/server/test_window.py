"""A window over a real server; the toolkit alone is a fake, for there is no screen."""

from __future__ import annotations

import json
import sys
import types
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from sightline.core.errors import MissingExtraError
from sightline.server import window

if TYPE_CHECKING:
    from pathlib import Path


class Toolkit(types.ModuleType):
    """Stands for pywebview: "shows" a page by asking it for its health."""

    def __init__(self, *, fails: bool = False) -> None:
        super().__init__("webview")
        self.errors = types.SimpleNamespace(WebViewException=LookupError)
        self.fails = fails
        self.address = ""
        self.health: dict[str, Any] = {}

    def create_window(self, title: str, address: str, **size: int) -> None:
        assert title
        assert size
        self.address = address

    def start(self, **_options: object) -> None:
        if self.fails:
            raise LookupError("no screen")
        with urllib.request.urlopen(f"{self.address}/api/health") as answer:
            self.health = json.load(answer)


def put(monkeypatch: pytest.MonkeyPatch, toolkit: Toolkit) -> Toolkit:
    toolkit.__spec__ = types.SimpleNamespace(name="webview")  # type: ignore[assignment]
    monkeypatch.setitem(sys.modules, "webview", toolkit)
    return toolkit


@pytest.mark.nightly
def test_the_window_shows_a_server_that_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolkit = put(monkeypatch, Toolkit())
    window.show(tmp_path / "w", ["--port=0"])
    assert toolkit.health["workspace"] == str(tmp_path / "w")
    assert not (tmp_path / "w/server.json").exists()


@pytest.mark.nightly
def test_without_a_screen_the_page_opens_in_the_browser_while_the_server_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(monkeypatch, Toolkit(fails=True))
    opened = []

    def browse(address: str) -> None:
        with urllib.request.urlopen(f"{address}/api/health") as answer:
            opened.append(json.load(answer)["status"])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        window.show(tmp_path / "w", ["--port=0"], fall_back=browse)
    assert opened == ["ok"]
    assert "No window can be opened" in capsys.readouterr().err
    assert not (tmp_path / "w/server.json").exists()


def test_without_the_extra_its_name_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "installed", lambda _name: False)
    with pytest.raises(MissingExtraError) as caught:
        window.show(tmp_path)
    assert "desktop" in caught.value.hint
