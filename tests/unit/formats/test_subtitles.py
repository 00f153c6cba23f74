"""Tests of formats/subtitles.py."""

from __future__ import annotations

import html
import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sightline.formats.subtitles import Cue, cues_of, to_srt, to_vtt

STAMP = r"(\d{2,}):(\d\d):(\d\d)[,.](\d{3})"
TEXTS = st.lists(
    st.tuples(st.floats(0, 400_000), st.text(st.characters(exclude_categories=["Cs", "Cc"]))),
    max_size=8,
)


def read_back(blocks: list[str]) -> list[tuple[int, int, str]]:
    """Read cues as a player does: (start, end, text), milliseconds."""
    found = []
    for block in blocks:
        _, times, *lines = block.strip("\r\n").splitlines()
        match = re.fullmatch(f"{STAMP} --> {STAMP}", times)
        assert match is not None
        numbers = [int(one) for one in match.groups()]
        start, end = (
            ((h * 60 + m) * 60 + s) * 1_000 + ms for h, m, s, ms in (numbers[:4], numbers[4:])
        )
        found.append((start, end, "\n".join(lines)))
    return found


def test_a_text_stays_as_long_as_it_takes_to_read_but_not_beyond_the_next() -> None:
    long = "word " * 60
    cues = cues_of([(10, "Two cars."), (0, long), (11, "One car."), (30, "Nothing.")])
    assert [cue.start_s for cue in cues] == [0, 10, 11, 30]
    assert [cue.end_s for cue in cues] == [10, 11, 12.5, 31.5]


def test_nothing_is_shown_after_the_end_and_empty_texts_not_at_all() -> None:
    cues = cues_of([(0, "a"), (1, "  "), (3, "b"), (9, "c")], duration_s=4)
    assert [(cue.start_s, cue.end_s) for cue in cues[:2]] == [(0, 1.5), (3, 4)]


def test_of_two_texts_at_the_same_time_the_later_one_is_shown() -> None:
    assert len(cues_of([(2, "a"), (2, "b")])) == 1


def test_a_subrip_file_looks_as_players_expect() -> None:
    text = to_srt([Cue(0, 1.5, "Two cars."), Cue(3_661.0004, 3_662, "A\n\nB --> C")])
    assert text == (
        "1\r\n00:00:00,000 --> 00:00:01,500\r\nTwo cars.\r\n\r\n"
        "2\r\n01:01:01,000 --> 01:01:02,000\r\nA\r\nB → C\r\n"
    )


def test_a_webvtt_file_escapes_markup_and_may_carry_a_note() -> None:
    text = to_vtt([Cue(0, 1, "a < b & c --> d")], note="In all: 3 cars.\n\n--> end")
    assert text == (
        "WEBVTT\n\nNOTE\nIn all: 3 cars.\n→ end\n\n"
        "1\n00:00:00.000 --> 00:00:01.000\na &lt; b &amp; c --&gt; d\n"
    )


@given(texts=TEXTS)
def test_both_formats_read_back_as_the_same_cues(texts: list[tuple[float, str]]) -> None:
    cues = cues_of(texts)
    starts = [cue.start_s for cue in cues]
    assert starts == sorted(starts)
    assert all(one.end_s <= two.start_s for one, two in pairwise(cues))
    srt = read_back([one for one in re.split(r"\r\n\r\n", to_srt(cues)) if one.strip("\r\n")])
    vtt = read_back([one for one in to_vtt(cues).split("\n\n")[1:] if one.strip("\n")])
    assert [one[:2] for one in srt] == [one[:2] for one in vtt]
    for (_, _, plain), (_, _, marked), cue in zip(srt, vtt, cues, strict=True):
        assert html.unescape(marked) == "\n".join(
            line.strip() for line in cue.text.splitlines() if line.strip()
        )
        assert plain == html.unescape(marked).replace("-->", "→")
