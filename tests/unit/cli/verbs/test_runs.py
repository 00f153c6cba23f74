"""`runs`: what there is, side by side, held by the reins, with notes, in the trash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sightline.app import open_workbench
from sightline.train.control import read_wish

if TYPE_CHECKING:
    from fakes.cli import Cli

SPEC: dict[str, Any] = {"version": 2, "epochs": 4, "optimizer": {"lr": 0.01}}


@pytest.fixture
def runs(cli: Cli) -> tuple[str, str]:
    """A project pets with two runs: one is done, one is running."""
    cli("projects", "create", "pets")
    with open_workbench(cli.workspace) as bench:
        project, table = bench.projects.get("pets"), bench.store.runs
        for name, epochs in (("first", 4), ("second", 6)):
            spec = {**SPEC, "epochs": epochs}
            table.create(
                project, name, mode="new", parent=None, network="small_cnn", spec=spec,
                epochs=epochs,
            )  # fmt: skip
        table.change("first", state="done", epoch=4, metrics={"accuracy": 0.75, "ece": 0.125})
        table.change("second", state="running")
    return "first", "second"


def wish_of(cli: Cli, run: str) -> Any:
    """Return what is asked of a run."""
    return read_wish(cli.workspace / "projects" / "pets" / "runs" / run)


def test_runs_of_a_project_are_listed_with_and_without_the_verb(
    cli: Cli, runs: tuple[str, str]
) -> None:
    listed = cli("runs", "pets").lines
    assert {one["id"] for one in listed} == set(runs)
    assert listed == cli("runs", "list", "pets").lines
    assert cli.error("runs", "pest", code=4)["code"] == "unknown_project"


def test_a_running_training_is_held_by_the_reins(cli: Cli, runs: tuple[str, str]) -> None:
    _, going = runs
    cli("runs", "pause", going)
    assert wish_of(cli, going).pause
    assert "paused" in cli.call("-w", cli.workspace, "runs", "pets").out
    cli("runs", "resume", going)
    cli("runs", "stop", going, "--after-epoch")
    assert cli("runs", "lr", going, "--lr", "0.005").last["control"]["lr_factor"] == 0.5
    wish = wish_of(cli, going)
    assert (wish.pause, wish.stop_after_epoch, wish.lr_factor) == (False, True, 0.5)


def test_what_is_over_cannot_be_held(cli: Cli, runs: tuple[str, str]) -> None:
    over, going = runs
    assert cli.error("runs", "pause", over, code=5)["code"] == "conflict"
    assert cli.error("runs", "lr", going, code=2)["code"] == "invalid_input"


def test_runs_are_compared(cli: Cli, runs: tuple[str, str]) -> None:
    found = cli("runs", "compare", *runs).last
    assert found["spec"] == [{"key": "epochs", "values": [4, 6]}]
    assert "epochs" in cli.call("-w", cli.workspace, "runs", "compare", *runs).out


def test_notes_stars_and_the_trash(cli: Cli, runs: tuple[str, str]) -> None:
    over, _ = runs
    cli("runs", "note", over, "with flips")
    cli("runs", "star", over)
    assert [one["notes"] for one in cli("runs", "list", "--starred").lines] == ["with flips"]
    cli("runs", "star", over, "--off")
    assert cli("runs", "list", "--starred").lines == []
    cli("runs", "delete", over)
    assert [one["id"] for one in cli("runs", "trash").lines] == [over]
    cli("runs", "restore", over)
    cli("runs", "delete", over)
    assert cli("runs", "trash", "--empty").last == {"erased": 1}
    assert cli.error("runs", "restore", over, code=4)["code"] == "unknown_run"


def test_a_queued_job_moves(cli: Cli) -> None:
    with open_workbench(cli.workspace) as bench:
        for name in "ab":
            bench.store.jobs.create(
                name, "train", {"run": "none"}, project=None, actor="", resumable=True
            )
    assert cli("jobs", "move", "b", "first").last == {"order": ["b", "a"]}
    assert cli.error("jobs", "move", "c", "up", code=4)["code"] == "unknown_job"
