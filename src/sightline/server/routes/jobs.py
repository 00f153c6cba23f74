"""Long work."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from sightline.jobs.line import move
from sightline.server.deps import Bench, Ref
from sightline.server.router import Router
from sightline.server.schemas.common import MAX_ID, State
from sightline.server.schemas.jobs import Job, JobLog
from sightline.server.schemas.training import Move, Order

router = Router(prefix="/api/jobs", tags=["jobs"])


@router.get("", response_model=list[Job])
def list_jobs(bench: Bench, state: State | None = None) -> object:
    """List jobs, newest first."""
    return bench.jobs.list(state=state)


@router.get("/{job_id}", response_model=Job)
def get_job(job_id: Ref, bench: Bench) -> object:
    """Return a job."""
    return bench.jobs.get(job_id)


@router.post("/{job_id}/cancel", response_model=Job)
def cancel_job(job_id: Ref, bench: Bench) -> object:
    """Ask a job to stop; what it has done so far is kept."""
    return bench.jobs.cancel(job_id)


@router.post("/{job_id}/resume", status_code=202, response_model=Job)
def resume_job(job_id: Ref, bench: Bench) -> object:
    """Let a stopped job go on where it was."""
    return bench.jobs.resume(job_id)


@router.post("/{job_id}/move", response_model=Order)
def move_job(job_id: Ref, body: Move, bench: Bench) -> object:
    """Move a queued job among those that wait, and return their order."""
    return {"order": move(bench.jobs, job_id, body.to)}


@router.get("/{job_id}/log", response_model=JobLog)
def job_log(job_id: Ref, bench: Bench, after: Annotated[int, Query(ge=0, le=MAX_ID)] = 0) -> object:
    """Return what a job has logged since `after`."""
    return bench.jobs.log(job_id, after)
