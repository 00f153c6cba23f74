from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from fakes.cli import Cli
from fakes.pets import write_pets

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    found = Cli(tmp_path / "w", capsys)
    found("ingest", write_pets(tmp_path / "pictures", 10), "-p", "pets", "--labels", "none")
    return found


def test_a_map_is_made_told_and_written_as_a_table(cli: Cli, tmp_path: Path) -> None:
    table = tmp_path / "map.csv"
    made = cli("map", "pets", "--method", "pca", "--out", table).last
    assert (made["state"], made["method"], made["images"]) == ("ready", "pca", 20)
    assert made["seconds"] >= 0
    assert made["clusters"] >= 1
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["id", "path", "x", "y", "cluster"]
    assert len(rows) == 20


def test_what_cannot_be_mapped_is_told_with_the_next_step(cli: Cli) -> None:
    assert cli.error("map", "petz", code=4)["hint"]
    assert cli.error("map", "pets", "--neighbours", "1", code=2)["hint"]
