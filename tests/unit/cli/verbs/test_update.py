"""`update` from its own help: make a manifest, check, take, go back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.hub import running_hub

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli

FILES = {"run.py": "new", "pyproject.toml": "[project]", "src/a.py": "a"}


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def test_a_release_is_published_checked_taken_and_undone(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "release", FILES)
    write(tmp_path / "program", {"run.py": "old", "pyproject.toml": "[project]"})
    made = cli("update", "manifest", str(tmp_path / "release"), "--version", "9.1").last
    assert made["files"] == 3
    with running_hub() as hub:
        hub.files = {f"/{path}": text.encode() for path, text in FILES.items()}
        hub.files["/manifest.json"] = (tmp_path / "release/manifest.json").read_bytes()
        where = ("--url", f"{hub.url}/manifest.json", "--root", str(tmp_path / "program"))
        found = cli("update", "check", *where).last
        assert (found["state"], found["change"], found["add"]) == (
            "newer",
            ["run.py"],
            ["src/a.py"],
        )
        dry = cli("update", "apply", *where, "--dry-run").last
        assert not dry["done"]
        assert cli("update", "apply", *where).last["done"]
        shown = cli.call("--workspace", cli.workspace, "update", "check", *where).out
        assert shown.startswith("This is the newest: 9.1.")
    assert (tmp_path / "program/src/a.py").read_text() == "a"
    back = cli("update", "rollback", "--root", str(tmp_path / "program")).last
    assert (back["from"], back["to"]) == ("9.1", "0")
    assert (tmp_path / "program/run.py").read_text() == "old"
    cli("update", "rollback", "--root", str(tmp_path / "program"), code=4)


def test_without_an_address_it_says_what_to_set(cli: Cli) -> None:
    assert "update_url" in cli("update", "check", code=2).lines[-1]["error"]["hint"]
