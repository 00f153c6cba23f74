"""The command line over a workspace with a project of cats and dogs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.cli import Cli
from fakes.pets import write_pets

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """An empty workspace."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("SIGHTLINE_PERSON", "ann")
    return Cli(tmp_path / "w", capsys)


@pytest.fixture
def pets(cli: Cli, tmp_path: Path) -> Path:
    """A project of twelve cats and twelve dogs; the folder of their pictures."""
    folder = write_pets(tmp_path / "pictures", 12)
    cli("ingest", folder, "--project", "pets", "--labels", "none")
    return folder
