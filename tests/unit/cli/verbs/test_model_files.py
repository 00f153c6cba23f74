"""`models verify`, `remove`, `trash`, `restore`, `disk`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.onnx_graphs import colour_model

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from fakes.cli import Cli


def test_a_model_is_added_checked_removed_and_put_back(cli: Cli, tmp_path: Path) -> None:
    file = colour_model(tmp_path / "colours.onnx")
    made = cli("models", "add", file, "--output", "embedding").last
    assert made["name"] == "colours"
    assert cli("models", "verify").last["ok"]
    assert cli("models", "verify", "colours").last["models"][0]["blake3"] == made["blake3"]
    gone = cli("models", "remove", "colours").last
    assert (gone["id"], gone["used_by"]) == (made["id"], [])
    assert [one["id"] for one in cli("models", "trash").lines] == [made["id"]]
    assert cli("models", "restore", "colours").last["id"] == made["id"]
    assert cli("models", "trash", "--empty").last == {"erased": 0}


def test_removing_what_is_used_says_by_whom(cli: Cli, tmp_path: Path) -> None:
    cli("models", "add", colour_model(tmp_path / "colours.onnx"), "--output", "embedding")
    cli("projects", "create", "pets")
    (cli.workspace / "projects/pets/project.json").write_text('{"encoder": "colours"}')
    shown = cli.call("--workspace", cli.workspace, "models", "remove", "colours").out
    assert "project pets: its encoder (encoder)" in shown
    assert "models restore" in shown
    shown = cli.call("--workspace", cli.workspace, "models", "disk").out
    assert "missing: colours, project pets: its encoder (encoder)" in shown
    assert "trash: colours" in shown
    (missing,) = cli("models", "disk").last["missing"]
    assert missing["how"] == "sightline models add FOLDER --name colours"


def test_a_model_that_is_not_whole_ends_with_an_error(cli: Cli, tmp_path: Path) -> None:
    made = cli("models", "add", colour_model(tmp_path / "c.onnx"), "--output", "embedding").last
    (cli.workspace / "models" / made["id"] / "model.onnx").write_bytes(b"")
    error = cli.error("models", "verify", code=3)
    assert "1 of 1 models are not whole" in error["message"]
    assert "add it again" in error["hint"]


def test_a_begun_download_is_thrown_away(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIGHTLINE_MODEL_HUB_URL", raising=False)
    folder = cli.workspace / "cache/pulls/hub--facebook--dinov2-small"
    folder.mkdir(parents=True)
    (folder / "config.json").write_bytes(b"{}")
    assert cli("models", "pull", "dinov2-small", "--forget").last["freed_bytes"] == 2
    assert cli.error("models", "pull", "dinov2-small", "--forget", code=4)["code"] == "not_found"
