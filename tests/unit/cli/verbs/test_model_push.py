from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.hub_push import TOKEN, push_hub
from fakes.served import colours
from sightline.app import open_workbench

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli


@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
def test_a_model_is_shown_then_pushed(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with open_workbench(cli.workspace) as bench:
        colours(bench, tmp_path, each=2)
    shown = cli("models", "push", "colours", "--dry-run").last
    assert "model.onnx" in {one["name"] for one in shown["files"]}
    text = cli.call("--workspace", cli.workspace, "models", "push", "colours", "--dry-run").out
    assert "Nothing was sent" in text
    assert "no licence" in text
    cli("models", "push", "colours", code=2)
    cli("models", "push", "colours", "--repo", "ann/colours", code=3)
    with push_hub() as hub:
        monkeypatch.setenv("SIGHTLINE_MODEL_HUB_URL", hub.url)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        done = cli("models", "push", "colours", "--repo", "ann/colours").last
        assert done["files"] == sorted(one["name"] for one in shown["files"])
        assert set(hub.files) == {"ann/colours"}
