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
    monkeypatch.setenv("SIGHTLINE_PERSON", "ann")
    found = Cli(tmp_path / "w", capsys)
    found("ingest", write_pets(tmp_path / "pictures", 3), "--project", "pets")
    return found


def words(cli: Cli, *asked: str) -> str:
    return cli.call("--workspace", cli.workspace, *asked).out


def test_the_history_is_of_a_project_a_person_or_an_image(cli: Cli) -> None:
    cli("labels", "tag", "pets", "pictures/cat/000.png", "--add", "dog")
    lines = cli("history", "pets").lines
    assert [one["seq"] for one in lines] == sorted((one["seq"] for one in lines), reverse=True)
    (mine,) = cli("history", "pets", "--person", "ann").lines
    assert mine["description"] == "Tag 1 image +dog"
    assert cli("history", "pets", "--before", mine["seq"]).lines == lines[1:]
    newest, oldest = cli("history", "pets", "--image", "pictures/cat/000.png").lines
    assert (oldest["before"]["status"], newest["before"]["class_id"]) == ("unlabelled", 1)
    told = words(cli, "history", "pets", "--image", "pictures/cat/000.png")
    assert "unlabelled -> cat" in told
    assert "cat -> cat + dog" in told
    cli("labels", "undo", "pets")
    assert "undone" in words(cli, "history", "pets")


def test_snapshots_are_made_compared_restored_and_deleted(cli: Cli) -> None:
    assert cli("snapshots", "pets", "create", "monday").last["labelled"] == 6
    cli("labels", "bulk", "pets", "--queue", "all", "--class", "cat")
    cli("snapshots", "pets", "create", "tuesday")
    told = cli("snapshots", "pets", "diff", "monday").last
    assert told["summary"] == [{"before": "dog", "after": "cat", "count": 3}]
    assert cli("snapshots", "pets", "diff", "tuesday", "monday").last["changed"] == 3
    assert "3 images differ from monday to now" in words(cli, "snapshots", "pets", "diff", "monday")
    assert cli("snapshots", "pets", "restore", "monday").last["count"] == 3
    assert [one["name"] for one in cli("snapshots", "pets", "list").lines] == ["tuesday", "monday"]
    assert cli("snapshots", "pets", "delete", "monday").last["name"] == "monday"
    assert cli.error("snapshots", "pets", "restore", "monday", code=4)["code"] == "not_found"


@pytest.mark.parametrize("asked", [("create",), ("list", "x"), ("diff",), ("diff", "a", "b", "c")])
def test_a_wrong_number_of_names_is_refused(cli: Cli, asked: tuple[str, ...]) -> None:
    assert "snapshots" in cli.error("snapshots", "pets", *asked, code=2)["message"]
