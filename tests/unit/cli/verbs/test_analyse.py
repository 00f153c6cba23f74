from __future__ import annotations

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
    found("ingest", write_pets(tmp_path / "pictures", 10), "-p", "pets")
    return found


def test_an_analysis_tells_counts_findings_and_advice(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "pictures" / "cat" / "003.png").unlink()
    told = cli("analyse", "pets", "--no-near").last
    assert (told["state"], told["images"], told["looked_at"]) == ("ready", 20, 20)
    assert [one["total"] for one in told["classes"]] == [10, 10]
    assert told["advice"]["preset"] == "small_dataset_fewshot"
    assert told["summary"] == {one["kind"]: one["count"] for one in told["findings"]}
    assert told["summary"]["missing"] == 1
    rows = cli("analyse", "pets", "--show", "missing").lines
    assert [row["path"].rpartition("/")[2] for row in rows] == ["003.png"]
    assert "missing" in cli.error("analyse", "pets", "--show", "leek", code=2)["hint"]


def test_for_a_person_it_prints_tables(cli: Cli) -> None:
    text = cli.call("--workspace", cli.workspace, "analyse", "pets", "--no-near").out
    assert "20 pictures, 20 labelled, 2 classes" in text
    assert "preset: small_dataset_fewshot (tiny)" in text
