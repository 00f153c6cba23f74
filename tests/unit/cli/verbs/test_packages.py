from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pyrage
import pytest

from fakes.onnx_graphs import colour_model

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli


@pytest.fixture
def keys(cli: Cli, tmp_path: Path) -> Path:
    """A file as age-keygen writes it; there is a model named colours."""
    cli("models", "add", colour_model(tmp_path / "c.onnx"), "--name", "colours")
    owner = pyrage.x25519.Identity.generate()
    file = tmp_path / "key.txt"
    file.write_text(f"# public key: {owner.to_public()}\n{owner}\n")
    return file


@pytest.mark.usefixtures("keys")
def test_a_model_is_packed_unpacked_and_added(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "c.zip"
    told = cli("package", "colours", out).last
    assert (told["path"], told["encrypted"]) == (str(out), False)
    with zipfile.ZipFile(out) as found:
        assert {"model.onnx", "predict.py", "classes.txt", "LICENCE.txt"} <= set(found.namelist())
    assert "predict.py" in cli("unpack", out, "--out", tmp_path / "o").last["files"]
    assert cli("models", "add", out).last["name"] == "colours"
    assert cli("models", "add", out, "--name", "again").last["name"] == "again"


def test_a_package_is_locked_for_a_key_and_opened_with_it(
    cli: Cli, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, public = tmp_path / "c.age", keys.read_text().split()[3]
    assert cli("package", "colours", out, "--recipient", public).last["encrypted"]
    assert cli.error("unpack", out, "--out", tmp_path / "o", code=2)["message"] == "there is no key"
    cli("unpack", out, "--out", tmp_path / "o", "--key-file", keys)
    assert cli("models", "add", out, "--key-file", keys).last["kind"] == "classifier"
    other = pyrage.x25519.Identity.generate()
    monkeypatch.setenv("SIGHTLINE_PACKAGE_KEY", str(other))
    error = cli.error("unpack", out, "--out", tmp_path / "p", code=2)
    assert (error["code"], (tmp_path / "p").exists()) == ("wrong_key", False)
    cli("package", "colours", out, "--encrypt")
    cli("unpack", out, "--out", tmp_path / "p")


def test_a_lock_needs_a_key(cli: Cli, keys: Path, tmp_path: Path) -> None:
    out = tmp_path / "c.zip"
    error = cli.error("package", "colours", out, "--encrypt", code=2)
    assert "--key-file" in error["hint"]
    both = ("--key-file", keys, "--recipient", "age1x")
    assert "recipient" in cli.error("package", "colours", out, *both, code=2)["message"]
    assert cli.error("package", "colours", out, "--recipient", "age1x", code=2)["message"]
    assert not out.exists()
