"""Watch a job from the command line; Ctrl+C asks it to stop and waits for that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightline.cli import output
from sightline.core.errors import CancelledError, SightlineError
from sightline.jobs.follow import follow as events_of

if TYPE_CHECKING:
    from sightline.cli.context import Context
    from sightline.jobs.runner import JobRunner


class JobFailedError(SightlineError):
    """A job ended with an error, which this passes on."""

    code = "job_failed"


def follow(context: Context, job_id: str, title: str) -> dict[str, Any]:
    """Show a job's progress to its end and return its result.

    Raises:
        JobFailedError: It failed; message and hint are the job's.
        CancelledError: It was stopped.
    """
    runner = context.bench.jobs
    with output.bar(title, quiet=context.quiet) as bar:
        try:
            _show(runner, job_id, bar)
        except KeyboardInterrupt:
            bar.log("stopping; press Ctrl+C again to leave it running")
            runner.cancel(job_id)
            _show(runner, job_id, bar)
    job = runner.get(job_id)
    if job.state == "cancelled":
        raise CancelledError("stopped", hint="go on with --mode resume, or `sightline jobs resume`")
    if job.state != "done":
        fault = job.error or {"message": f"the job is {job.state}", "hint": "see its log"}
        raise JobFailedError(fault["message"], hint=fault.get("hint", ""))
    return job.result or {}


def _show(runner: JobRunner, job_id: str, bar: output.Bar) -> None:
    for event in events_of(runner, job_id):
        kind = event.pop("kind", "")
        if kind == "progress":
            bar.advance(event["done"], event["total"], event.get("note", ""))
        else:
            bar.tell(kind, **{key: one for key, one in event.items() if key != "t"})
