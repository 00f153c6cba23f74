from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.cli import Cli
from fakes.pets import write_pets

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return write_pets(tmp_path / "pictures", 3)


@pytest.fixture
def cli(
    tmp_path: Path,
    pictures: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Cli:
    monkeypatch.chdir(tmp_path)
    found = Cli(tmp_path / "w", capsys)
    found("ingest", pictures, "--project", "pets")
    return found


def counts(cli: Cli) -> dict[str, int]:
    return {one["name"]: one["count"] for one in cli("labels", "classes", "pets").lines}


def test_classes_are_merged_by_name_after_a_dry_run(cli: Cli) -> None:
    merge = ("labels", "merge-classes", "pets", "dog", "--into", "cat")
    told = cli(*merge, "--dry-run").last
    assert (told["changed"], told["seq"], counts(cli)) == (3, None, {"cat": 3, "dog": 3})
    assert cli(*merge).last["changed"] == 3
    assert counts(cli) == {"cat": 6}
    cli("labels", "undo", "pets")
    assert counts(cli) == {"cat": 3, "dog": 3}
    assert cli.error(*merge[:3], "owl", "--into", "cat", code=4)["code"] == "unknown_class"


def test_images_named_by_path_or_id_are_split_off(cli: Cli, pictures: Path) -> None:
    split = ("labels", "split-class", "pets", "--of", "cat", "--into")
    assert cli(*split, "kitten", pictures / "cat" / "000.png", 2).last["changed"] == 2
    assert counts(cli) == {"cat": 1, "dog": 3, "kitten": 2}
    refused = cli.error(*split, "x", "nowhere.png", code=4)
    assert refused["code"] == "unknown_image"


def test_tags_are_given_and_taken_away(cli: Cli, pictures: Path) -> None:
    first = cli("queue", "pets", "--strategy", "all", "--limit", "1").last["id"]
    done = cli("labels", "tag", "pets", first, "--add", "dog", "--add", "cat").last
    assert done["images"][0]["tags"] == [1, 2]
    done = cli("labels", "tag", "pets", pictures / "cat" / "000.png", "--remove", "dog").last
    assert done["count"] == 1
    assert cli.error("labels", "tag", "pets", first, code=2)["hint"]


def test_a_whole_queue_is_marked_in_one_step(cli: Cli) -> None:
    bulk = ("labels", "bulk", "pets", "--queue", "all")
    assert cli(*bulk, "--status", "unsure", "--dry-run").last["changed"] == 6
    assert cli(*bulk, "--class", "cat").last["changed"] == 3
    assert counts(cli) == {"cat": 6, "dog": 0}
    cli.error(*bulk, code=2)
    cli.error(*bulk, "--class", "cat", "--status", "unsure", code=2)


def test_classes_are_put_in_order_and_deleted(cli: Cli) -> None:
    ids = {one["name"]: one["id"] for one in cli("labels", "classes", "pets").lines}
    moved = cli("labels", "edit-class", ids["dog"], "--position", "0", "--key", "none").last
    assert (moved["position"], moved["hotkey"]) == (0, None)
    assert list(counts(cli)) == ["dog", "cat"]
    assert cli("labels", "delete-class", ids["cat"], "--dry-run").last["changed"] == 3
    cli("labels", "delete-class", ids["cat"])
    assert counts(cli) == {"dog": 3}


def test_what_would_change_is_said_in_words(cli: Cli) -> None:
    def say(*words: Any) -> str:
        return cli.call("--workspace", cli.workspace, "labels", *words).out.strip()

    merge = ("merge-classes", "pets", "dog", "--into", "cat")
    assert say(*merge, "--dry-run") == "would change 3 images"
    assert say(*merge) == "Merge dog into cat (3 images)"
    assert say("bulk", "pets", "--queue", "all", "--class", "cat") == "changes 0 images"
