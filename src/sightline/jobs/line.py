"""The jobs that wait, in the order in which they will begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.jobs.runner import JobRunner
    from sightline.store.jobs import Move


def waiting(runner: JobRunner, job_id: str) -> Sequence[str]:
    """Return the ids of the jobs that wait where a job waits, the next one first.

    Raises:
        UnknownJobError: There is no such job.
    """
    return runner.table.queue(runner.kinds.beside(runner.table.get(job_id).kind))


def move(runner: JobRunner, job_id: str, to: Move) -> Sequence[str]:
    """Move a queued job among those that wait and return the new order.

    Raises:
        UnknownJobError: There is none.
        ConflictError: It is not queued.
    """
    kinds = runner.kinds.beside(runner.table.get(job_id).kind)
    return runner.table.move(job_id, kinds, to)
