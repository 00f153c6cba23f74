"""A child holds the engine: started when asked, by one; it sleeps, dies and comes back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pytest

from sightline.core.errors import EngineFailedError, InvalidInputError, OutOfMemoryError
from sightline.jobs.engine_process import EngineProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FAKE = Path(__file__).parents[2] / "fakes" / "engine_child.py"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Callable[..., EngineProcess]]:
    made: list[EngineProcess] = []

    def make(*, idle_s: float = 60, **arguments: Any) -> EngineProcess:
        process = EngineProcess(
            "echo",
            arguments,
            command=[sys.executable, str(FAKE), str(idle_s)],
            env=os.environ,
            log=tmp_path / "logs" / "engines.log",
            timeout_s=60,
        )
        made.append(process)
        return process

    yield make
    for process in made:
        process.close()


def test_it_starts_at_the_first_request_and_stays(
    engine: Callable[..., EngineProcess], tmp_path: Path
) -> None:
    process = engine(colour="red")
    assert process.pid is None
    assert process.facts() == {"dim": 3, "loaded": {"colour": "red"}}
    rows = np.arange(6, dtype=np.float32).reshape(3, 2)
    answer = process.call("echo", {"word": "x"}, [rows])
    assert answer.facts == {"pid": process.pid, "word": "x"}
    assert answer.arrays[0].tolist() == rows[::-1].tolist()
    assert process.call("echo").facts["pid"] == answer.facts["pid"]
    assert "what a library says" in (tmp_path / "logs" / "engines.log").read_text()


def test_many_threads_start_one_child(engine: Callable[..., EngineProcess]) -> None:
    process = engine()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: process.call("echo", {"n": n}).facts, range(40)))
    assert [one["n"] for one in answers] == list(range(40))
    assert len({one["pid"] for one in answers}) == 1


@pytest.mark.parametrize(
    ("method", "arguments", "why"),
    [("exit", {"code": 3}, "exit code 3"), ("kill", {}, "signal 9")],
)
def test_a_death_is_told_and_the_next_request_starts_it_anew(
    engine: Callable[..., EngineProcess], method: str, arguments: dict[str, Any], why: str
) -> None:
    process = engine()
    before = process.call("echo").facts["pid"]
    with pytest.raises(EngineFailedError, match=why) as caught:
        process.call(method, arguments)
    assert "started anew" in caught.value.hint
    assert process.call("echo").facts["pid"] != before


def test_errors_of_the_engine_come_as_they_are_and_it_lives_on(
    engine: Callable[..., EngineProcess],
) -> None:
    process = engine()
    before = process.call("echo").facts["pid"]
    with pytest.raises(InvalidInputError, match="not this") as caught:
        process.call("refuse")
    assert caught.value.hint == "ask for echo"
    with pytest.raises(EngineFailedError, match="ValueError: a fault of ours"):
        process.call("fail")
    with pytest.raises(OutOfMemoryError):
        process.call("full")
    assert process.call("echo").facts["pid"] == before


def test_what_cannot_be_loaded_is_told_each_time(engine: Callable[..., EngineProcess]) -> None:
    process = engine(broken=True)
    for _ in range(2):
        with pytest.raises(InvalidInputError, match="cannot be loaded"):
            process.call("echo")
        assert process.pid is None
    with pytest.raises(EngineFailedError, match="exit code 9"):
        engine(dies=True).facts()


def test_it_sleeps_when_nobody_asks_and_wakes_for_the_next(
    engine: Callable[..., EngineProcess],
) -> None:
    process = engine(idle_s=1.0)
    before = process.call("echo").facts["pid"]
    psutil.wait_procs([psutil.Process(before)], timeout=60)
    assert process.call("echo").facts["pid"] != before


def test_one_that_hangs_is_ended(
    engine: Callable[..., EngineProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    process = engine()
    before = process.call("echo").facts["pid"]
    with monkeypatch.context() as patch:
        patch.setattr(process, "_timeout_s", 0.5)
        with pytest.raises(EngineFailedError, match=r"no answer within 0\.5 s, and was ended"):
            process.call("hang")
    assert not psutil.pid_exists(before)
    assert process.call("echo").facts["pid"] != before


def test_what_is_asked_aside_is_answered_beside_what_is_going_on(
    engine: Callable[..., EngineProcess],
) -> None:
    process = engine()
    with ThreadPoolExecutor(1) as pool:
        meeting = pool.submit(process.call, "meet")
        process.call("come", aside=True)
        assert meeting.result(60).facts["met"] is True


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_kill_fails_all_that_was_going_on_and_nothing_after(
    engine: Callable[..., EngineProcess],
) -> None:
    process = engine()
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(process.call, "hang")
        assert process.call("hangs", aside=True).facts["hangs"] is True
        with pytest.raises(EngineFailedError, match="signal 9"):
            process.call("kill", aside=True)
        with pytest.raises(EngineFailedError, match="signal 9"):
            hanging.result(60)
    assert process.call("echo", aside=True).facts["pid"] == process.pid


def test_one_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    process = EngineProcess(
        "none", {}, command=["/no/such/program"], env={}, log=tmp_path / "log.txt"
    )
    with pytest.raises(EngineFailedError, match="cannot be started"):
        process.facts()


PARENT = """
import os, sys
from pathlib import Path
from sightline.jobs.engine_process import EngineProcess
process = EngineProcess("echo", {}, command=[sys.executable, sys.argv[1], "600"], env=os.environ,
                        log=Path(sys.argv[2]))
process.call("echo")
print(process.pid, flush=True)
process.call("hang")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_it_ends_with_its_asker_even_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    words = [sys.executable, "-c", PARENT, str(FAKE), str(tmp_path / "log.txt")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
    child.wait(60)
