"""The forms of the command line that scripts may rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fakes.cli import Cli
from fakes.onnx_graphs import colour_model
from fakes.pets import write_pets, write_table

if TYPE_CHECKING:
    from collections.abc import Callable

ONE_EPOCH = ("epochs=1", "image_size=16", "augment.views=1", "threads=1", "model.name=small_cnn")
INGEST = {"found", "added", "known", "skipped", "seconds"}
PREDICTION = {"path", "label", "probability", "probabilities"}


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return Cli(tmp_path / "w", capsys)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = write_pets(tmp_path / "pictures", 20)
    (folder / "cat" / "broken.png").write_bytes(b"")
    return folder


def train(cli: Cli, *words: object, **more: int) -> Any:
    sets = [word for one in ONE_EPOCH for word in ("--set", one)]
    return cli("train", "pets", *sets, *words, **more)


@pytest.mark.nightly
def test_the_main_job_from_a_folder_to_predictions(
    cli: Cli, pictures: Path, tmp_path: Path
) -> None:
    check_ingest(cli, pictures)
    check_labels(cli, pictures, tmp_path)
    check_head_and_queue(cli)
    run = check_train(cli)
    check_export_and_predict(cli, run["model"], pictures, tmp_path)
    check_what_is_kept(cli, run)


def check_ingest(cli: Cli, pictures: Path) -> None:
    ingest = ("ingest", pictures, "--project", "pets", "--labels", "none")
    dry = cli(*ingest, "--dry-run").last
    assert set(dry) >= INGEST
    assert cli("projects", "list").out == ""
    done = cli(*ingest, "--reference").last
    assert set(done) >= INGEST
    assert (done["found"], done["added"], done["known"]) == (41, 40, 0)
    assert [set(one) for one in done["skipped"]] == [{"path", "reason"}]
    assert done["seconds"] > 0


def check_labels(cli: Cli, pictures: Path, folder: Path) -> None:
    table = write_table(pictures, folder / "labels.csv")
    with table.open("a") as handle:
        handle.write("nowhere.png,cat\n")
    told = cli("labels", "set", "pets", "--csv", table).last
    unmatched = [str(pictures / "cat" / "broken.png"), "nowhere.png"]
    assert told == {"written": 40, "unmatched": unmatched}


def check_head_and_queue(cli: Cli) -> None:
    head = cli("heads", "train", "pets").last
    assert set(head) >= {"labels", "accuracy", "log_loss", "ece", "method"}
    assert 0 < head["labels"] <= 40
    assert all(isinstance(head[key], float) for key in ("accuracy", "log_loss", "ece"))
    assert isinstance(head["method"], str)
    cli("labels", "undo", "pets")
    asked = cli("queue", "pets", "--strategy", "uncertain", "--limit", "5").lines
    assert len(asked) == 5
    for one in asked:
        assert set(one) == {"id", "path", "score", "why"}
        assert isinstance(one["id"], int)
        assert Path(one["path"]).is_file()
    cli("labels", "redo", "pets")


def check_train(cli: Cli) -> Any:
    told = train(cli)
    run = told.last
    assert len(told.lines) == 1, "progress goes to standard error"
    assert set(run) == {"run", "model", "epochs", "metrics", "seconds"}
    assert run["epochs"] == 1
    assert 0 <= run["metrics"]["accuracy"] <= 1
    assert "train" in told.err
    return run


def check_export_and_predict(cli: Cli, model: str, pictures: Path, folder: Path) -> None:
    out = folder / "pets.onnx"
    export = cli("export", model, "--format", "onnx", "--out", out).last
    assert set(export) >= {"path", "parity_max_abs", "bytes"}
    assert export["path"] == str(out)
    assert export["bytes"] == out.stat().st_size
    assert export["parity_max_abs"] <= 1e-3
    wanted = [pictures / "dog" / "000.png", pictures / "cat" / "000.png"]
    for ref in (model, out):
        found = cli("predict", ref, *wanted).lines
        assert [one["path"] for one in found] == [str(one) for one in wanted]
        for one in found:
            assert set(one) == PREDICTION
            assert set(one["probabilities"]) == {"cat", "dog"}
            assert one["probability"] == max(one["probabilities"].values())


def check_what_is_kept(cli: Cli, run: Any) -> None:
    report = cli("report", run["run"]).last
    assert report["metrics"]["accuracy"] == run["metrics"]["accuracy"]
    assert "precision" in cli.call("-w", cli.workspace, "report", run["run"]).out
    again = train(cli, "--mode", "resume", "--set", "epochs=2").last
    assert (again["run"], again["epochs"]) == (run["run"], 2)
    assert [one["state"] for one in cli("runs", "list", "pets").lines] == ["done"]
    jobs = cli("jobs", "list", "--state", "done").lines
    assert [one["kind"] for one in jobs] == ["train"] * 2
    job = jobs[0]["id"]
    assert isinstance(cli("jobs", "log", job).last["text"], str)
    assert cli("jobs", "show", job).last["state"] == "done"
    cli.error("jobs", "cancel", job, code=5)
    cli.error("jobs", "resume", job, code=5)


def test_copies_and_class_folders(cli: Cli, pictures: Path) -> None:
    done = cli("ingest", pictures, "-p", "pets", "--labels", "auto", "--copy").last
    assert done["added"] == 40
    (project,) = cli("projects", "list").lines
    assert (project["labelled"], project["classes"]) == (40, 2)
    asked = cli("queue", "pets", "--strategy", "all", "--limit", "3").lines
    inside = cli.workspace / "projects" / "pets"
    assert all(Path(one["path"]).is_relative_to(inside) for one in asked)


def test_pictures_that_cannot_be_read_are_lines_too(
    cli: Cli, pictures: Path, tmp_path: Path
) -> None:
    model = colour_model(tmp_path / "colours.onnx")
    cli("models", "add", model, "--name", "colours")
    found = cli("predict", "colours", pictures / "cat", tmp_path / "gone.png").lines
    bad = [one for one in found if "error" in one]
    assert {Path(one["path"]).name for one in bad} == {"broken.png", "gone.png"}
    assert all(set(one) == {"path", "error", "reason"} for one in bad)
    assert all(set(one) == PREDICTION for one in found if "error" not in one)
    assert len(found) == 22
    assert cli("predict", "colours", pictures / "dog", "--top", "1").lines[0]["label"]


@pytest.mark.parametrize(
    "arrange",
    [
        lambda w: ["--workspace", w, "--json", "projects", "list"],
        lambda w: ["projects", "--workspace", w, "list", "--json"],
        lambda w: ["projects", "list", "--json", f"--workspace={w}"],
        lambda w: ["--json", "projects", "list", "-w", w],
    ],
)
def test_global_options_stand_anywhere(cli: Cli, arrange: Callable[[str], list[str]]) -> None:
    cli("projects", "create", "pets")
    assert cli.call(*arrange(str(cli.workspace))).last["name"] == "pets"


def test_a_process_of_its_own_answers_and_fails_the_same(tmp_path: Path) -> None:
    def call(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "sightline.cli.main", *words, "--json"]
        environment = os.environ | {"SIGHTLINE_WORKSPACE": str(tmp_path / "w")}
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
        )

    done = call("projects", "create", "pets")
    assert (done.returncode, json.loads(done.stdout)["name"]) == (0, "pets")
    failed = call("queue", "none")
    assert failed.returncode == 4
    assert json.loads(failed.stdout)["error"]["code"] == "unknown_project"
    assert "error: no project named 'none'" in failed.stderr
