from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sightline.jobs.tail import Tail, last_of

if TYPE_CHECKING:
    from pathlib import Path


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notes=st.lists(st.text(max_size=20), max_size=20), seed=st.integers(0, 99))
def test_each_line_comes_once_and_whole_however_it_was_cut(
    tmp_path: Path, notes: list[str], seed: int
) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"")
    want = [{"n": number, "note": note} for number, note in enumerate(notes)]
    raw = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in want).encode()
    tail, found, chance = Tail(path), [], random.Random(seed)
    while raw:
        cut = chance.randint(1, 30)
        with path.open("ab") as file:
            file.write(raw[:cut])
        raw = raw[cut:]
        found += tail.new()
    assert found + tail.new() == want
    assert tail.new() == []


def test_a_file_that_is_not_there_yet_has_nothing_new(tmp_path: Path) -> None:
    tail = Tail(tmp_path / "events.jsonl", at_end=True)
    assert tail.new() == []
    (tmp_path / "events.jsonl").write_text('{"a": 1}\n')
    assert tail.new() == [{"a": 1}]


def test_what_is_not_an_object_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"a": 1}\n{"torn": \n\n[1]\n{"b": 2}\n')
    assert Tail(path).new() == [{"a": 1}, {"b": 2}]
    assert Tail(path, at_end=True).new() == []


def test_file_that_was_made_anew_is_read_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"a": 1}\n' * 3)
    tail = Tail(path)
    assert len(tail.new()) == 3
    path.write_text('{"b": 2}\n')
    assert tail.new() == [{"b": 2}]


def test_last_of_a_kind_is_found_behind_a_flood_of_others(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    assert last_of(path, "progress") is None
    lines = [{"kind": "progress", "done": 1}, {"kind": "progress", "done": 2}]
    lines += [{"kind": "metric", "step": step} for step in range(5000)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert last_of(path, "progress") == {"kind": "progress", "done": 2}
    assert last_of(path, "other") is None
