"""Auto class: a head says which class drawn objects have."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from sightline.server.deps import Bench, Limit, ProjectName
from sightline.server.router import Router
from sightline.server.schemas.auto_class import (
    ApplyAutoClass,
    AutoClassApplied,
    AutoClassStatus,
    ClassCorrections,
    Classify,
    NamedBoxes,
    NewAutoClass,
)
from sightline.server.schemas.jobs import Job

router = Router(prefix="/api", tags=["auto class"])
JobId = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9]+$")]
Cursor = Annotated[
    str, Query(pattern=r"^[0-9]{0,9}$", description="`next` of the part before, or any place")
]


@router.post("/assist/classify", response_model=NamedBoxes)
def classify(body: Classify, bench: Bench) -> object:
    """Say which class boxes of a picture have, and whether that is sure enough to be taken."""
    return bench.auto_class.classify(body.image_id, **body.asked())


@router.get("/projects/{name}/auto-class", response_model=AutoClassStatus)
def auto_class_status(name: ProjectName, bench: Bench) -> object:
    """Say which head names objects of a project and how sure it has to be, or why none can."""
    return bench.auto_class.status(bench.projects.get(name))


@router.post("/projects/{name}/auto-class", status_code=202, response_model=Job)
def check_classes(name: ProjectName, body: NewAutoClass, bench: Bench) -> object:
    """Look through objects for those that should be of another class; nothing is changed yet."""
    return bench.auto_class.start(bench.projects.get(name), **body.asked())


@router.post("/projects/{name}/auto-class/apply", response_model=AutoClassApplied)
def apply_auto_class(name: ProjectName, body: ApplyAutoClass, bench: Bench) -> object:
    """Give the chosen objects their new class, as one step that undo takes back.

    What has been changed, locked or deleted since the job looked is left out, and named.
    """
    project = bench.projects.get(name)
    return bench.auto_class_review.apply(project, body.job, body.choice())


@router.get("/projects/{name}/auto-class/{job_id}", response_model=ClassCorrections)
def class_corrections(
    name: ProjectName, job_id: JobId, bench: Bench, cursor: Cursor = "", limit: Limit = 200
) -> object:
    """Return a part of what a job would change, the surest first."""
    project = bench.projects.get(name)
    return bench.auto_class_review.listed(project, job_id, offset=int(cursor or 0), limit=limit)
