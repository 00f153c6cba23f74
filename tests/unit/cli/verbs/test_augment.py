from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from fakes.cli import Cli
from fakes.pets import write_pets

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.nightly
def test_the_contact_sheet_is_made_by_a_process_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cli = Cli(tmp_path / "w", capsys)
    cli("ingest", write_pets(tmp_path / "pictures", 3), "--project", "pets")
    asked = ("augment", "pets", "--out", "s.png", "--seed", "3", "--count", "2", "--views", "3")
    told = cli(*asked, "--set", "augment.flip=0.5", "--set", "image_size=32").last
    assert (told["seed"], told["views"], len(told["pictures"])) == (3, 3, 2)
    with Image.open(tmp_path / "s.png") as sheet:
        assert sheet.height == 2 * 36 + 4
    assert cli.error("augment", "pets", "--set", "augment.flip=7", code=2)["hint"]
