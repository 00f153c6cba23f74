"""Searches for settings, and for a learning rate."""

from __future__ import annotations

from sightline.server.deps import Bench, ProjectName, Ref, Roots
from sightline.server.router import Router
from sightline.server.routes.runs import confine_weights
from sightline.server.schemas.jobs import Job
from sightline.server.schemas.sweeps import (
    DeletedSweep,
    MoreTrials,
    NewLrRange,
    NewSweep,
    Sweep,
    SweepDetail,
)

router = Router(prefix="/api/projects/{name}", tags=["training"])


@router.post("/sweeps", status_code=202, response_model=SweepDetail)
def start_sweep(name: ProjectName, body: NewSweep, bench: Bench, roots: Roots) -> object:
    """Start a search: many trainings, each chosen by what the former came to."""
    confine_weights(body.spec, roots)
    return bench.sweeps.start(
        bench.projects.get(name),
        body.spec,
        trials=body.trials,
        knobs=body.knobs,
        prune=body.prune,
    )


@router.get("/sweeps", response_model=list[Sweep])
def list_sweeps(name: ProjectName, bench: Bench) -> object:
    """List a project's searches, newest first."""
    return bench.sweeps.all(bench.projects.get(name))


@router.get("/sweeps/{ref}", response_model=SweepDetail)
def get_sweep(name: ProjectName, ref: Ref, bench: Bench) -> object:
    """Return a search with its trials, by id or `newest`."""
    return bench.sweeps.get(bench.projects.get(name), ref)


@router.post("/sweeps/{ref}/stop", response_model=SweepDetail)
def stop_sweep(name: ProjectName, ref: Ref, bench: Bench) -> object:
    """Stop a search at its next step."""
    return bench.sweeps.stop(bench.projects.get(name), ref)


@router.post("/sweeps/{ref}/resume", status_code=202, response_model=SweepDetail)
def resume_sweep(name: ProjectName, ref: Ref, body: MoreTrials, bench: Bench) -> object:
    """Go on with a search, or do more trials than it was asked for."""
    return bench.sweeps.go_on(bench.projects.get(name), ref, trials=body.trials)


@router.delete("/sweeps/{ref}", response_model=DeletedSweep)
def delete_sweep(name: ProjectName, ref: Ref, bench: Bench) -> object:
    """Delete a search; what was trained from it stays."""
    return bench.sweeps.delete(bench.projects.get(name), ref)


@router.post("/lr-range", status_code=202, response_model=Job)
def start_lr_range(name: ProjectName, body: NewLrRange, bench: Bench, roots: Roots) -> object:
    """Test learning rates; the job's result has points, `suggested` and `highest`."""
    confine_weights(body.spec, roots)
    return bench.lr_range.start(
        bench.projects.get(name), body.spec, steps=body.steps, low=body.low, high=body.high
    )
