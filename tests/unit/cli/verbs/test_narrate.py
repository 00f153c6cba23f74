"""`narrate` in a terminal: lines, files, the end by a signal."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from fakes.narrated import add_blobs, picture
from sightline.app import open_workbench
from sightline.app.narration.narration import Narration
from sightline.app.narration.watching import Watch
from sightline.core.errors import UnreadableMediaError
from sightline.imaging.clip_opencv import quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.cli import Cli
    from sightline.core.narration import Telling


@pytest.fixture
def seen(cli: Cli, tmp_path: Path) -> Cli:
    """A workspace with a detector of coloured squares."""
    with open_workbench(cli.workspace) as bench:
        add_blobs(bench, tmp_path)
    return cli


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Three seconds: a dog stays, a car comes after one and goes after two."""
    cv2 = quiet()
    path = tmp_path / "walk.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10.0, (64, 64))
    for at in range(30):
        squares = {"dog": (4, 30)} | ({"car": (40, 10)} if 10 <= at < 20 else {})
        writer.write(np.ascontiguousarray(picture(squares)[..., ::-1]))
    writer.release()
    return path


def test_a_clip_is_a_line_for_each_text_and_files_if_wished(
    seen: Cli, clip: Path, tmp_path: Path
) -> None:
    out = tmp_path / "told"
    lines = seen("narrate", clip, "--every", 0, "--out", out).lines
    assert [one["text"] for one in lines] == [
        "There is a dog on the left.",
        "A car on the right came into view. Now there is a car on the right and a dog on the left.",
        "A car on the right went out of view. Now there is a dog on the left.",
        "In 3 seconds, a car and a dog came into view.",
    ]
    assert [one["id"] for one in lines] == [1, 2, 3, 4]
    assert lines[-1]["counts"] == {"car": 1, "dog": 1}
    assert {one["name"] for one in lines[1]["boxes"]} == {"car", "dog"}
    assert [json.loads(one) for one in (out / "texts.jsonl").read_text().splitlines()] == lines
    overlay = np.asarray(Image.open(out / "overlays" / "2.png"))
    assert overlay.shape == (64, 64, 4)
    assert overlay[..., 3].any()
    assert not overlay[60:, 60:, 3].any()
    assert (out / "narration.vtt").read_text().startswith("WEBVTT")
    assert "In 3 seconds" in (out / "narration.srt").read_text()
    with open_workbench(seen.workspace) as bench:
        assert bench.media.all() == []


def test_a_folder_holds_the_overlays_of_the_last_narration_alone(
    seen: Cli, clip: Path, tmp_path: Path
) -> None:
    overlays = tmp_path / "told" / "overlays"
    overlays.mkdir(parents=True)
    for name in ("7.png", "mine.png"):
        (overlays / name).write_bytes(b"earlier")
    seen("narrate", clip, "--seconds", 0.5, "--out", tmp_path / "told")
    assert sorted(one.name for one in overlays.iterdir()) == ["1.png", "mine.png"]


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc which file it is")
def test_no_half_an_overlay_is_left_where_the_disk_is_full(
    seen: Cli, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> int:
        path.touch()
        if path.parent.name == "overlays":
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(data)

    sync = os.fsync

    def synced(handle: int) -> None:
        if Path(f"/proc/self/fd/{handle}").readlink().parent.name == "overlays":
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(handle)

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    monkeypatch.setattr("sightline.core.files.os.fsync", synced)
    answer = seen("narrate", clip, "--out", tmp_path / "told", code=7)
    assert "No space left" in answer.last["error"]["message"]
    assert list((tmp_path / "told" / "overlays").iterdir()) == []


def test_what_is_no_number_of_seconds_is_refused(seen: Cli, clip: Path) -> None:
    for option in ("--every", "--seconds"):
        answer = seen("narrate", clip, option, "inf", code=2)
        assert "number of seconds" in answer.last["error"]["hint"]


def test_a_moment_before_a_full_minute_is_written_as_one(
    seen: Cli, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = Watch.tellings
    monkeypatch.setattr(
        Watch, "tellings", lambda watch: (replace(one, time_s=59.97) for one in tell(watch))
    )
    answer = seen.call("--workspace", seen.workspace, "narrate", clip, "--seconds", 0.5)
    assert answer.out.startswith("01:00.0  There is")


def test_it_stops_after_so_many_seconds_in_another_language(seen: Cli, clip: Path) -> None:
    answer = seen.call(
        "--workspace", seen.workspace, "narrate", clip, "--seconds", 0.5, "--lang", "tlh",
        "--call", "dog=wolf",
    )  # fmt: skip
    assert answer.out.splitlines() == [
        "00:00.0  There is one wolf on the left.",
        "In 1 second, one wolf came into view.",
    ]
    assert answer.err.count("'tlh' is not spoken here") == 1


def test_what_is_found_out_on_the_way_is_noted_before_the_next_text(
    seen: Cli, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(watch: Watch) -> Iterator[Telling]:
        yield from tell(watch)
        raise UnreadableMediaError("it broke off", hint="send it again", reason="truncated")

    tell = Watch.tellings
    monkeypatch.setattr(Watch, "tellings", broken)
    monkeypatch.setattr(
        Narration, "notes", property(lambda told: ("it looks down",) if told.looks > 1 else ())
    )
    answer = seen.call("--workspace", seen.workspace, "narrate", clip, "--every", 0, code=2)
    assert answer.err.count("it looks down") == 1


def test_a_signal_ends_it_with_the_summary(
    seen: Cli, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = Watch.tellings

    def interrupted(watch: Watch) -> Iterator[Telling]:
        told = []
        for telling in tell(watch):
            told.append(telling)
            if len(told) == 1:
                signal.raise_signal(signal.SIGINT)
            yield telling

    monkeypatch.setattr(Watch, "tellings", interrupted)
    before = signal.getsignal(signal.SIGINT)
    lines = seen("narrate", clip, "--every", 0).lines
    assert [one["kind"] for one in lines] == ["text", "summary"]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_picture_is_narrated_without_a_summary(seen: Cli, tmp_path: Path) -> None:
    Image.fromarray(picture({"bottle": (4, 4)})).save(tmp_path / "one.png")
    lines = seen("narrate", tmp_path / "one.png").lines
    assert [one["text"] for one in lines] == ["There is a bottle on the left."]


def test_what_is_missing_is_said(seen: Cli, tmp_path: Path, clip: Path) -> None:
    seen("narrate", tmp_path / "gone.mp4", code=4)
    seen("narrate", code=2)
    seen("narrate", clip, "--engine", "template:gone", code=4)
    gone = seen("narrate", tmp_path / "gone.mp4", "--engine", "template:gone", code=4)
    assert "gone.mp4" in gone.last["error"]["message"], "the source is looked for first"
    wrong = seen("narrate", clip, "--call", "dgo=wolf", code=2).last["error"]
    assert "dog" in wrong["hint"]
    (tmp_path / "bad.mp4").write_bytes(b"no clip")
    assert seen("narrate", tmp_path / "bad.mp4", code=2).last["error"]["hint"]


def test_engines_are_listed(seen: Cli) -> None:
    (row,) = seen("narrate", "--engines").lines
    assert (row["name"], row["ready"]) == ("template:blobs", True)
