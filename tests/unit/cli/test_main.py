from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import typer

from fakes.pets import write_table
from sightline import __version__
from sightline.app import Workbench
from sightline.cli import main
from sightline.core.errors import OverloadedError, ParityError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fakes.cli import Cli

VERBS = [
    "up",
    "demo",
    "ingest",
    "queue",
    "assist",
    "tweak",
    "autoclass",
    "suggest",
    "segment",
    "detect",
    "objects",
    "review",
    "train",
    "report",
    "export",
    "predict",
    "engines",
    "embed",
    "encoders",
    "similar",
    "map",
    "doctor",
    "bench",
    "projects",
    "labels",
    "heads",
    "runs",
    "models",
    "jobs",
    "history",
    "snapshots",
    "quick-train",
    "predictions",
    "splits",
    "edit",
    "rename",
    "build",
    "builds",
    "analyse",
    "augment",
    "update",
    "presets",
    "compare",
    "evaluate",
    "explain",
    "narrate",
    "lr-range",
    "sweep",
    "sweeps",
    "system",
    "serve",
    "doubts",
    "usage",
    "serving",
    "package",
    "unpack",
    "media",
]
BAD_NAMES = ("", ".", "..", "a/b", "CON", "x" * 300, "a\nb", "../../etc")


def commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every verb with its words."""
    root: Any = typer.main.get_command(main.app)
    waiting: list[tuple[tuple[str, ...], Any]] = [((), root)]
    while waiting:
        words, command = waiting.pop()
        yield words, command
        inside = getattr(command, "commands", {})
        waiting += [((*words, name), one) for name, one in inside.items()]


EVERY = dict(commands())


def test_the_verbs_are_those_of_the_contract() -> None:
    assert set(VERBS) == {words[0] for words in EVERY if len(words) == 1}


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_help_describes_a_verb_and_every_option(cli: Cli, words: tuple[str, ...]) -> None:
    told = cli.call(*words, "--help").out
    assert len(told.splitlines()[2].strip()) > 10
    for parameter in EVERY[words].params:
        if parameter.param_type_name == "option":
            assert parameter.opts[0] in told
            assert parameter.help
    assert not cli.workspace.exists(), "help opens nothing"


@pytest.mark.parametrize("words", [[], ["projects"], ["labels"], ["jobs"]])
def test_no_verb_shows_what_there_is(cli: Cli, words: list[str]) -> None:
    found = cli.call(*words, code=2)
    assert "Usage" in found.out + found.err


def test_the_version_is_told(cli: Cli) -> None:
    assert cli.call("--version").out == f"sightline {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        ("quue", "pets"),
        ("queue",),
        ("queue", "pets", "--limit", "0"),
        ("queue", "pets", "--limit", "many"),
        ("queue", "pets", "--colour", "red"),
        ("ingest", ".", "--project", "pets", "--labels", "maybe"),
        ("ingest", "."),
        ("train", "pets", "--mode", "sideways"),
        ("labels", "set", "pets"),
        ("projects", "explode", "pets"),
        ("up", "--port", "70000"),
        ("predict", "model"),
    ],
)
def test_wrong_use_is_told_with_exit_code_2(cli: Cli, words: tuple[str, ...]) -> None:
    error = cli.error(*words, code=2)
    assert error["code"] == "usage"
    assert "--help" in error["hint"]


OF_A_PROJECT: tuple[tuple[str, ...], ...] = (
    ("queue",),
    ("train",),
    ("labels", "undo"),
    ("labels", "redo"),
    ("history",),
    ("predictions",),
    ("quick-train",),
    ("heads", "train"),
    ("heads", "show"),
    ("runs", "list"),
    ("projects", "archive"),
    ("projects", "restore"),
    ("projects", "delete"),
)


@pytest.mark.parametrize("verb", OF_A_PROJECT, ids=" ".join)
def test_an_unknown_project_is_not_found_and_the_nearest_is_named(
    cli: Cli, verb: tuple[str, ...]
) -> None:
    cli("projects", "create", "pets")
    error = cli.error(*verb, "pest", code=4)
    assert error["code"] == "unknown_project"
    assert "'pets'" in error["hint"]


@pytest.mark.parametrize(
    "verb",
    [
        verb if verb == ("queue",) else pytest.param(verb, marks=pytest.mark.nightly)
        for verb in OF_A_PROJECT
    ],
    ids=" ".join,
)
def test_no_bad_name_is_a_project(cli: Cli, verb: tuple[str, ...]) -> None:
    for name in (*BAD_NAMES, "🐈", ".trash-1"):
        assert cli.error(*verb, "--", name, code=4)["code"] == "unknown_project"


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_name_is_refused_by_whatever_makes_a_project(
    cli: Cli, name: str, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for words in (("projects", "create", name), ("ingest", tmp_path / "in", "--project", name)):
        assert cli.error(*words, code=2)["code"] == "invalid_input"
    assert list((cli.workspace / "projects").iterdir()) == []


def test_names_of_every_script_are_fine(cli: Cli) -> None:
    for name in ("🐈 cats", "Ärzte", "猫", "-- not an option"[3:]):
        assert cli("projects", "create", name).last["name"] == name
    assert len(cli("projects", "list").lines) == 4


def test_what_is_there_already_is_a_conflict(cli: Cli) -> None:
    cli("projects", "create", "pets")
    assert cli.error("projects", "create", "PETS", code=5)["code"] == "conflict"
    cli("projects", "erase", "pets", "--confirm", "pets")
    assert cli.error("projects", "erase", "pets", "--confirm", "pets", code=4)


@pytest.mark.parametrize(
    ("words", "code", "kind"),
    [
        (("export", "none"), 4, "unknown_model"),
        (("predict", "none", "."), 4, "unknown_model"),
        (("models", "show", "none"), 4, "unknown_model"),
        (("models", "verify", "none"), 4, "unknown_model"),
        (("models", "remove", "none"), 4, "unknown_model"),
        (("models", "restore", "none"), 4, "not_found"),
        (("models", "add", "none.onnx", "--name", "n"), 4, "unknown_model"),
        (("models", "add", ".", "--name", "n", "--classes", "none.txt"), 2, "invalid_input"),
        (("report", "none"), 4, "unknown_run"),
        (("runs", "show", "none"), 4, "unknown_run"),
        (("runs", "stop", "none"), 4, "unknown_run"),
        (("runs", "delete", "none"), 4, "unknown_run"),
        (("jobs", "show", "none"), 4, "unknown_job"),
        (("jobs", "log", "none"), 4, "unknown_job"),
        (("jobs", "cancel", "none"), 4, "unknown_job"),
        (("jobs", "resume", "none"), 4, "unknown_job"),
        (("jobs", "list", "--state", "runing"), 2, "invalid_input"),
        (("predict", "none", "no/such/picture.png"), 2, "invalid_input"),
        (("ingest", "no/such/folder", "--project", "pets"), 2, "invalid_input"),
    ],
)
def test_what_is_not_there_is_told_with_its_exit_code(
    cli: Cli, words: tuple[str, ...], code: int, kind: str
) -> None:
    error = cli.error(*words, code=code)
    assert error["code"] == kind
    assert error["hint"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("queue", "pets", "--strategy", "uncertian"), "did you mean 'uncertain'?"),
        (
            ("queue", "pets", "--strategy", "band", "--band", "0.3"),
            "two numbers from 0 to 1 with a dash between: 0.3-0.8",
        ),
        (("train", "pets", "--set", "epocs=3"), "epochs"),
        (("train", "pets", "--set", "model.nam=x"), "'name'"),
        (("train", "pets", "--set", "epochs"), "="),
        (("train", "pets", "--set", "model.name=resnet81"), "resnet18"),
        (("train", "pets", "--spec", "none.json"), "none.json"),
        (("labels", "set", "pets", "--csv", "none.csv"), "none.csv"),
        (("heads", "train", "pets"), "label"),
    ],
)
@pytest.mark.usefixtures("pets")
def test_what_can_be_mended_says_how(cli: Cli, words: tuple[str, ...], message: str) -> None:
    if words[0] == "train":
        cli("labels", "set", "pets", "--csv", _table(cli.workspace.parent))
    error = cli.error(*words, code=2)
    assert message in error["message"] + error["hint"]


def _table(folder: Path) -> Path:
    return write_table(folder / "pictures", folder / "labels.csv")


def test_a_file_in_the_place_of_the_workspace_is_refused_and_kept(cli: Cli) -> None:
    cli.workspace.write_text("mine")
    error = cli.error("projects", "list", code=2)
    assert "--workspace" in error["hint"]
    assert cli.workspace.read_text() == "mine"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_workspace_that_cannot_be_written_is_told(cli: Cli) -> None:
    cli("projects", "list")
    cli.workspace.chmod(0o500)
    try:
        assert cli.error("projects", "create", "pets", code=7)["code"] == "storage"
    finally:
        cli.workspace.chmod(0o700)


def test_settings_that_are_wrong_stop_every_verb_and_name_their_file(cli: Cli) -> None:
    cli.workspace.mkdir()
    (cli.workspace / "settings.json").write_text('{"prot": 1}')
    error = cli.error("doctor", code=2)
    assert "settings.json" in error["message"]
    assert "'port'" in error["hint"]


def raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(_bench: Workbench) -> Any:
        raise error

    monkeypatch.setattr(Workbench, "doctor", fail)


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        (ParityError("they differ"), 6, "parity"),
        (OverloadedError("too much"), 7, "overloaded"),
        (OSError(28, "No space left on device", "a.png"), 7, "storage"),
        (KeyboardInterrupt(), 130, "cancelled"),
    ],
)
def test_every_kind_of_error_has_its_exit_code(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, kind: str
) -> None:
    raising(monkeypatch, error)
    assert cli.error("doctor", code=code)["code"] == kind


def test_a_fault_of_ours_is_not_dressed_up(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, ValueError("a bug"))
    with pytest.raises(ValueError, match="a bug"):
        main.run(["--workspace", str(cli.workspace), "doctor"])


def test_a_reader_that_went_away_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m sightline.cli.main -w {tmp_path}/w engines --json | true"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == 0


def test_the_verbs_of_a_project_tell_people_what_they_did(cli: Cli, pets: Path) -> None:
    """Without --json: sentences and tables, and never a number in place of a name."""
    base = ("--workspace", cli.workspace)
    table = pets.parent / "labels.csv"
    table.write_text("path,label\ncat/000.png,cat\nnone.png,cat\n")
    said = [
        (("labels", "set", "pets", "--csv", table), "1 labels written, 1 unmatched"),
        (("labels", "undo", "pets"), "Undo: Labels of 1 image"),
        (("labels", "redo", "pets"), "Redo: Labels of 1 image"),
        (("snapshots", "pets", "create", "first"), "snapshot first: 1 labels"),
        (("snapshots", "pets", "list"), "first"),
        (("history", "pets"), "Labels of 1 image from"),
        (("queue", "pets", "--strategy", "random", "--limit", "2"), "path"),
        (("projects", "list"), "pets"),
        (("projects", "archive", "pets"), "archived pets"),
        (("projects", "restore", "pets"), "restored pets"),
        (("projects", "delete", "pets"), "trash"),
        (("projects", "list", "--trash"), "pets"),
        (("projects", "restore", "pets"), "restored pets"),
        (("projects", "discover"), "nothing new"),
        (("runs", "list"), "No runs yet"),
        (("models", "list"), "No models yet"),
        (("jobs", "list"), "No jobs yet"),
        (("engines",), "hog"),
        (("doctor",), "database"),
        (("ingest", pets, "--project", "pets"), "24 known"),
        (("projects", "erase", "pets", "--confirm", "pets"), "erased pets"),
    ]
    for words, text in said:
        assert text in cli.call(*base, *words).out, words
