"""Queues, and views of images: an order that stands still while one works through it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from sightline.server.deps import Bench, Limit, Offset, ProjectName
from sightline.server.router import Router
from sightline.server.schemas.images import NewView, View, Window
from sightline.server.schemas.learning import Queue

router = Router(prefix="/api", tags=["views"])


@router.get("/queues", response_model=list[Queue])
def list_queues(bench: Bench) -> object:
    """List the ways to order images."""
    return bench.queues.table()


@router.post("/projects/{name}/views", status_code=201, response_model=View)
def make_view(name: ProjectName, body: NewView, bench: Bench) -> object:
    """Fix an order of images: a queue over a filter."""
    project = bench.projects.get(name)
    return bench.queues.make_view(
        project,
        body.queue,
        filters=body.filter.model_dump(),
        options=body.options(),
        seed=body.seed or 0,
    )


@router.get("/views/{view_id}", response_model=Window)
def read_view(
    view_id: Annotated[str, Path(max_length=100)],
    bench: Bench,
    offset: Offset = 0,
    limit: Limit = 100,
) -> object:
    """Return the images of a view from a position on."""
    return bench.queues.window(view_id, offset, limit)
