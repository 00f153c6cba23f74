from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fakes.pets import write_pets

if TYPE_CHECKING:
    from fakes.cli import Cli


def test_pictures_are_edited_named_and_built(cli: Cli, tmp_path: Path) -> None:
    cli("ingest", write_pets(tmp_path / "pictures", 6), "-p", "pets")
    edited = cli("edit", "pets", "--rotate", "90", "--aspect", "4:3").last
    assert edited["changed"] == 12
    first = tmp_path / "pictures" / "cat" / "000.png"
    assert cli("edit", "pets", first, "--reset").last["changed"] == 1
    assert cli("rename", "pets", "{class}_{n}", "--dry-run").last["collisions"] == []
    cli("rename", "pets", "{class}_{n}")
    report = cli("build", "pets", "--size", "64", "--layout", "class").last
    assert (report["pictures"], report["name"]) == (12, "64px-class")
    assert (Path(report["path"]) / "cat" / "cat_1.jpg").is_file()
    rows = cli("builds", "list", "pets").lines
    assert [(one["name"], one["stale"]) for one in rows] == [("64px-class", False)]
    assert "up to date" in cli.call("-w", cli.workspace, "builds", "list", "pets").out
    assert cli("builds", "delete", "pets", "64px-class").last["name"] == "64px-class"


def test_what_cannot_be_is_refused_with_a_next_step(cli: Cli, tmp_path: Path) -> None:
    cli("ingest", write_pets(tmp_path / "pictures", 2), "-p", "pets")
    for words in (
        ("edit", "pets"),
        ("edit", "pets", "--crop", "all"),
        ("edit", "pets", "--aspect", "4:0"),
        ("rename", "pets", "{who}"),
        ("build", "pets", "--size", "5000"),
    ):
        assert cli.error(*words, code=2)["hint"]
    assert cli.error("rename", "pets", "one", code=5)["hint"]
    assert cli.error("builds", "delete", "pets", "none", code=4)["hint"]
