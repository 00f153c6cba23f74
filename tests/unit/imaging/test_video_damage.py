"""Damaged, odd and hostile clips: an answer in time, and never the end of the process."""

from __future__ import annotations

import multiprocessing
import wave
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.clip_child import read, serve
from fakes.clips import frame, index_of, write_clip
from sightline.core.errors import UnreadableMediaError
from sightline.imaging.clip import Clip, ClipLimits
from sightline.imaging.clip_opencv import OpenCvDecoder, quiet
from sightline.imaging.clip_writer import open_writer
from sightline.imaging.containers import Structure, sniff_container, structure
from sightline.imaging.video import Choice, open_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LONGEST_S = 60.0
BOTH = pytest.mark.parametrize("decoder", ["opencv", "pyav"])


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[bytes, str], str | int]]:
    """Ask another process about bytes; fails when it dies or takes too long."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    child = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    child.start()
    there.close()
    path = tmp_path_factory.mktemp("damage") / "clip"
    whole = write_clip(path.with_name("whole.mp4"), 1)
    for one in ("opencv", "pyav"):  # it loads both decoders, which may take its time
        here.send((str(whole), one))
        assert here.recv() == 1

    def asked(data: bytes, decoder: str) -> str | int:
        path.write_bytes(data)
        here.send((str(path), decoder))
        assert here.poll(LONGEST_S), "no answer in time"
        answer: str | int = here.recv()
        return answer

    yield asked
    here.send(None)
    child.join(60)
    here.close()
    assert child.exitcode == 0


def seeds(folder: Path) -> list[bytes]:
    """Return clips to damage."""
    names = ("one.mp4", "one.avi")
    return [write_clip(folder / name, 4).read_bytes() for name in names]


CUTS = st.lists(
    st.tuples(
        st.sampled_from(["set", "fill", "cut", "drop"]),
        st.integers(0, 1 << 20),
        st.binary(min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=12,
)


def damaged(data: bytes, cuts: list[tuple[str, int, bytes]]) -> bytes:
    """Return bytes after some accidents."""
    out = bytearray(data)
    for kind, where, what in cuts:
        at = where % max(1, len(out))
        if kind == "set":
            out[at : at + len(what)] = what
        elif kind == "fill":
            out[at : at + 4] = b"\xff\xff\xff\xff"
        elif kind == "drop":
            del out[at : at + len(what)]
        else:
            out = out[: max(at, 16)]
    return bytes(out)


def check(ask: Callable[[bytes, str], str | int], data: bytes) -> None:
    """Let both decoders try."""
    for decoder in ("opencv", "pyav"):
        answer = ask(data, decoder)
        assert answer if isinstance(answer, str) else answer > 0


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=st.integers(0, 1), cuts=CUTS)
def test_damage_gets_an_answer(
    ask: Callable[[bytes, str], str | int],
    tmp_path: Path,
    which: int,
    cuts: list[tuple[str, int, bytes]],
) -> None:
    check(ask, damaged(seeds(tmp_path)[which], cuts))


@pytest.mark.nightly
@settings(max_examples=1_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=st.integers(0, 1), cuts=CUTS)
def test_much_damage_gets_an_answer(
    ask: Callable[[bytes, str], str | int],
    tmp_path: Path,
    which: int,
    cuts: list[tuple[str, int, bytes]],
) -> None:
    check(ask, damaged(seeds(tmp_path)[which], cuts))


@given(st.binary(max_size=600))
def test_no_bytes_are_too_odd_for_the_structure(data: bytes) -> None:
    for head in (b"", b"\0\0\0\x18ftypisom", b"RIFF\0\0\0\0AVI ", b"\x1aE\xdf\xa3"):
        sniff_container((head + data)[:512])
        structure(head + data)


def test_sound_alone_is_said_to_be_sound(tmp_path: Path) -> None:
    import av

    with wave.open(str(tmp_path / "one.wav"), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(bytes(16_000))
    for name, codec in (("one.mp4", "aac"), ("one.mkv", "aac")):
        with av.open(str(tmp_path / name), "w") as file:
            stream: Any = file.add_stream(codec, rate=8000, layout="mono")
            sound = av.AudioFrame.from_ndarray(
                np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
            )
            sound.sample_rate = 8000
            file.mux(stream.encode(sound))
            file.mux(stream.encode(None))

    for name in ("one.wav", "one.mp4", "one.mkv"):
        assert read(tmp_path / name, "auto") == "audio only", name


@BOTH
def test_frames_without_a_steady_rate_come_at_their_own_times(
    tmp_path: Path, decoder: Choice
) -> None:
    times = [0.0, 0.04, 0.5, 0.52, 2.0]
    out = open_writer(tmp_path / "one.mp4", (64, 48), 10)
    for index, time_s in enumerate(times):
        out.add(frame(index), time_s)
    out.close()

    seen = list(open_clip(tmp_path / "one.mp4", decoder=decoder).frames())

    assert [round(one.time_s, 2) for one in seen] == times
    assert [index_of(one.image) for one in seen] == list(range(5))


@BOTH
def test_a_rate_of_zero_is_not_known_and_times_still_rise(tmp_path: Path, decoder: Choice) -> None:
    path = write_clip(tmp_path / "one.avi", 4)
    data = bytearray(path.read_bytes())
    header = data.find(b"strh") + 8
    data[header + 24 : header + 28] = bytes(4)
    data[data.find(b"avih") + 8 :][:4] = bytes(4)
    path.write_bytes(data)

    answer = read(path, decoder)

    if isinstance(answer, int):
        times = [one.time_s for one in open_clip(path, decoder=decoder).frames()]
        assert times == sorted(set(times))
    else:
        assert answer


def test_a_clip_of_no_frames_is_said_to_hold_none(tmp_path: Path) -> None:
    cv2 = quiet()
    path = tmp_path / "none.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48))
    writer.release()

    for decoder in ("opencv", "pyav"):
        assert read(path, decoder) in {"no frames", "not decodable"}


@pytest.mark.nightly
@BOTH
def test_frames_of_8k_are_shrunk_and_larger_ones_refused(tmp_path: Path, decoder: Choice) -> None:
    path = write_clip(tmp_path / "one.avi", 2, size=(7680, 4320))

    clip = open_clip(path, decoder=decoder)
    assert [one.image.shape for one in clip.frames()] == [(1080, 1920, 3)] * 2
    with pytest.raises(UnreadableMediaError, match="7680 x 4320"):
        open_clip(path, decoder=decoder, limits=ClipLimits(max_pixels=30_000_000))


def test_a_clip_that_states_no_size_broke_off_when_it_ends_too_soon(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "one.mp4", 40, fps=10)
    decoder = OpenCvDecoder(path, "walk", ClipLimits(), Structure())
    decoder.facts = replace(decoder.facts, duration_s=9.0)

    with pytest.raises(UnreadableMediaError, match="walk breaks off after 40 frames"):
        list(Clip(decoder, "walk", start_s=0, max_fps=0).frames())


def test_a_last_frame_that_is_shown_for_long_is_no_damage(tmp_path: Path) -> None:
    decoder = OpenCvDecoder(
        write_clip(tmp_path / "one.mp4", 4), "one", ClipLimits(), Structure(stated=True)
    )
    decoder.facts = replace(decoder.facts, duration_s=60.0)

    assert len(list(Clip(decoder, "one", start_s=0, max_fps=0).frames())) == 4


def test_beyond_the_end_there_is_no_frame_and_no_damage(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "one.mp4", 40, fps=10)

    for decoder in ("opencv", "pyav"):
        assert list(open_clip(path, decoder=decoder, start_s=99).frames()) == []
