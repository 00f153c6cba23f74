from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.served import answer, colours, png
from sightline.app import open_workbench

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli

MUD = (120, 118, 40)


def test_doubts_are_listed_taken_and_thrown_away(cli: Cli, tmp_path: Path) -> None:
    with open_workbench(cli.workspace) as bench:
        project, card = colours(bench, tmp_path, each=8)
        keeper = bench.doubts.keeper(project, card)
        for at in range(3):
            keeper.offer(png(MUD, at), answer(bench, card, png(MUD, at)))
        keeper.drain()
        keeper.close()
    listed = cli("doubts", "list", "colours").lines
    assert len(listed) == 3
    assert cli("doubts", "stats", "colours").last["kept"] == 3
    first = listed[0]["id"]
    assert cli("doubts", "take", "colours", "--id", first).last["taken"] == 1
    assert cli("doubts", "take", "colours", "--limit", "1").last["left"] == 1
    assert cli("doubts", "clear", "colours").last == {"removed": 1}
    assert len(cli("queue", "colours", "--strategy", "served").lines) == 2
    told = cli.call("--workspace", cli.workspace, "doubts", "stats", "colours").out
    assert "not known yet" in told
    assert "No doubts" in cli.call("--workspace", cli.workspace, "doubts", "list", "colours").out


def test_an_unknown_doubt_and_an_unknown_project_are_refused(cli: Cli, pets: Path) -> None:
    assert pets
    cli("doubts", "take", "pets", "--id", "../../etc", code=4)
    cli("doubts", "list", "nobody", code=4)
