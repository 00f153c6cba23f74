"""The one runner of long work: a fresh process for each job, queued by lane.

A worker needs nobody: it holds its job's lock, writes its own progress and its own end. The
runner only starts workers, ends those that do not stop when asked, and writes down the end of
those that died. Any number of runners (a server, command lines) may look after one workspace; the
database decides which of them starts a job.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import BusyError, ConflictError, InvalidInputError, SightlineError
from sightline.jobs.child import attempt, conclude, run_child
from sightline.jobs.context import JobContext
from sightline.jobs.ending import ending_of, is_working
from sightline.jobs.folder import Child, JobFolder, LogPart, Outcome
from sightline.jobs.kinds import IO_AT_ONCE, JobKinds
from sightline.jobs.processes import child_env, kill_tree, oom_kills, spawn, started_at
from sightline.jobs.tail import last_of
from sightline.store.jobs import ACTIVE

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from sightline.core.progress import Progress
    from sightline.jobs.kinds import JobKind
    from sightline.settings import Settings
    from sightline.store.jobs import Job, JobTable

GRACE_S: Final = 10.0
"""How long a job that was asked to stop may take before it is killed."""
KEEP: Final = 200
"""Ended jobs whose folders are kept."""
MANY: Final = 10_000
POLL_S: Final = 0.05


class JobRunner:
    """Starts jobs, watches them, stops them. Safe to share between threads."""

    def __init__(
        self,
        table: JobTable,
        workspace: Path,
        kinds: Iterable[JobKind],
        settings: Settings,
        *,
        env: Mapping[str, str] | None = None,
        command: Callable[[Path, str], list[str]] | None = None,
        grace_s: float = GRACE_S,
    ) -> None:
        """Join a workspace's jobs.

        Args:
            table: Their rows.
            workspace: The folder that holds `jobs/`.
            kinds: What can be run.
            settings: How many at once and with how many threads.
            env: Variables that every worker gets besides this process's own.
            command: How to start the worker of a job in a workspace.
            grace_s: See GRACE_S.
        """
        self.table = table
        self.kinds = JobKinds(kinds)
        self.on_end: Callable[[Job], None] | None = None
        """Told of each end that this runner wrote down because no worker could."""
        self._workspace = workspace
        self._root = workspace / "jobs"
        self._threads = settings.worker_threads()
        self._at_once = {"cpu": settings.heavy_jobs, "io": IO_AT_ONCE}
        self._env = dict(env or {})
        self._command = command or worker_command
        self._grace_s = grace_s
        self._children: dict[tuple[str, int], subprocess.Popen[bytes]] = {}
        self._lock = threading.RLock()

    def start(
        self,
        kind: str,
        arguments: Mapping[str, Any],
        *,
        project: str | None = None,
        actor: str = "",
    ) -> Job:
        """Queue a job and start it when its lane is free.

        Raises:
            InvalidInputError: No such kind, or the arguments are not JSON.
        """
        found = self.kinds.get(kind)
        job = self._create(found, arguments, project=project, actor=actor)
        self.trim()
        self.pump()
        return self.get(job.id)

    def get(self, job_id: str) -> Job:
        """Return a job with its progress now.

        Raises:
            UnknownJobError: There is none.
        """
        return self._live(self.table.get(job_id))

    def list(
        self,
        *,
        state: str | Collection[str] | None = None,
        project: str | None = None,
        limit: int = KEEP,
    ) -> list[Job]:
        """Return jobs with their progress now, newest first."""
        jobs = self.table.list(state=state, project=project, limit=limit)
        return [self._live(job) for job in jobs]

    def folder(self, job_id: str) -> JobFolder:
        """Return the files of a job."""
        return JobFolder(self._root, job_id)

    def log(self, job_id: str, after: int = 0) -> LogPart:
        """Return a part of the log from byte `after`, and where the next part begins.

        Raises:
            UnknownJobError: There is no such job.
        """
        self.table.get(job_id)
        return self.folder(job_id).read_log(after)

    def cancel(self, job_id: str) -> Job:
        """Ask a job to stop; `pump` kills it when it does not within the grace.

        Raises:
            UnknownJobError: There is none.
            ConflictError: It has ended already, other than by being cancelled.
        """
        job = self.table.get(job_id)
        if job.state == "queued":
            with suppress(ConflictError):
                self._tell_end(self.table.finish(job_id, "cancelled", expect="queued"))
            job = self.table.get(job_id)
        if job.state == "running":
            self.folder(job_id).ask_cancel(job.attempt)
        elif job.state != "cancelled":
            raise ConflictError(f"job {job_id} is {job.state}", hint="there is nothing to cancel")
        self.pump()
        return self.get(job_id)

    def resume(self, job_id: str) -> Job:
        """Queue a job that did not succeed again; it continues where it stopped.

        Raises:
            UnknownJobError: There is none.
            ConflictError: It is active, done, or of a kind that cannot continue.
            BusyError: Its process has not ended yet.
        """
        if self.folder(job_id).is_locked() and self.table.get(job_id).finished:
            raise BusyError(f"job {job_id} is still ending", hint="try again in a moment")
        self.table.requeue(job_id)
        self.folder(job_id).clear_cancel()
        self.pump()
        return self.get(job_id)

    def remove(self, job_id: str) -> None:
        """Forget a job that has ended, with its folder.

        Raises:
            UnknownJobError: There is none.
            ConflictError: It is active.
        """
        self.table.remove(job_id)
        self.folder(job_id).remove()

    def trim(self, keep: int = KEEP) -> None:
        """Forget ended jobs but the newest."""
        for job_id in self.table.finished_beyond(keep):
            with suppress(SightlineError):
                self.remove(job_id)

    def adopt(self) -> Sequence[Job]:
        """Look at every job after a restart: note those that died, return those that run on."""
        self.pump()
        return self.list(state="running")

    def pump(self) -> None:
        """Do what is due: note the dead, kill the stubborn, start what is queued.

        Cheap (a read of the database when there is nothing to do); call it a few times a second.
        """
        with self._lock:
            ended = self._ended_children()
            jobs = self.table.list(state=ACTIVE, limit=MANY)
            for job in jobs:
                if job.state == "running":
                    self._look_after(job, ended.get((job.id, job.attempt)))
            if any(job.state == "queued" for job in jobs):
                self._start_queued()

    def wait(self, job_id: str, *, timeout_s: float | None = None) -> Job:
        """Return the job once it has ended, looking after all jobs meanwhile.

        Raises:
            BusyError: It goes on for longer than `timeout_s`.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while not (job := self.table.get(job_id)).finished:
            if deadline is not None and time.monotonic() >= deadline:
                raise BusyError(f"job {job_id} is still {job.state}", hint="wait longer")
            self.pump()
            time.sleep(POLL_S)
        return job

    def run_here(
        self,
        bench: Any,
        kind: str,
        arguments: Mapping[str, Any],
        *,
        project: str | None = None,
        actor: str = "",
        sink: Progress | None = None,
    ) -> dict[str, Any]:
        """Do a job in this process and return its result; Ctrl+C cancels it.

        It is written down like any job, but waits in no queue.

        Raises:
            CancelledError: It was stopped.
            Exception: Whatever the work raised.
        """
        found = self.kinds.get(kind)
        job_id = new_id()
        folder = self.folder(job_id)
        folder.path.mkdir(parents=True, exist_ok=True)
        with folder.lock() as lock:
            lock.acquire(timeout_s=1)
            job = self._create(
                found, arguments, project=project, actor=actor, job_id=job_id, running=True
            )
            folder.write_child(_child(job, os.getpid(), 0, inline=True))
            context = JobContext(job, folder, sink=sink)
            outcome, raised = attempt(bench, found, context, job)
            conclude(self.table, folder, job_id, outcome)
        if raised is not None:
            raise raised
        return outcome.result or {}

    def run_child(self, bench: Any, job_id: str) -> int:
        """Do a job that this process was started for; return the exit code.

        Raises:
            UnknownJobError: There is no such job.
        """
        kind = self.kinds.get(self.table.get(job_id).kind)
        return run_child(bench, self.table, self.folder(job_id), kind, job_id)

    def close(self) -> None:
        """Let go of the workers; they go on."""
        for process in self._children.values():
            process.returncode = process.poll() or 0  # else its end would be warned of as a leak
        self._children.clear()

    def _create(
        self,
        kind: JobKind,
        arguments: Mapping[str, Any],
        *,
        project: str | None,
        actor: str,
        job_id: str = "",
        running: bool = False,
    ) -> Job:
        try:
            asked = json.loads(json.dumps(dict(arguments), allow_nan=False))
        except (TypeError, ValueError) as error:
            raise InvalidInputError(f"{kind.name}: arguments must be JSON: {error}") from error
        job_id = job_id or new_id()
        whole = {"kind": kind.name, "arguments": asked, "project": project, "actor": actor}
        self.folder(job_id).create({"id": job_id, **whole})
        return self.table.create(
            job_id,
            kind.name,
            asked,
            project=project,
            actor=actor,
            resumable=kind.resumable,
            running=running,
        )

    def _live(self, job: Job) -> Job:
        if job.state != "running":
            return job
        told = last_of(self.folder(job.id).events, "progress")
        if told is None:
            return job
        return replace(
            job,
            done=told["done"],
            total=told["total"],
            note=told["note"],
            rate=told["rate"],
            eta_s=told["eta_s"],
        )

    def _ended_children(self) -> dict[tuple[str, int], int]:
        """Return the exit codes of own workers that ended since the last look."""
        codes = {key: process.poll() for key, process in self._children.items()}
        ended = {key: code for key, code in codes.items() if code is not None}
        for key in ended:
            del self._children[key]
        return ended

    def _look_after(self, job: Job, code: int | None) -> None:
        folder = self.folder(job.id)
        own = (job.id, job.attempt) in self._children
        if own or (code is None and is_working(job, folder)):
            asked, child = folder.cancel_time(job.attempt), folder.child(job.attempt)
            if asked is None or child is None or child.inline:
                return
            if time.time() - asked >= self._grace_s:
                kill_tree(child.pid, child.created)
        else:
            self._conclude(job, ending_of(job, folder, code))

    def _conclude(self, job: Job, outcome: Outcome) -> None:
        ended = conclude(self.table, self.folder(job.id), job.id, outcome)
        if ended is not None:
            self._tell_end(ended)

    def _tell_end(self, job: Job) -> None:
        if self.on_end is not None:
            self.on_end(job)

    def _start_queued(self) -> None:
        for lane, kinds in self.kinds.lanes().items():
            while job := self.table.claim_next(kinds, at_once=self._at_once[lane]):
                self._spawn(job)

    def _spawn(self, job: Job) -> None:
        folder = self.folder(job.id)
        env = child_env(self._threads, self._env, self.kinds.get(job.kind).env)
        kills = oom_kills()
        try:
            folder.path.mkdir(parents=True, exist_ok=True)
            process = spawn(self._command(self._workspace, job.id), env=env, log=folder.log)
            self._children[job.id, job.attempt] = process
            folder.write_child(_child(job, process.pid, kills))
        except OSError as error:
            why = f"the worker could not be started: {error.strerror}"
            problem = {"code": "storage", "message": why, "hint": "free some space or memory"}
            self._conclude(job, Outcome(state="failed", attempt=job.attempt, error=problem))


def _child(job: Job, pid: int, kills: int, *, inline: bool = False) -> Child:
    created = started_at(pid)
    return Child(attempt=job.attempt, pid=pid, created=created, oom_kills=kills, inline=inline)


def worker_command(workspace: Path, job_id: str) -> list[str]:
    """Return the command of a worker: a fresh interpreter that takes no code from its folder."""
    module = ["-P", "-m", "sightline.worker"]
    return [sys.executable, *module, "--workspace", str(workspace), job_id]


def new_id() -> str:
    """Return an id of 14 letters and digits that sorts by time."""
    number = time.time_ns() * 36**2 + secrets.randbelow(36**2)
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits
