"""Do a job in this process: in a worker of its own, or inline for the command line."""

from __future__ import annotations

import signal
import threading
import traceback
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import (
    BusyError,
    CancelledError,
    ConflictError,
    OutOfMemoryError,
    SightlineError,
)
from sightline.jobs.context import JobContext
from sightline.jobs.folder import Outcome
from sightline.jobs.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.jobs.folder import JobFolder
    from sightline.jobs.kinds import JobKind
    from sightline.store.jobs import Job, JobTable

LOCK_WAIT_S: Final = 10.0
EXIT_CODES: Final = {"done": 0, "failed": 1, "cancelled": CancelledError.exit_code}
EXIT_BUSY: Final = 75
OOM_HINT: Final = "use less at once (a smaller batch_size or picture size), or free some memory"


def run_child(bench: Any, table: JobTable, folder: JobFolder, kind: JobKind, job_id: str) -> int:
    """Do a job that this process was started for; return the exit code.

    The job's lock is held throughout. SIGTERM asks it to stop.
    """
    with folder.lock() as lock:
        try:
            lock.acquire(timeout_s=LOCK_WAIT_S)
        except BusyError:
            return EXIT_BUSY
        job = table.get(job_id)
        if job.state != "running":
            return EXIT_CODES["cancelled"]
        context = JobContext(job, folder, owns_streams=True)
        with _stopped_by_signals(context):
            outcome, _ = attempt(bench, kind, context, job)
        conclude(table, folder, job_id, outcome)
        return EXIT_CODES[outcome.state]


def attempt(
    bench: Any, kind: JobKind, context: JobContext, job: Job
) -> tuple[Outcome, BaseException | None]:
    """Do the work; return how it ended and, when it raised, what."""
    raised: BaseException | None = None
    result: dict[str, Any] | None = None
    try:
        context.check()
        result = kind.load()(bench, context, **job.arguments)
    except KeyboardInterrupt:
        raised = CancelledError(f"{kind.title} was stopped", hint="resume it or start it again")
    except MemoryError:
        raised = OutOfMemoryError(f"{kind.title} ran out of memory", hint=OOM_HINT)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a job's end, whatever it is
        raised = error
    if raised is not None and not isinstance(raised, SightlineError):
        context.log("".join(traceback.format_exception(raised)))
    outcome = Outcome(
        state=_state(raised),
        attempt=context.attempt,
        result=None if raised else plain(result or {}),
        error=None if raised is None or isinstance(raised, CancelledError) else described(raised),
    )
    context.close()
    return (
        replace(outcome, done=context.done, total=context.total, note=context.note),
        raised,
    )


def conclude(table: JobTable, folder: JobFolder, job_id: str, outcome: Outcome) -> Job | None:
    """Write down how a job ended, on disk first; None when somebody else did."""
    with suppress(OSError):
        folder.write_outcome(outcome)
    with suppress(ConflictError):
        return table.finish(
            job_id,
            outcome.state,
            result=outcome.result,
            error=outcome.error,
            done=outcome.done,
            total=outcome.total,
            note=outcome.note,
        )
    return None


def described(error: BaseException) -> dict[str, Any]:
    """Return an error as the API gives it."""
    if isinstance(error, SightlineError):
        known: dict[str, Any] = {"code": error.code, "message": str(error), "hint": error.hint}
        return {**known, **plain(error.details())}
    message = f"{type(error).__name__}: {error}"
    return {"code": "internal", "message": message, "hint": "see the log"}


def _state(raised: BaseException | None) -> str:
    if raised is None:
        return "done"
    return "cancelled" if isinstance(raised, CancelledError) else "failed"


@contextmanager
def _stopped_by_signals(context: JobContext) -> Iterator[None]:
    """Let SIGTERM and SIGINT ask the job to stop; only the main thread may listen."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signals = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(one, lambda *_: context.ask_stop()) for one in signals]
    try:
        yield
    finally:
        for one, handler in zip(signals, before, strict=True):
            signal.signal(one, handler)
