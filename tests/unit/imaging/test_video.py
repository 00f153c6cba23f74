"""Clips as frames: what is there, upright, at its time, and what is said of what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.clips import index_of, turned, write_clip
from sightline.core.errors import UnreadableMediaError
from sightline.imaging.clip import ClipLimits
from sightline.imaging.video import Choice, open_clip

if TYPE_CHECKING:
    from pathlib import Path

BOTH = pytest.mark.parametrize("decoder", ["opencv", "pyav"])


@BOTH
def test_every_frame_comes_at_its_time(tmp_path: Path, decoder: Choice) -> None:
    clip = open_clip(write_clip(tmp_path / "one.mp4", 6), decoder=decoder)

    seen = [(one.index, round(one.time_s, 3), index_of(one.image)) for one in clip.frames()]

    assert seen == [(n, n / 10, n) for n in range(6)]
    assert (clip.facts.width, clip.facts.height, clip.facts.fps) == (64, 48, 10.0)
    assert clip.facts.frames == 6
    assert clip.facts.duration_s == pytest.approx(0.6)
    clip.close()


@BOTH
def test_a_clip_that_asks_to_be_turned_is_upright(tmp_path: Path, decoder: Choice) -> None:
    clip = open_clip(turned(write_clip(tmp_path / "one.mp4", 2)), decoder=decoder)

    first = next(iter(clip.frames())).image

    assert (clip.facts.width, clip.facts.height, clip.facts.rotation) == (48, 64, 90)
    assert first.shape == (64, 48, 3)
    assert first[4, -4].min() > 200
    assert first[4, 4, 0] > 200 > first[4, 4, 1]
    clip.close()


@BOTH
def test_it_begins_where_it_should_and_gives_as_many_as_are_wanted(
    tmp_path: Path, decoder: Choice
) -> None:
    path = write_clip(tmp_path / "one.mp4", 12)
    later = open_clip(path, decoder=decoder, start_s=0.45)
    fewer = open_clip(path, decoder=decoder, max_fps=3)

    assert [(one.index, index_of(one.image)) for one in later.frames()] == [
        (n, n) for n in range(5, 12)
    ]
    assert [one.index for one in fewer.frames()] == [0, 4, 7, 10]


@BOTH
def test_large_frames_are_shrunk_and_huge_ones_refused(tmp_path: Path, decoder: Choice) -> None:
    path = write_clip(tmp_path / "one.mp4", 2)

    clip = open_clip(path, decoder=decoder, limits=ClipLimits(long_px=32))
    assert next(iter(clip.frames())).image.shape == (24, 32, 3)
    clip.close()
    with pytest.raises(UnreadableMediaError, match="64 x 48 pixels") as caught:
        open_clip(path, decoder=decoder, limits=ClipLimits(max_pixels=3_000))

    assert caught.value.reason == "too large"


@BOTH
def test_a_clip_that_breaks_off_gives_what_is_there_and_says_so(
    tmp_path: Path, decoder: Choice
) -> None:
    path = write_clip(tmp_path / "one.avi", 12, size=(320, 240))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    seen: list[int] = []

    with pytest.raises(UnreadableMediaError, match="breaks off after") as caught:
        seen.extend(index_of(one.image) for one in open_clip(path, decoder=decoder).frames())

    assert caught.value.reason == "truncated"
    assert seen[:-1] == list(range(len(seen) - 1))
    assert 4 <= len(seen) < 12


def test_a_clip_whose_index_is_missing_is_refused_with_the_reason(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "one.mp4", 12)
    path.write_bytes(path.read_bytes()[:800])

    with pytest.raises(UnreadableMediaError, match="moov") as caught:
        open_clip(path)

    assert caught.value.reason == "truncated"


def test_closing_from_elsewhere_ends_the_frames(tmp_path: Path) -> None:
    clip = open_clip(write_clip(tmp_path / "one.mp4", 6))
    frames = clip.frames()
    next(frames)

    clip.close()

    assert list(frames) == []


@pytest.mark.nightly
@pytest.mark.parametrize(("name", "count"), [("car-detection", 377), ("bottle-detection", 1189)])
def test_both_decoders_give_the_frames_of_real_clips(
    shared_data: Path, name: str, count: int
) -> None:
    path = shared_data / "video" / f"{name}.mp4"
    pairs = zip(
        open_clip(path, decoder="opencv").frames(),
        open_clip(path, decoder="pyav").frames(),
        strict=True,
    )
    seen = 0
    for one, other in pairs:
        assert one.time_s == pytest.approx(other.time_s, abs=0.002)
        if seen % 50 == 0:
            assert np.abs(one.image.astype(int) - other.image).mean() < 3
        seen += 1
    assert seen == count
