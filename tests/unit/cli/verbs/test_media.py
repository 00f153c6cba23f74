"""Media on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.clips import png, write_clip
from sightline.imaging.decode import decode

if TYPE_CHECKING:
    from pathlib import Path

    from fakes.cli import Cli


def test_a_clip_is_added_kept_and_erased(cli: Cli, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "walk.mp4", 5)

    added = cli("media", "add", clip).last
    assert (added["kind"], added["name"], added["retention"]) == ("clip", "walk.mp4", "hours")
    assert cli("media", "list").lines == [added]
    assert cli("media", "keep", added["media_id"]).last["expires_at"] is None
    assert cli("media", "show", added["media_id"]).last["retention"] == "keep"
    assert "walk.mp4" in cli.call("--workspace", cli.workspace, "media", "list").out
    erased = cli("media", "erase", added["media_id"]).last
    assert erased["erased"] == [added["media_id"]]
    assert erased["freed_bytes"] > clip.stat().st_size
    cli("media", "show", added["media_id"], code=4)
    assert cli("media", "list").lines == []


def test_a_picture_is_stored_blurred(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "one.png").write_bytes(png(1))

    added = cli("media", "add", tmp_path / "one.png", "--hours", 2, "--blur", "0,0,1,1").last

    assert added["blur"]["regions"] == [[0, 0, 1, 1]]
    stored = next((cli.workspace / "media" / added["media_id"]).glob("source.*"))
    assert decode(stored)[14, 2, 1] > 30, "the edge of the white corner is smeared"
    assert cli("media", "erase", "--all").last["erased"] == [added["media_id"]]


def test_what_makes_no_sense_is_refused(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("hello")

    cli("media", "add", tmp_path / "none.png", code=4)
    cli("media", "add", tmp_path / "one.txt", code=2)
    cli("media", "add", tmp_path / "one.txt", "--blur", "1,2", code=2)
    cli("media", "erase", code=2)
    cli("media", "erase", "../..", code=4)
    assert cli("media", "erase", "--expired").last == {"erased": [], "freed_bytes": 0}
