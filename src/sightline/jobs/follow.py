"""Watch running jobs: one from the command line, all of them from a server's thread."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import SightlineError
from sightline.jobs.tail import Tail

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from sightline.jobs.runner import JobRunner

POLL_S: Final = 0.1
HUB_POLL_S: Final = 0.25
MOST_METRICS: Final = 200
"""Metrics of one job told at a time; the newest are."""

logger = logging.getLogger(__name__)


def follow(runner: JobRunner, job_id: str, *, poll_s: float = POLL_S) -> Iterator[dict[str, Any]]:
    """Yield what a job tells, {"t", "kind", ...}, until it has ended; looks after all jobs.

    Raises:
        UnknownJobError: There is no such job.
    """
    tail = Tail(runner.folder(job_id).events)
    while True:
        runner.pump()
        finished = runner.table.get(job_id).finished
        found = tail.new()
        yield from found
        if not found and finished:
            return
        if not found:
            time.sleep(poll_s)


class ProgressHub:
    """Tells the progress and the metrics of all running jobs: transient, never stored.

    `publish(kind, data)` gets `progress` {job, done, total, rate, eta_s, note}, of each job the
    newest only, and `metric` and the newest `load` as the job told them, with {job}.
    """

    def __init__(self, runner: JobRunner, publish: Callable[[str, dict[str, Any]], None]) -> None:
        self._runner = runner
        self._publish = publish
        self._tails: dict[str, Tail] = {}
        self._first = True

    def poll(self) -> None:
        """Tell what is new. One short read of the database, and of each running job's file."""
        running = {job.id for job in self._runner.table.list(state="running")}
        for job_id in running - self._tails.keys():
            events = self._runner.folder(job_id).events
            self._tails[job_id] = Tail(events, at_end=self._first)
        self._first = False
        for job_id, tail in list(self._tails.items()):
            self._tell(job_id, tail.new())
            if job_id not in running:
                del self._tails[job_id]

    def run(self, stop: threading.Event, *, poll_s: float = HUB_POLL_S) -> None:
        """Look after jobs and tell of them until `stop` is set; for a thread of its own."""
        while not stop.wait(poll_s):
            try:
                self._runner.pump()
                self.poll()
            except (SightlineError, OSError) as error:
                logger.warning("jobs are not looked after: %s", error)

    def _tell(self, job_id: str, found: list[dict[str, Any]]) -> None:
        progress = [one for one in found if one["kind"] == "progress"]
        for one in progress[-1:]:
            keys = ("done", "total", "rate", "eta_s", "note")
            self._publish("progress", {"job": job_id} | {key: one.get(key) for key in keys})
        metrics = [one for one in found if one["kind"] == "metric"][-MOST_METRICS:]
        loads = [one for one in found if one["kind"] == "load"][-1:]
        for one in metrics + loads:
            data = {key: value for key, value in one.items() if key not in {"t", "kind"}}
            self._publish(one["kind"], {"job": job_id} | data)
