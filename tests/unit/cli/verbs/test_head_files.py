"""Heads that other tools pickled, converted, exported and taken in again."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli


def test_a_pickled_head_is_converted_exported_and_imported(cli: Cli, tmp_path: Path) -> None:
    layer = {"weight": np.ones((2, 512)), "bias": np.zeros(2)}
    file = tmp_path / "birds.pkl"
    file.write_bytes(pickle.dumps({"layers": [layer], "classes": ["owl", "robin"]}))
    made = cli("heads", "convert", file).last
    assert (made["kind"], made["classes"], made["dim"]) == ("head", ["owl", "robin"], 512)
    out = cli("heads", "export", "birds", "--out", tmp_path / "out.zip").last
    again = cli("heads", "import", out["path"], "--name", "copy").last
    assert (again["name"], again["blake3"]) == ("copy", made["blake3"])
    file.write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    error = cli.error("heads", "convert", file, code=2)
    assert "os.system" in error["message"]
    assert "nothing of the file was run" in error["hint"]
