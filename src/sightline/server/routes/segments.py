"""Boxes to polygons: what a build would make, and the build."""

from __future__ import annotations

from sightline.server.deps import Bench, ProjectName
from sightline.server.router import Router
from sightline.server.schemas.jobs import Job
from sightline.server.schemas.segments import (
    NewSegmentBuild,
    NewSegmentPreview,
    SegmentOverview,
    SegmentPreview,
)

router = Router(prefix="/api/projects", tags=["objects"])


@router.get("/{name}/segment", response_model=SegmentOverview)
def segment_overview(name: ProjectName, bench: Bench) -> object:
    """Return what a project of polygons would be made of, and those in the making."""
    return bench.segments.overview(bench.projects.get(name))


@router.post("/{name}/segment/preview", response_model=SegmentPreview)
def segment_preview(name: ProjectName, body: NewSegmentPreview, bench: Bench) -> object:
    """Return what a build would make of one picture; nothing is changed."""
    return bench.segments.preview(bench.projects.get(name), body.image_id, body.wish())


@router.post("/{name}/segment", status_code=202, response_model=Job)
def segment_build(name: ProjectName, body: NewSegmentBuild, bench: Bench) -> object:
    """Make polygons of a project's boxes as a project of its own; the source stays as it is."""
    project = bench.projects.get(name)
    return bench.segments.start(project, body.wish(), out=body.out, workers=body.workers)
