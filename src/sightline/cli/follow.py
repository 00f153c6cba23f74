"""Watch a job from the command line; Ctrl+C asks it to stop and waits for that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightline.cli import output
from sightline.core.errors import CancelledError

if TYPE_CHECKING:
    from sightline.cli.context import Context


def follow(context: Context, job_id: str, title: str) -> dict[str, Any]:
    """Show a job's progress to its end and return its result.

    Raises:
        JobFailedError: It failed; message and hint are the job's.
        CancelledError: It was stopped.
    """
    bench = context.bench
    with output.bar(title, quiet=context.quiet) as bar:
        try:
            return bench.wait(job_id, progress=bar)
        except KeyboardInterrupt:
            bar.log("stopping; press Ctrl+C again to leave it running")
            bench.jobs.cancel(job_id)
            bench.jobs.wait(job_id)
    raise CancelledError("stopped", hint="go on with --mode resume, or `sightline jobs resume`")
