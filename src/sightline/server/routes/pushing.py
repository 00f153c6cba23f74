"""Pushing: a model to a hub, only when somebody asks for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from sightline.server.deps import Bench, Ref
from sightline.server.router import Router
from sightline.server.schemas.jobs import Job
from sightline.server.schemas.pushing import Push, PushPlan

router = Router(prefix="/api/models", tags=["models"])


@router.get("/{ref}/push", response_model=PushPlan)
def plan_push(ref: Ref, bench: Bench, repo: Annotated[str, Query(max_length=96)] = "") -> object:
    """Return every file that would be pushed; no connection is made."""
    return bench.pushing.plan(ref, repo, here=False)


@router.post("/{ref}/push", status_code=202, response_model=Job)
def push_model(ref: Ref, body: Push, bench: Bench) -> object:
    """Push a model to the hub; the token is that of the server's environment."""
    return bench.pushing.start(ref, body.repo, private=body.private)
