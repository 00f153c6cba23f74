from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from sightline.core.errors import CancelledError
from sightline.core.progress import Silent, track
from sightline.jobs import context as module
from sightline.jobs.context import JobContext
from sightline.jobs.folder import JobFolder
from sightline.store.jobs import Job

if TYPE_CHECKING:
    from pathlib import Path


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def job(attempt: int = 1) -> Job:
    return Job(
        id="a1",
        kind="steps",
        project="digits",
        arguments={},
        actor="ann",
        state="running",
        can_resume=True,
        attempt=attempt,
        created_at="then",
        started_at="then",
        finished_at=None,
        done=0,
        total=None,
        note="",
        error=None,
        result=None,
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    folder = JobFolder(tmp_path, "a1")
    folder.create({})
    return folder


def events(folder: JobFolder) -> list[dict[str, Any]]:
    return [json.loads(line) for line in folder.events.read_text().splitlines() if line]


def test_progress_is_written_five_times_a_second_at_most(folder: JobFolder, clock: Clock) -> None:
    context = JobContext(job(), folder, clock=clock)
    for step in range(10_000):
        context.advance(step + 1, 20_000, f"step {step}")
        clock.at += 0.001
    context.close()
    told = events(folder)
    assert 40 <= len(told) <= 52
    assert told[-1]["done"] == 10_000
    assert told[-1]["rate"] == pytest.approx(1000, rel=0.01)
    assert told[-1]["eta_s"] == pytest.approx(10, rel=0.01)


def test_the_end_of_a_phase_shows_soon(folder: JobFolder, clock: Clock) -> None:
    context = JobContext(job(), folder, clock=clock)
    context.advance(1, 2)
    clock.at += 0.06
    context.advance(2, 2)
    assert [event["done"] for event in events(folder)] == [1, 2]
    context.close()


def test_progress_held_back_is_written_by_a_later_check(folder: JobFolder, clock: Clock) -> None:
    context = JobContext(job(), folder, clock=clock)
    context.advance(1, 9)
    context.advance(2, 9)
    clock.at += 0.3
    context.check()
    assert [event["done"] for event in events(folder)] == [1, 2]
    context.close()
    assert len(events(folder)) == 2


def test_flag_stops_the_work_at_the_next_step_and_stays(folder: JobFolder, clock: Clock) -> None:
    context = JobContext(job(), folder, clock=clock)
    done = []

    def work() -> None:
        for item in track(context, range(10)):
            done.append(item)
            if item == 3:
                folder.ask_cancel(1)
                clock.at += 1

    with pytest.raises(CancelledError):
        work()
    assert done == [0, 1, 2, 3]
    folder.clear_cancel()
    with pytest.raises(CancelledError):
        context.check()
    context.close()


def test_flag_is_looked_at_rarely(folder: JobFolder, clock: Clock) -> None:
    context = JobContext(job(), folder, clock=clock)
    context.check()
    folder.ask_cancel(1)
    context.check()
    clock.at += 2 * module.LOOK_S
    with pytest.raises(CancelledError):
        context.check()
    context.close()


def test_flag_of_an_earlier_attempt_does_not_stop_the_next(folder: JobFolder, clock: Clock) -> None:
    folder.ask_cancel(1)
    context = JobContext(job(attempt=2), folder, clock=clock)
    context.check()
    assert context.resumed
    (folder.path / "cancel").write_text("")
    clock.at += 1
    with pytest.raises(CancelledError):
        context.check()
    context.close()


def test_facts_are_json_whatever_they_hold(folder: JobFolder, tmp_path: Path) -> None:
    import numpy as np

    context = JobContext(job(), folder)
    context.tell("metric", loss=np.float32("nan"), at=np.arange(2), path=tmp_path)
    (event,) = events(folder)
    assert event["kind"] == "metric"
    assert (event["loss"], event["at"], event["path"]) == (None, [0, 1], tmp_path.as_posix())
    context.close()


def test_sink_hears_everything(folder: JobFolder) -> None:
    heard: list[Any] = []

    class Sink(Silent):
        def advance(self, done: int, total: int | None, note: str = "") -> None:
            heard.append((done, total, note))

        def tell(self, kind: str, **data: Any) -> None:
            heard.append((kind, data))

        def log(self, text: str) -> None:
            heard.append(text)

        def check(self) -> None:
            raise CancelledError("enough")

    context = JobContext(job(), folder, sink=Sink())
    context.advance(1, 2, "n")
    context.tell("metric", loss=1)
    context.log("line")
    with pytest.raises(CancelledError, match="enough"):
        context.check()
    context.close()
    assert heard == [(1, 2, "n"), ("metric", {"loss": 1}), "line"]


def test_log_is_bounded(folder: JobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOG_BYTES", 1000)
    context = JobContext(job(), folder)
    for number in range(1000):
        context.log(f"line {number}")
    context.close()
    text = folder.log.read_text()
    assert len(text) < 1200
    assert text.endswith("nothing more is kept\n")


def test_threads_may_report_at_once(folder: JobFolder) -> None:
    context = JobContext(job(), folder)

    def work(name: int) -> None:
        for step in range(100):
            context.tell("metric", name=name, step=step)
            context.advance(step, 100)
            context.check()

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    context.close()
    assert sum(event["kind"] == "metric" for event in events(folder)) == 400


def test_a_step_costs_microseconds(folder: JobFolder) -> None:
    import time

    context = JobContext(job(), folder)
    start = time.perf_counter()
    for step in range(10_000):
        context.check()
        context.advance(step, 20_000)
    each_us = (time.perf_counter() - start) / 10_000 * 1e6
    context.close()
    assert each_us < 50
