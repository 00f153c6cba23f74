"""Tests of store/replay_ring.py."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.core.errors import BusyError, StorageError
from sightline.store import replay_ring
from sightline.store.replay_ring import MAX_LINE_BYTES, Ring, read_ring

APPENDER = """
import sys
from pathlib import Path
from sightline.store.replay_ring import Ring

ring = Ring(Path(sys.argv[1]), keep=5)
while True:
    print(ring.append({"text": "x" * 500}), flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "texts"


def ids(facts: list[dict[str, Any]]) -> list[int]:
    return [fact["id"] for fact in facts]


def test_ids_count_up_from_one_and_each_fact_carries_its_own(folder: Path) -> None:
    ring = Ring(folder, keep=10)
    assert [ring.append({"text": word}) for word in ("a", "b", "ü\n")] == [1, 2, 3]
    assert ring.after(1) == [{"id": 2, "text": "b"}, {"id": 3, "text": "ü\n"}]
    assert ring.after(0, limit=1) == [{"id": 1, "text": "a"}]
    assert (ring.first_id, ring.last_id) == (1, 3)


def test_an_empty_ring_has_nothing(folder: Path) -> None:
    ring = Ring(folder, keep=10)
    assert (ring.first_id, ring.last_id, ring.after(0)) == (0, 0, [])


@settings(max_examples=25)
@given(
    keep=st.integers(1, 5),
    opened=st.lists(st.integers(0, 12), min_size=1, max_size=4),
    seen=st.integers(0, 40),
)
def test_the_newest_stay_readable_and_files_stay_few_however_often_it_is_opened(
    keep: int, opened: list[int], seen: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        total = 0
        for count in opened:
            ring = Ring(folder, keep=keep, durable=False)
            for _ in range(count):
                total += 1
                assert ring.append({"n": total}) == total
            ring.close()
        ring = Ring(folder, keep=keep, durable=False)
        kept = ids(ring.after(0))
        assert kept == list(range(total - len(kept) + 1, total + 1))
        assert len(kept) >= min(keep, total)
        assert len(kept) <= 2 * keep
        assert ids(ring.after(seen)) == [one for one in kept if one > seen]
        assert len(list(folder.glob("*.jsonl"))) <= 2
        ring.close()


@settings(max_examples=25)
@given(cut=st.integers(1, 60))
def test_a_line_that_a_crash_cut_off_is_gone_and_its_id_is_given_again(cut: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ring = Ring(folder, keep=10, durable=False)
        for word in ("first", "second"):
            ring.append({"text": word})
        ring.close()
        file = next(folder.glob("*.jsonl"))
        raw = file.read_bytes()
        length = len(raw.splitlines(keepends=True)[1])
        file.write_bytes(raw[: -min(cut, length)])
        assert ids(read_ring(folder)) == [1]
        again = Ring(folder, keep=10, durable=False)
        assert again.append({"text": "third"}) == 2
        assert [fact["text"] for fact in again.after(0)] == ["first", "third"]
        again.close()


def test_what_was_told_survives_a_kill(folder: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", APPENDER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(23)]
    os.kill(process.pid, signal.SIGKILL)
    told += [int(line) for line in process.stdout]
    process.wait()
    process.stdout.close()
    ring = Ring(folder, keep=5)
    assert told == list(range(1, len(told) + 1))
    assert ring.last_id >= told[-1]
    assert ids(ring.after(told[-1] - 3))[:3] == told[-3:]


def test_a_second_process_may_read_but_not_append(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_ring, "_WAIT_S", 0.0)
    ring = Ring(folder, keep=2)
    for n in range(5):
        ring.append({"n": n})
    assert ids(read_ring(folder, after=3)) == [4, 5]
    with pytest.raises(BusyError, match="another program"):
        Ring(folder, keep=2)
    ring.close()
    Ring(folder, keep=2).close()


def test_a_full_disk_loses_nothing_that_was_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = Ring(folder, keep=10)
    ring.append({"text": "kept"})
    real = os.write

    def full(handle: int, data: bytes) -> int:
        real(handle, data[:7])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StorageError, match="No space left"):
        ring.append({"text": "too much"})
    assert ids(read_ring(folder)) == [1]
    monkeypatch.undo()
    assert ring.append({"text": "there is room again"}) == 2
    assert ids(read_ring(folder)) == [1, 2]


def test_a_fact_beyond_all_measure_is_refused(folder: Path) -> None:
    ring = Ring(folder, keep=10)
    with pytest.raises(ValueError, match="too long"):
        ring.append({"text": "x" * MAX_LINE_BYTES})
    assert ring.append({"text": "short"}) == 1


def test_a_ring_that_was_erased_under_our_hands_is_empty(folder: Path) -> None:
    ring = Ring(folder, keep=10)
    ring.append({})
    for path in folder.glob("*.jsonl"):
        path.unlink()
    assert ring.after(0) == []
