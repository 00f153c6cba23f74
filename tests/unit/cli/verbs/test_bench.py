from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from fakes.onnx_graphs import colour_model
from sightline.cli.verbs import bench

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli


@pytest.mark.nightly
def test_a_model_is_measured(cli: Cli, tmp_path: Path) -> None:
    cli("models", "add", colour_model(tmp_path / "c.onnx"), "--name", "colours")
    found = cli("bench", "colours", "--seconds", "0.05", "--threads", "1").last
    (row,) = found["forms"]
    assert row["latency"][0]["threads"] == 1
    assert row["memory_bytes"] > 1 << 20
    assert cli.error("bench", "none", code=4)["code"] == "unknown_model"


def test_names_of_benchmarks_are_benchmarks(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[Any] = []

    class Done:
        returncode = 0

    def run(command: list[str], **_: object) -> Done:
        called.append(command[3:])
        return Done()

    monkeypatch.setattr(subprocess, "run", run)
    cli("bench", "serve", "cold")
    cli("bench")
    assert called == [["serve", "cold"], []]
    assert "one model" in cli.error("bench", "serve", "colours", code=2)["hint"]


def test_an_installed_package_has_models_only(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    assert cli.error("bench", code=3)["code"] == "missing_extra"
    assert cli.error("bench", "serve", code=4)["code"] == "unknown_model"
