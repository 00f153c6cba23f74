"""Forms outside the workspace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from fakes.conv_graphs import conv_card
from sightline.app.forms import outside
from sightline.app.forms.made import Made, hashes
from sightline.core.errors import ConflictError, StorageError
from sightline.store.models import CARD_FILE

if TYPE_CHECKING:
    from pathlib import Path


def made(folder: Path, text: str = "weights") -> Made:
    """A form of two files."""
    folder.mkdir(exist_ok=True)
    files = [folder / "model.xml", folder / "model.bin"]
    for one in files:
        one.write_text(text)
    card = conv_card(format="openvino", file="model.xml", origin="m")
    report = {"files": [hashes(one, one.name) for one in files]}
    return Made(card, files[0], {"model.bin": files[1]}, report)


def test_a_folder_appears_whole_and_replaces_an_earlier_form(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "form"
    for text in ("one", "two"):
        outside.write_outside(made(tmp_path / "made", text), out)
        assert (out / "model.bin").read_text() == text
    assert json.loads((out / CARD_FILE).read_text())["origin"] == "m"
    assert [one.name for one in out.parent.iterdir()] == ["form"]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(ConflictError, match="no model"):
        outside.write_outside(made(tmp_path / "made"), tmp_path / "mine")
    assert [one.name for one in (tmp_path / "mine").iterdir()] == ["letter.txt"]
    with pytest.raises(ConflictError, match="is a folder"):
        outside.check_free(tmp_path / "mine", file=True)


@pytest.mark.parametrize("broken", ["model.bin", CARD_FILE])
def test_a_disk_that_refuses_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    out = outside.write_outside(made(tmp_path / "made", "one"), tmp_path / "out" / "form")

    def full(path: Path, *_: object) -> None:
        if path.name == broken:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(outside, "write_atomic", full)
    monkeypatch.setattr(outside, "write_json", full)
    with pytest.raises(StorageError):
        outside.write_outside(made(tmp_path / "made", "two"), out)
    assert (out / "model.bin").read_text() == "one"
    assert [one.name for one in out.parent.iterdir()] == ["form"]
