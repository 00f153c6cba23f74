"""What is written is read again: frames, times, in a form that browsers play."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.clips import frame, index_of
from sightline.core.errors import StorageError
from sightline.imaging import clip_write
from sightline.imaging.clip_write import write_clip
from sightline.imaging.video import open_clip

if TYPE_CHECKING:
    from pathlib import Path

TIMES = [0.0, 0.1, 0.2, 0.6, 0.7]
"""Of a clip whose rate changes."""


def test_frames_keep_their_times(tmp_path: Path) -> None:
    with write_clip(tmp_path / "one", 65, 49) as out:
        for index, time_s in enumerate(TIMES):
            out.add(frame(index, (65, 49)), time_s)

    seen = [(round(one.time_s, 2), index_of(one.image)) for one in open_clip(out.path).frames()]

    assert out.path.suffix == ".mp4"
    assert seen == list(zip(TIMES, range(5), strict=True))


def test_without_pyav_a_frame_is_repeated_until_the_next_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_write, "find_spec", lambda _name: None)
    with write_clip(tmp_path / "one", 64, 48, fps=10) as out:
        for index, time_s in enumerate(TIMES):
            out.add(frame(index), time_s)

    clip = open_clip(out.path, decoder="opencv")

    assert out.path.suffix == ".webm"
    assert [index_of(one.image) for one in clip.frames()] == [0, 1, 2, 2, 2, 2, 3, 4]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(StorageError, match="cannot be written"),
        write_clip(tmp_path / "nowhere" / "one", 64, 48) as out,
    ):
        out.add(frame(0), 0.0)
