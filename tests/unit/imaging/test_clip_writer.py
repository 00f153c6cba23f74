"""What is written is read again: frames, times, in a form that browsers play."""

from __future__ import annotations

import resource
import signal
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.clips import frame, index_of
from sightline.core.errors import StorageError
from sightline.imaging import clip_writer
from sightline.imaging.clip_writer import open_writer
from sightline.imaging.video import open_clip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIMES = [0.0, 0.1, 0.2, 0.6, 0.7]
"""Of a clip whose rate changes."""


def write(path: Path, size: tuple[int, int]) -> str:
    """Write five frames; return the codec."""
    out = open_writer(path, size, 10)
    for index, time_s in enumerate(TIMES):
        out.add(frame(index, size), time_s)
    out.close()
    return out.codec


def write_noise(path: Path) -> None:
    """Write six seconds that no codec makes small."""
    noise = np.random.default_rng(0)
    out = open_writer(path, (64, 48), 10)
    for index in range(60):
        out.add(noise.integers(0, 255, (48, 64, 3), np.uint8), index / 10)
    out.close()


def test_frames_keep_their_times_and_lose_at_most_an_odd_row(tmp_path: Path) -> None:
    codec = write(tmp_path / "one.mp4", (65, 49))

    clip = open_clip(tmp_path / "one.mp4")
    seen = [(round(one.time_s, 2), index_of(one.image)) for one in clip.frames()]

    assert (codec, clip.facts.width, clip.facts.height) == ("h264", 64, 48)
    assert seen == list(zip(TIMES, range(5), strict=True))


def test_without_pyav_a_frame_is_repeated_until_the_next_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_writer, "installed", lambda _name: False)

    codec = write(tmp_path / "one.mp4", (64, 48))

    assert codec == "vp9"
    seen = open_clip(tmp_path / "one.mp4", decoder="opencv").frames()
    assert [index_of(one.image) for one in seen] == [0, 1, 2, 2, 2, 2, 3, 4]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        write(tmp_path / "nowhere" / "one.mp4", (64, 48))


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Let no file grow beyond 20 kB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.usefixtures("small_disk")
@pytest.mark.parametrize("with_pyav", [True, False])
def test_a_disk_that_gets_full_is_said_before_the_clip_counts_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, with_pyav: bool
) -> None:
    if not with_pyav:
        monkeypatch.setattr(clip_writer, "installed", lambda _name: False)
    with pytest.raises(StorageError, match="cannot be written"):
        write_noise(tmp_path / "one.mp4")
