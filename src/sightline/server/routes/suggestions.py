"""Suggestions: what detectors say is in pictures, accepted or rejected by a person."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from sightline.server.deps import Bench, ImageId, ProjectName
from sightline.server.router import Router
from sightline.server.schemas.jobs import Job
from sightline.server.schemas.suggestions import (
    Accepted,
    Accepting,
    DetectorInfo,
    NewSuggestions,
    Rejected,
    Rejecting,
    SuggestedBy,
    SuggestionsCleared,
    SuggestionSource,
)

router = Router(prefix="/api", tags=["suggestions"])
SourceName = Annotated[str | None, Query(max_length=200, description="only what it has said")]


@router.get("/detectors", response_model=list[DetectorInfo])
def list_detectors(bench: Bench) -> object:
    """List the models that answer with boxes."""
    return bench.suggesting.detectors.all()


@router.get("/images/{image_id}/suggestions", response_model=list[SuggestedBy])
def image_suggestions(image_id: ImageId, bench: Bench) -> object:
    """Return what is suggested of an image and neither accepted nor rejected."""
    return bench.suggesting.of_image(image_id)


@router.post("/images/{image_id}/suggestions/reject", response_model=Rejected)
def reject_suggestions(image_id: ImageId, body: Rejecting, bench: Bench) -> object:
    """Note that suggestions of an image are wrong, or are not after all."""
    return bench.suggesting.reject(image_id, body.uids, rejected=body.rejected)


@router.post("/projects/{name}/suggest", status_code=202, response_model=Job)
def suggest(name: ProjectName, body: NewSuggestions, bench: Bench) -> object:
    """Ask a detector about pictures; what it finds is suggested, and changes no label."""
    return bench.suggesting.start(bench.projects.get(name), **body.model_dump())


@router.get("/projects/{name}/suggestions", response_model=list[SuggestionSource])
def suggestion_sources(name: ProjectName, bench: Bench) -> object:
    """List who has suggested something, and of how many images."""
    return bench.suggesting.sources(bench.projects.get(name))


@router.post("/projects/{name}/suggestions/accept", response_model=Accepted)
def accept_suggestions(name: ProjectName, body: Accepting, bench: Bench) -> object:
    """Make suggestions objects, as one step that undo takes back; missing classes are made."""
    return bench.suggesting.accept(bench.projects.get(name), **body.model_dump())


@router.delete("/projects/{name}/suggestions", response_model=SuggestionsCleared)
def clear_suggestions(name: ProjectName, bench: Bench, source: SourceName = None) -> object:
    """Forget what one source has suggested, or all of them."""
    return bench.suggesting.clear(bench.projects.get(name), source)
