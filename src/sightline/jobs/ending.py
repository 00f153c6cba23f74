"""Tell whether a running job's process is alive, and if not, how it ended."""

from __future__ import annotations

import signal
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sightline.jobs.child import OOM_HINT
from sightline.jobs.folder import Outcome
from sightline.jobs.processes import is_alive, oom_kills
from sightline.jobs.tail import last_of

if TYPE_CHECKING:
    from sightline.jobs.folder import Child, JobFolder
    from sightline.store.jobs import Job

START_S: Final = 30.0
"""A job may be called running for so long before its process is known."""
KILLED: Final = -9
STOPPED_BY: Final = {KILLED, -15, -2, -1}
"""Exit codes of a process that somebody ended: KILL, TERM, INT, HUP."""


def is_working(job: Job, folder: JobFolder) -> bool:
    """Tell whether somebody works on a running job, or is about to."""
    if folder.is_locked():
        return True
    child = folder.child(job.attempt)
    if child is not None:
        return is_alive(child.pid, child.created)
    return _age_s(job) < START_S


def ending_of(job: Job, folder: JobFolder, code: int | None) -> Outcome:
    """Return how an attempt ended: as it said, else as its exit code (None: unknown) tells."""
    said = folder.outcome(job.attempt)
    if said is not None:
        return said
    state, error = "cancelled", None
    if not folder.cancel_asked(job.attempt):
        state, error = _died(job, folder.child(job.attempt), code)
    told = last_of(folder.events, "progress") or {}
    return Outcome(
        state=state,
        attempt=job.attempt,
        error=error,
        done=told.get("done", job.done),
        total=told.get("total", job.total),
        note=told.get("note", job.note),
    )


def _died(job: Job, child: Child | None, code: int | None) -> tuple[str, dict[str, Any]]:
    if code is not None and code > 0:
        message = f"the worker ended with exit code {code} before its work was done"
        return "failed", _error("internal", message, "see the log")
    if code == KILLED and child is not None and oom_kills() > child.oom_kills:
        message = "the system killed the worker for want of memory"
        return "failed", _error("out_of_memory", message, OOM_HINT)
    if code is not None and code < 0 and code not in STOPPED_BY:
        message = f"the worker crashed ({_signal_name(-code)})"
        return "failed", _error("internal", message, "see the log")
    how = "ended" if not code else f"was stopped ({_signal_name(-code)})"
    hint = "resume it: it continues" if job.can_resume else "start it again"
    return "interrupted", _error("interrupted", f"the worker {how} on the way", hint)


def _error(code: str, message: str, hint: str) -> dict[str, Any]:
    return {"code": code, "message": message, "hint": hint}


def _signal_name(number: int) -> str:
    with suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"


def _age_s(job: Job) -> float:
    if job.started_at is None:
        return 0.0
    return (datetime.now(UTC) - datetime.fromisoformat(job.started_at)).total_seconds()
