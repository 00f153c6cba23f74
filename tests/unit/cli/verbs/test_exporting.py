from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.conv_graphs import conv_model
from sightline.export import latency
from unit.app.forms.test_forms import write_colours

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "ROUNDS", 1)
    monkeypatch.setattr(latency, "threads_here", lambda: (1,))


def test_export_tells_what_was_lost_and_refuses_with_a_code_of_its_own(
    cli: Cli, tmp_path: Path
) -> None:
    data = write_colours(tmp_path / "colours", 20)
    cli("models", "add", conv_model(tmp_path / "conv.onnx"))
    made = cli("export", "conv", "--quantize", "int8", "--data", data).last
    assert made["name"] == "conv-int8"
    assert made["report"]["judged"]["lost"] == 0
    row = next(one for one in cli("models", "list").lines if one["name"] == "conv-int8")
    assert (row["precision"], row["forced"]) == ("int8", False)
    listed = cli.call("--workspace", cli.workspace, "models", "list").out
    assert "onnx int8" in listed
    out = cli.call(
        *("--workspace", cli.workspace, "export", "conv", "--quantize", "dynamic"),
        *("--data", data, "--out", tmp_path / "small.onnx"),
    ).out
    assert "top1 100.0 -> 100.0 %" in out
    assert "ms a picture at one thread" in out
    refused = cli("export", "conv", "--format", "torchscript", code=2)
    assert "TorchScript" in refused.err
    assert cli("export", "conv", "--quantize", "int8", code=2).err
