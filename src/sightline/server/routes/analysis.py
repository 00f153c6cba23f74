"""What a project's data are like, and which preset suits them."""

from __future__ import annotations

from sightline.server.deps import Bench, ProjectName
from sightline.server.router import Router
from sightline.server.schemas.analysis import Advice, Analysis, NewAnalysis
from sightline.server.schemas.jobs import Job

router = Router(prefix="/api/projects/{name}", tags=["analysis"])


@router.get("/analysis", response_model=Analysis)
def get_analysis(name: ProjectName, bench: Bench) -> object:
    """Return what is known of the data: counts of this moment, the rest of the last analysis."""
    return bench.analysis.get(bench.projects.get(name))


@router.post("/analysis", status_code=202, response_model=Job)
def analyse(name: ProjectName, bench: Bench, body: NewAnalysis | None = None) -> object:
    """Look at the pictures that were not looked at yet, in a job."""
    asked = body or NewAnalysis()
    project = bench.projects.get(name)
    return bench.analysis.start(project, refresh=asked.refresh, near=asked.near)


@router.get("/advice", response_model=Advice)
def get_advice(name: ProjectName, bench: Bench) -> object:
    """Return the preset that suits the data, with reasons."""
    return bench.advising.advice(bench.projects.get(name))
