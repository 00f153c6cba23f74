from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.pets import write_pets

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli


def test_splits_are_looked_at_and_made(cli: Cli, tmp_path: Path) -> None:
    cli("ingest", write_pets(tmp_path / "pictures", 10), "-p", "pets")
    words = ("splits", "pets", "--method", "stratified", "--val", "0.2", "--test", "0.2")
    looked = cli(*words, "--dry-run").last
    assert (looked["dry_run"], looked["method"]) == (True, "stratified")
    assert looked["classes"][0]["after"] == {"train": 6, "val": 2, "test": 2}
    assert cli(*words).last["seq"]
    told = cli.call("--workspace", cli.workspace, "splits", "pets", "--by", "folder").out
    assert "20" in told
    assert cli("labels", "undo", "pets").last["description"].startswith("Undo: Split")
    assert "image, folder" in cli.error("splits", "pets", "--by", "owner", code=2)["hint"]
